import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '#test/support/random.ts';
import { madeUpName } from '../../scripts/generate/made-up-name.ts';
import { nameFile } from '../../scripts/generate/name-file.ts';
import { type NamePlan, planNames, type Slice } from '../../scripts/generate/name-plan.ts';

const ROWS_PER_AREA = 1_000_000;
const MOST_AREAS = 51;
const SEED = 7;

/** As many areas as millions of rows, so that what grows is the number of areas and not what one of them is. */
export function planOf(rows: number, shuffle: boolean): NamePlan {
  const areas = Math.min(MOST_AREAS, Math.max(1, Math.round(rows / ROWS_PER_AREA)));
  return planNames({
    rows,
    seed: SEED,
    layout: 'us_ssa_state',
    areas,
    firstYear: 1880,
    lastYear: 2024,
    shuffle,
  });
}

export async function writeNames(plan: NamePlan, file: string): Promise<void> {
  await pipeline(Readable.from(nameFile(plan), { objectMode: false }), createWriteStream(file));
}

/** Kinds of questions; each is about a listed name, an area and a year drawn uniformly. */
export const KINDS = {
  'trend of an area': ({ area, name, gender }: Subject) =>
    `/v1/names/${name}/trend?country=US&area=US-${area}${gender}`,
  'names of an area and year': ({ area, year, sex }: Subject) =>
    `/v1/names?country=US&area=US-${area}&year=${year}&gender=${sex}&limit=100`,
  'trend of the whole country': ({ name, gender }: Subject) => `/v1/names/${name}/trend?country=US${gender}`,
} as const satisfies Record<string, (subject: Subject) => string>;

export type Kind = keyof typeof KINDS;

interface Subject extends Pick<Slice, 'area' | 'sex' | 'year'> {
  readonly name: string;
  /** Of one gender or of both. */
  readonly gender: string;
}

/** Paths of one kind; the same for the same plan. */
export function drawPaths({ seed, slices }: NamePlan, kind: Kind, count: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const { area, sex, year, size } = random.pick(slices);
    // Names up to the last whole power of two are in the list of every year.
    const listed = 2 ** Math.floor(Math.log2(size + 1)) - 1;
    const gender = random.below(2) === 0 ? '' : `&gender=${sex}`;
    return KINDS[kind]({ area, sex, year, gender, name: madeUpName(seed, sex, random.below(listed)) });
  });
}
