import type { Sex } from './made-up-name.ts';
import { fraction } from './random.ts';

export const LAYOUTS = ['us_ssa_state', 'us_ssa'] as const;
type Layout = (typeof LAYOUTS)[number];

export interface NameOptions {
  readonly rows: number;
  readonly seed: number;
  readonly layout: Layout;
  /** The first so many of 51. */
  readonly areas: number;
  readonly firstYear: number;
  readonly lastYear: number;
  readonly shuffle: boolean;
}

/** The names of one area, sex and year: `size` rows from row `start` on. */
export interface Slice {
  readonly area: string;
  readonly sex: Sex;
  readonly year: number;
  readonly start: number;
  readonly size: number;
  /** Where in the cycle of fashion this slice stands, 0 up to 1. */
  readonly phase: number;
  /** The count of the first name is this times the size. */
  readonly scale: number;
}

export interface NamePlan extends NameOptions {
  readonly slices: readonly Slice[];
}

const AREAS =
  'CA TX NY FL IL PA OH MI GA NC NJ VA WA MA IN AZ TN MO MD WI MN CO AL SC LA KY OR OK CT IA MS AR UT KS NV NM NE ' +
  'WV ID HI ME NH RI MT DE SD ND AK DC VT WY';
const SEXES: readonly Sex[] = ['F', 'M'];
const GIRLS_SHARE = 0.55;
const YEARS_PER_CYCLE = 90;
/** A longer list would need more names than are kept in memory. */
const LONGEST_SLICE = 1_000_000;

/**
 * Which slices there are and how the rows are shared out among them; every later step is a function of this.
 * RangeError when a slice would have more than a million names.
 */
export function planNames(options: NameOptions): NamePlan {
  const weighted = slicesWithWeight(options);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const slices: Slice[] = [];
  let start = 0;
  let weightSoFar = 0;
  for (const [i, { weight, ...slice }] of weighted.entries()) {
    weightSoFar += weight;
    const last = i === weighted.length - 1;
    // Rounding the running sum, not each share, makes the sizes add up.
    const end = last ? options.rows : Math.floor((options.rows * weightSoFar) / total);
    if (end > start) slices.push({ ...slice, start, size: end - start });
    start = end;
  }
  if (slices.some(({ size }) => size > LONGEST_SLICE)) {
    throw new RangeError('More than a million names for one area, sex and year: take more years or areas.');
  }
  return { ...options, slices };
}

function slicesWithWeight({ seed, layout, areas, firstYear, lastYear }: NameOptions) {
  const national = layout === 'us_ssa';
  const places = national ? [''] : AREAS.split(' ').slice(0, areas);
  const fromYear = national ? lastYear : firstYear;
  return places.toSorted().flatMap((area) => {
    const size = 1 / (5 + AREAS.indexOf(area) / 3);
    return SEXES.flatMap((sex) =>
      Array.from({ length: lastYear - fromYear + 1 }, (_, i) => {
        const year = fromYear + i;
        const place = AREAS.indexOf(area) * 2 + SEXES.indexOf(sex);
        const start = fraction(seed, place);
        return {
          area,
          sex,
          year,
          weight: size * (sex === 'F' ? GIRLS_SHARE : 1 - GIRLS_SHARE),
          phase: (start + year / YEARS_PER_CYCLE) % 1,
          scale: 3 + 3 * fraction(seed, place * 1000 + year),
        };
      }),
    );
  });
}
