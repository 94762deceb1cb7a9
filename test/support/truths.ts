import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** For the option `skip` of tests that need the official files; false where they are there. */
export const withoutOfficialFiles: string | false = existsSync(join(DATA, 'truths.csv'))
  ? false
  : 'the official files (../shared/data) are not beside this checkout';

/** What is known about one area, year and gender of an official file, counted without any importer. */
export interface Truth {
  readonly area: string;
  /** NaN for a line about all years and both genders of an area. */
  readonly year: number;
  readonly gender: 'F' | 'M' | 'all';
  readonly rows: number;
  readonly sum: number;
  readonly top: readonly { readonly name: string; readonly count: number }[];
}

export const US_2025 = 'us/ssa-national/names-release-2025.zip';
export const US_2023 = 'us/ssa-national/names-release-2023-last-5-years.zip';
export const STATES_2025 = 'us/ssa-state/namesbystate-release-2025-part.zip';
export const STATES_2023 = 'us/ssa-state/namesbystate-release-2023-large-states.zip';
export const SMALL_STATES_2023 = 'us/ssa-state/namesbystate-release-2023-small-states.zip';

/** The path of an official file. */
export function officialFile(packed: string): string {
  return join(DATA, packed);
}

/** All that is known about a file of a US office, in the order of `truths.csv`. */
export function truthsOf(packed: string): Truth[] {
  const lines = readFileSync(join(DATA, 'truths.csv'), 'utf8').trimEnd().split(/\r?\n/).slice(1);
  return lines
    .map((line) => line.split(','))
    .filter(([, file]) => file === packed)
    .map(([, , , area = '', year, sex, rows, sum, top = '']) => ({
      area: area === 'US' ? 'US' : `US-${area.replace(/^US-/, '')}`,
      year: Number(year),
      gender: sex as Truth['gender'],
      rows: Number(rows),
      sum: Number(sum),
      top: top
        .split('; ')
        .filter((entry) => entry !== '')
        .map((entry) => {
          const cut = entry.lastIndexOf(' ');
          return { name: entry.slice(0, cut), count: Number(entry.slice(cut + 1)) };
        }),
    }));
}
