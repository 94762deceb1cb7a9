const REGISTER_BITS = 12;
const REGISTERS = 1 << REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** How many different texts there were, from 4 KB: HyperLogLog, mostly within 3 %. */
export interface DistinctEstimate {
  add(text: string): void;
  estimate(): number;
}

export function createDistinctEstimate(): DistinctEstimate {
  const registers = new Uint8Array(REGISTERS);
  return {
    add(text) {
      let [left, right] = [0x811c9dc5, 0x9747b28c];
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        left = Math.imul(left ^ unit, 0x01000193);
        right = Math.imul(right ^ unit, 0x5bd1e995) ^ (right >>> 15);
      }
      const register = mixed(left ^ text.length) >>> (32 - REGISTER_BITS);
      const rank = Math.clz32(mixed(right + left)) + 1;
      if (rank > (registers[register] as number)) registers[register] = rank;
    },
    estimate() {
      let sum = 0;
      let zeros = 0;
      for (const rank of registers) {
        sum += 2 ** -rank;
        if (rank === 0) zeros++;
      }
      const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
      const isSmall = raw <= 2.5 * REGISTERS && zeros > 0;
      return Math.round(isSmall ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
    },
  };
}

/** The finalizer of MurmurHash3: every bit of the answer depends on every bit of the question. */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
