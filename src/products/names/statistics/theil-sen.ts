/** A line through points by the median of the slopes between them, which single outliers do not move. */
export interface TheilSenLine {
  /** Rise of `y` over one of `x`. */
  readonly slope: number;
  /** Of 95 %; null where so few points allow none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Median distance of the points from the line. */
  readonly scatter: number;
}

/** Two-sided 95 % of the normal distribution. */
export const NORMAL_95 = 1.959963984540054;

/**
 * The interval takes the slopes whose ranks Kendall's variance gives (P. K. Sen, "Estimates of the regression
 * coefficient based on Kendall's tau", 1968), corrected for ties and with ranks rounded, as SciPy's `theilslopes` has
 * it. `xs` rise strictly. Undefined for fewer than two points.
 */
export function theilSen(xs: readonly number[], ys: readonly number[]): TheilSenLine | undefined {
  if (xs.length < 2) return undefined;
  const slopes = slopesBetween(xs, ys);
  const slope = medianOfSorted(slopes);
  const offsets = ys.map((y, at) => y - slope * (xs[at] as number));
  const middle = median(offsets);
  return {
    slope,
    interval: intervalOf(slopes, ys),
    scatter: median(offsets.map((offset) => Math.abs(offset - middle))),
  };
}

/** Rising. */
function slopesBetween(xs: readonly number[], ys: readonly number[]): Float64Array {
  const { length } = xs;
  const slopes = new Float64Array((length * (length - 1)) / 2);
  let next = 0;
  for (let to = 1; to < length; to++) {
    for (let from = 0; from < to; from++)
      slopes[next++] =
        ((ys[to] as number) - (ys[from] as number)) / ((xs[to] as number) - (xs[from] as number));
  }
  return slopes.sort();
}

function intervalOf(slopes: Float64Array, ys: readonly number[]): TheilSenLine['interval'] {
  const spread = NORMAL_95 * Math.sqrt(kendallVariance(ys));
  const low = Math.round((slopes.length - spread) / 2) - 1;
  const high = Math.round((slopes.length + spread) / 2);
  if (low < 0 || high >= slopes.length) return null;
  return { low: slopes[low] as number, high: slopes[high] as number };
}

/** Variance of Kendall's S (later values above earlier ones, less those below) where order means nothing. */
export function kendallVariance(ys: readonly number[]): number {
  const { length: n } = ys;
  let sum = n * (n - 1) * (2 * n + 5);
  for (const { length: tied } of Map.groupBy(ys, (y) => y).values())
    sum -= tied * (tied - 1) * (2 * tied + 5);
  return sum / 18;
}

function median(values: readonly number[]): number {
  return medianOfSorted(Float64Array.from(values).sort());
}

function medianOfSorted(rising: Float64Array): number {
  const middle = rising.length >> 1;
  const upper = rising[middle] as number;
  return rising.length % 2 === 1 ? upper : ((rising[middle - 1] as number) + upper) / 2;
}
