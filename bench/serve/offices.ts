import { createRandom } from '#test/support/random.ts';
import { OFFICIAL_FILES } from '../../test/offices/official-files.ts';
import type { Places, Subjects } from './questions.ts';

/** Answers the JSON of a path. */
// oxlint-disable-next-line typescript/no-explicit-any
type Ask = (path: string) => Promise<any>;

/** Where an office's file lies in ../shared/data, and what an upload of it says. */
export interface OfficeUpload {
  readonly packed: string;
  readonly fields: Readonly<Record<string, string>>;
}

const NAMES = 3000;
const PAGE = 1000;

/** Every file of every office; the earlier release before the later one. */
export const OFFICE_UPLOADS: readonly OfficeUpload[] = Object.entries(OFFICIAL_FILES)
  .map(([packed, { parsers }]) => ({ packed, fields: { parser: parsers[0] ?? '' } }))
  .sort((one, other) => (one.packed < other.packed ? -1 : 1));

/** Prints the published rows of each source; answers how many there are. */
export async function countRows(ask: Ask): Promise<number> {
  const rows = new Map<string, number>();
  let cursor = '';
  do {
    const { data, meta } = await ask(`/v1/datasets?status=completed&limit=100${cursor}`);
    for (const { parser, row_count: count, published } of data) {
      if (published) rows.set(parser, (rows.get(parser) ?? 0) + count);
    }
    cursor = meta.next_cursor === null ? '' : `&cursor=${encodeURIComponent(meta.next_cursor)}`;
  } while (cursor !== '');
  const total = [...rows.values()].reduce((sum, count) => sum + count, 0);
  console.table(Object.fromEntries([...rows].sort(([, one], [, other]) => other - one)));
  return total;
}

/** The given place, then each other country that has numbers, then all of them at once. */
export async function drawPlaces(ask: Ask, first: Subjects): Promise<Places> {
  const random = createRandom(3);
  const others: Subjects[] = [];
  const codes = new Set(Object.values(OFFICIAL_FILES).map(({ country }) => country));
  for (const country of codes) {
    if (country === first.country) continue;
    const { meta } = await ask(`/v1/names?country=${country}&per_year=true&limit=1`);
    const years: number[] = meta.slices.map(({ year }: { year: number }) => year);
    const [firstYear, lastYear] = [Math.min(...years), Math.max(...years)];
    const names = await namesOf(ask, `country=${country}&year_from=${firstYear}&year_to=${lastYear}`);
    others.push({ country, names, firstYear, lastYear, areas: [] });
  }
  const names = others.flatMap((place) => Array.from({ length: 200 }, () => random.pick(place.names)));
  return [first, ...others, { ...first, country: undefined, areas: [], names: [...names, ...first.names] }];
}

async function namesOf(ask: Ask, where: string): Promise<string[]> {
  const names: string[] = [];
  for (let offset = 0; offset < NAMES; offset += PAGE) {
    const { data } = await ask(`/v1/names?${where}&gender=all&sort=name&limit=${PAGE}&offset=${5 * offset}`);
    for (const { name } of data) names.push(name as string);
  }
  if (names.length === 0) throw new Error(`no names where ${where}`);
  return names;
}
