import { fraction, fullCycleStep } from './random.ts';

export type Sex = 'F' | 'M';

const CONSONANTS = 'bcdfgjklmnprstvz';
const VOWELS = 'aeiou';
const SYLLABLES = CONSONANTS.length * VOWELS.length;
/** Stems are consonant and vowel in turn, so an ending of consonants never makes two names one. */
const ENDINGS: Readonly<Record<Sex, readonly string[]>> = {
  F: ['h', 'nna', 'lle', 'ssa', 'tte', 'th'],
  M: ['n', 'r', 's', 'l', 'ck', 'rd'],
};
/** One name in eight is given to both sexes. */
const SHARED = 8;

/** The name with this number: 4 to 13 letters, an initial capital, another for every number of a sex and seed. */
export function madeUpName(seed: number, sex: Sex, number: number): string {
  let syllables = 2;
  let inTier = number;
  for (; inTier >= SYLLABLES ** syllables; syllables++) inTier -= SYLLABLES ** syllables;
  const stem = stemOf(scrambled(seed, inTier, SYLLABLES ** syllables), syllables);
  const endings = ENDINGS[sex];
  const ending = number % SHARED === SHARED - 1 ? '' : (endings[(number * 5) % endings.length] ?? '');
  return stem.charAt(0).toUpperCase() + stem.slice(1) + ending;
}

/** Another order of the numbers below `size`, by the seed. */
function scrambled(seed: number, number: number, size: number): number {
  const step = fullCycleStep(size, 0.3 + 0.3 * fraction(seed, size));
  const start = Math.floor(size * fraction(seed, size + 1));
  return Number((BigInt(number) * BigInt(step) + BigInt(start)) % BigInt(size));
}

function stemOf(number: number, syllables: number): string {
  let rest = number;
  let stem = '';
  for (let i = 0; i < syllables; i++) {
    stem += CONSONANTS.charAt(rest % CONSONANTS.length);
    rest = Math.floor(rest / CONSONANTS.length);
    stem += VOWELS.charAt(rest % VOWELS.length);
    rest = Math.floor(rest / VOWELS.length);
  }
  return stem;
}
