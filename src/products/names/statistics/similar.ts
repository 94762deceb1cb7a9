/** What "alike" means: the same course whatever the level, or the same level too. */
export const SIMILARITY_MODES = ['shape', 'level'] as const;
export type SimilarityMode = (typeof SIMILARITY_MODES)[number];

/** A curve is a mean over this many years to each side. */
const YEARS_TO_EACH_SIDE = 2;

/**
 * Writes the centred five-year means of `values` to `into` from `offset` on: of as many years as are published within
 * two years of each. `years` rise.
 */
export function smooth(
  values: Float64Array,
  years: readonly number[],
  into: Float32Array | Float64Array,
  offset = 0,
): void {
  let [start, end, sum] = [0, 0, 0];
  for (const [at, year] of years.entries()) {
    while (end < years.length && (years[end] as number) <= year + YEARS_TO_EACH_SIDE) end++;
    while ((years[start] as number) < year - YEARS_TO_EACH_SIDE) start++;
    sum = 0;
    for (let place = start; place < end; place++) sum += values[place] as number;
    into[offset + at] = sum / (end - start);
  }
}

/**
 * From the product of two curves and their squares. `shape`: the cosine of the angle between them; `level`:
 * `2ab / (a² + b²)`, the cosine where both are equally high and less the more their levels differ. 0 to 1 for
 * shares, 1 for a curve and itself.
 */
export function similarityOf(
  mode: SimilarityMode,
  product: number,
  oneSquared: number,
  otherSquared: number,
): number {
  const scale =
    mode === 'shape' ? Math.sqrt(oneSquared) * Math.sqrt(otherSquared) : (oneSquared + otherSquared) / 2;
  return scale === 0 ? 0 : Math.min(1, product / scale);
}
