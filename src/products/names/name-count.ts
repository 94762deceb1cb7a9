import type { Gender } from './normalize-gender.ts';

/** What a count counts; different measures never meet in one series. */
export type Measure = 'births' | 'registrations' | 'living_bearers' | 'census_by_decade';

/** One row of an office's file: how often a name was given in an area and year. */
export interface NameCount {
  /** As in the file, trimmed, NFC. */
  readonly name: string;
  readonly gender: Gender;
  readonly year: number;
  readonly count: number;
  /** ISO 3166-2 code of a region; null for the whole country. */
  readonly area: string | null;
}
