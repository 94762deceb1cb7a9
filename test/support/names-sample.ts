import type { Pool } from '#platform/postgres/database.ts';
import { addCountry, type FlatRow, loadRows, type LoadedDataset, setDeleted } from './names-data.ts';
import { createRandom, type Random } from './random.ts';

/** Areas of the sample, and words by which a question may name each. */
export const SAMPLE_AREAS: Readonly<Record<string, readonly string[]>> = {
  US: ['US', 'United States'],
  'US-CA': ['US-CA', 'CA', 'ca', 'area us-ca'],
  'US-TX': ['US-TX', 'TX'],
  GB: ['GB'],
  'GB-SCT': ['GB-SCT', 'sct'],
  ZZ: ['ZZ', 'Zedland'],
};

/** Only the deleted dataset of the sample has these names. */
export const DELETED_NAMES = ['Ghostly', 'Annaghost', 'ZOË-GHOST'];

const STARTS = ['an', 'zo', 'ma', 'jo', 'el', 'sø', 'lu', 'ka', 'mü', 'ré', 'o', 'łu', 'þo', 'd', 'ch'];
const MIDDLES = ['n', 'li', 'ria', 'se', 'na', 'rr', 'mi', 'é', 'ß', 'y', 'ö', 'va', 'to'];
const ENDINGS = ['a', 'e', 'ë', 'ie', 'n', 'us', 'ine', 'o', 'ah', 'ł', 'th'];

/** Names whose spellings, order or search are out of the ordinary; those in one list are one name. */
const SPECIAL: readonly (readonly string[])[] = [
  ['Zoe', 'ZOE'],
  ['Zoë', 'ZOË', 'Zoe\u0308'],
  ["O'Neil", 'O\u2019Neil', "O'NEIL", 'O\u02BCNeil'],
  ['Jean-Pierre', 'Jean\u2011Pierre', 'JEAN-PIERRE'],
  ['Jean Pierre', 'JEAN  PIERRE'],
  ['Jeanpierre'],
  ['Anna', 'ANNA', 'anna'],
  ['Анна', 'АННА'],
  ['חנה'],
  ['美玲'],
  ['𐐀𐐨𐐿', '𐐀𐐀𐐗'],
  ['𝒜nna'],
  ['Ａnna'],
  ['𠀋子'],
  ['Strauß', 'STRAUSS'],
  ['A', 'a'],
  ['Mc Donald'],
  ['St. John', 'ST. JOHN'],
  ['Anna2'],
];

/** Some hundred names, each with the spellings that files have of it. */
function sampleNames(random: Random, howMany: number): (readonly string[])[] {
  const made = new Set<string>();
  while (made.size < howMany) {
    const parts = [
      random.pick(STARTS),
      random.pick(MIDDLES),
      random.below(3) === 0 ? random.pick(MIDDLES) : '',
    ];
    const name = `${parts.join('')}${random.pick(ENDINGS)}`.normalize('NFC');
    made.add(name.charAt(0).toUpperCase() + name.slice(1));
  }
  // Names that are the same but for case would be one name twice in a slice.
  const plain = [...made].filter((name) => !SPECIAL.flat().includes(name) && !/ß/.test(name));
  return [...SPECIAL, ...plain.map((name) => [name, name.toUpperCase()])];
}

/** Few distinct counts, so that nearly all names are tied, and some large ones. */
function sampleCount(random: Random): number {
  const kind = random.below(10);
  if (kind < 6) return 5 + random.below(4);
  if (kind < 9) return 10 + random.below(30);
  return 100 + random.below(30_000);
}

interface Part {
  readonly area: string | null;
  readonly gender: 'F' | 'M';
  readonly years: readonly number[];
  readonly names: number;
  /** What the office does besides listing counts. */
  readonly manner?: Manner;
}

/**
 * `hides`: some counts are hidden. `ranks`: ranks are printed, those of the counts. `own ranks`: others, and counts are
 * hidden. `ranks alone`: no counts.
 */
type Manner = 'hides' | 'ranks' | 'own ranks' | 'ranks alone';

