import type { PerGender } from './balance.ts';
import type { GenderColumns } from './gender-columns.ts';
import { JEFFREYS } from './gender-probability.ts';

/** Names with fewer births say more about chance than about names. */
const MIN_BIRTHS = 50;
/** As births: what is known of a country's names never outweighs a few births of the name itself. */
const MAX_STRENGTH = 2;
const MIN_STRENGTH = 0.02;

/**
 * What the names of a country say about one of which nothing is known: the Beta distribution that has the mean and
 * the variance of their female shares (names.md §4), no stronger than two births; the halves where there are too few.
 */
export function priorOfCountry({ numbers, F, M }: GenderColumns): PerGender {
  let [names, sum, squares] = [0, 0, 0];
  for (let at = 0; at < numbers.length; at++) {
    const births = (F[at] as number) + (M[at] as number);
    if (births < MIN_BIRTHS) continue;
    const share = (F[at] as number) / births;
    names++;
    sum += share;
    squares += share * share;
  }
  const mean = sum / names;
  const variance = squares / names - mean * mean;
  if (names < 2 || variance <= 0) return JEFFREYS;
  const strength = Math.min(MAX_STRENGTH, Math.max(MIN_STRENGTH, (mean * (1 - mean)) / variance - 1));
  return { F: mean * strength, M: (1 - mean) * strength };
}
