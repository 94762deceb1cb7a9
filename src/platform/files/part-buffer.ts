/** Gathers bytes into parts of one size, in memory that is used again. */
export interface PartBuffer {
  /** Takes bytes from the front of `chunk` and answers how many: 0 when the part is full. */
  fill(chunk: Uint8Array): number;
  /** The bytes of the part so far; the next one begins. They stay as they are until `giveBack`. */
  take(): Buffer;
  /** From now on the memory of a part is free for another one. */
  giveBack(part: Buffer): void;
  /** The end: memory that no part is in goes back at once, not when it is collected. */
  close(): void;
}

const FIRST_BYTES = 64 * 1024;

/** `partBytes`: a power of two of at least 64 KiB. Small contents never take as much. */
export function createPartBuffer(partBytes: number): PartBuffer {
  const free: Buffer<ArrayBuffer>[] = [];
  let current: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let filled = 0;

  function grow(): void {
    const larger = Buffer.allocUnsafeSlow(2 * current.length);
    current.copy(larger);
    current = larger;
  }

  return {
    fill(chunk) {
      if (filled === current.length && filled < partBytes) grow();
      const taken = chunk.subarray(0, current.length - filled);
      current.set(taken, filled);
      filled += taken.byteLength;
      return taken.byteLength;
    },
    take() {
      const part = current.subarray(0, filled);
      current = free.pop() ?? Buffer.allocUnsafeSlow(partBytes);
      filled = 0;
      return part;
    },
    giveBack(part) {
      // The first one may be smaller.
      if (part.buffer.byteLength === partBytes) free.push(Buffer.from(part.buffer as ArrayBuffer));
    },
    close() {
      for (const { buffer } of [current, ...free]) buffer.transfer(0);
    },
  };
}
