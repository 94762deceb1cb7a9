import type { Gender } from '../normalize-gender.ts';
import type { NameParser } from './name-parser.ts';

/** What holds for all tables of names of the office. */
export const CSO = {
  country: 'IE',
  office: 'Central Statistics Office, Ireland',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Source: Central Statistics Office, Ireland (CC BY 4.0)',
  measure: 'registrations',
  threshold: 3,
  repeats: 'reject',
  areas: {},
} as const satisfies Partial<NameParser>;

/** A cell with the code of a statistic of a table of births, `VSA50C01`; the table is its first group. */
export const STATISTIC = /^(VSA\d+)C\d+$/;

/** Whose names a table lists: nothing but its code says so in some forms. */
export const GENDER_OF_TABLE: Readonly<Record<string, Gender>> = {
  VSA10: 'M',
  VSA11: 'F',
  VSA50: 'M',
  VSA60: 'F',
};

/** Ranks stand in rows of their own, away from the counts they belong to. */
export function rankStatistic(label: string): 'rank_statistic' | undefined {
  return /\brank\b/i.test(label) ? 'rank_statistic' : undefined;
}

/**
 * Nothing, `..` and 0 all mean that the name is not listed for the year: no such births, fewer than three, or too few
 * for the first hundred.
 */
export const NOT_LISTED = { '': 'none', '..': 'none', '0': 'none' } as const;
