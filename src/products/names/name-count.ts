import type { RowGender } from './normalize-gender.ts';

/** What a count counts; different measures never meet in one series. */
export type Measure = 'births' | 'registrations' | 'living_bearers' | 'census_by_decade';

/**
 * How an observation stands in an office's file.
 * - `exact`, or `rounded` where the whole table says so: a count.
 * - `below_threshold`: the name is listed, its count is hidden. `rank_only`: listed with a rank and no count.
 * - `aggregate`: all rare names together, or births without a name; counted in the slice, no name.
 * - `aside`: read and counted, but no part of the ranking: further given names, births of an unknown year
 *   or sex.
 */
export type CountStatus = 'exact' | 'below_threshold' | 'rank_only' | 'aggregate' | 'aside';

/** One observation of an office: how often a name was given in an area and year. */
export interface NameCount {
  /** As in the file, trimmed, NFC. */
  readonly name: string;
  /** `X`, not told: always `aside`. */
  readonly gender: RowGender;
  /** null: the office does not say it for this row, which is then `aside`. */
  readonly year: number | null;
  /** null where it is hidden. */
  readonly count: number | null;
  /** ISO 3166-2 code of a region; null for the whole country. */
  readonly area: string | null;
  readonly status: CountStatus;
  /** The rank that the office prints; null where it prints none. */
  readonly rank: number | null;
  /** Tells records of one name apart that differ in other cells alone; 0 where none do. */
  readonly variant: number;
}