function rowsOf(random: Random, names: readonly (readonly string[])[], parts: readonly Part[]): FlatRow[] {
  return parts.flatMap(({ area, gender, years, names: howMany, manner }) =>
    years.flatMap((year) => {
      const chosen = new Set<number>();
      while (chosen.size < howMany) chosen.add(random.below(Math.min(names.length, howMany * 2)));
      const listed = [...chosen].map((at) => {
        const published = random.pick(names[at] as readonly string[]);
        return { area, gender, year, published, count: sampleCount(random) };
      });
      return manner ? inManner(random, manner, listed) : listed;
    }),
  );
}

function inManner(random: Random, manner: Manner, listed: readonly FlatRow[]): FlatRow[] {
  return listed.map((row, at) => {
    const rank = 1 + listed.filter(({ count }) => (count ?? 0) > (row.count ?? 0)).length;
    const isHidden = random.below(4) === 0;
    if (manner === 'ranks') return { ...row, rank };
    if (manner === 'hides') return isHidden ? { ...row, count: null } : row;
    if (manner === 'ranks alone') return { ...row, count: null, rank };
    const printed = at === 0 ? rank + 1 : random.pick([rank, rank + random.below(3), null]);
    return { ...row, count: isHidden && at > 0 ? null : row.count, rank: printed };
  });
}

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

export interface Sample {
  /** What is published by country. */
  readonly published: ReadonlyMap<string, FlatRow[]>;
  readonly datasets: readonly LoadedDataset[];
  readonly names: readonly string[];
}

/**
 * Loads three countries: the US by a long file, one of a single year that replaces a slice, and one of regions with
 * gaps; Great Britain; and one with girls alone. A further dataset is deleted again.
 */
export async function loadSample(pool: Pool, seed: number): Promise<Sample> {
  const random = createRandom(seed);
  const names = sampleNames(random, 2200);
  const years = span(1990, 2014).filter((year) => ![1993, 2001, 2002].includes(year));
  const long = rowsOf(random, names, [
    { area: null, gender: 'F', years, names: 170 },
    { area: null, gender: 'M', years: years.filter((year) => year !== 2010), names: 150 },
    { area: null, gender: 'F', years: [2015], names: 1400 },
    { area: null, gender: 'M', years: [2015], names: 1050 },
  ]);
  const oneYear = rowsOf(random, names, [
    { area: null, gender: 'F', years: [2012], names: 500 },
    { area: null, gender: 'M', years: [2012], names: 130 },
  ]);
  const regions = rowsOf(random, names, [
    { area: 'US-CA', gender: 'F', years: [2000, 2001, 2005, 2006], names: 120 },
    { area: 'US-CA', gender: 'M', years: [2000, 2001, 2005], names: 90 },
    { area: 'US-TX', gender: 'F', years: [2001, 2006], names: 60 },
  ]);
  const british = rowsOf(random, names, [
    { area: null, gender: 'F', years: span(2004, 2010), names: 140, manner: 'ranks' },
    { area: null, gender: 'F', years: span(2011, 2013), names: 140, manner: 'own ranks' },
    { area: null, gender: 'M', years: span(2005, 2009), names: 110, manner: 'hides' },
    { area: null, gender: 'M', years: [2010], names: 60, manner: 'ranks alone' },
    { area: null, gender: 'M', years: span(2011, 2012), names: 110 },
    { area: 'GB-SCT', gender: 'M', years: [2011, 2012], names: 80, manner: 'own ranks' },
  ]);
  const girls = rowsOf(random, names, [{ area: null, gender: 'F', years: span(2000, 2011), names: 70 }]);
  const ghosts = DELETED_NAMES.flatMap((published) =>
    years.map((year) => ({ area: null, gender: 'F' as const, year, published, count: 99_999 })),
  );

  await addCountry(pool, 'ZZ', 'Zedland');
  const ghost = await loadRows(pool, 'GB', ghosts);
  const datasets = [
    await loadRows(pool, 'US', long),
    await loadRows(pool, 'US', oneYear),
    await loadRows(pool, 'US', regions),
    await loadRows(pool, 'GB', british),
    await loadRows(pool, 'ZZ', girls),
  ];
  await setDeleted(pool, ghost, true);
  const kept = long.filter(({ year }) => year !== 2012);
  return {
    published: new Map([
      ['US', [...kept, ...oneYear, ...regions]],
      ['GB', british],
      ['ZZ', girls],
    ]),
    datasets,
    names: names.flat(),
  };
}
