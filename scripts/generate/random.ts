/** 32 bits that depend on every bit of the seed and of the number; the same on every machine, another for every number. */
export function hash(seed: number, number: number): number {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ number;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** A number from 0 up to 1, 1 excluded. */
export function fraction(seed: number, number: number): number {
  return hash(seed, number) / 2 ** 32;
}

/** A step of about `share` of `size` that, taken again and again modulo `size`, meets every number below it once. */
export function fullCycleStep(size: number, share: number): number {
  let step = Math.max(1, Math.floor(size * share));
  while (greatestCommonDivisor(step, size) !== 1) step++;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
