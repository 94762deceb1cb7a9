import { holtForecast, holtStates } from './holt.ts';

/** Values that a back-test begins with, and how often it has to forecast for a band of 95 %. */
const MIN_TRAINING = 6;
const MIN_ORIGINS = 19;
const LEVELS = [0.8, 0.95] as const;

/** A share with its bands, by level. */
export interface ForecastPoint {
  readonly share: number;
  readonly bands: readonly { readonly low: number; readonly high: number }[];
}

export interface Forecast {
  /** One for each year ahead. */
  readonly points: readonly ForecastPoint[];
  /** Mean absolute error by that of the last value, in the back-test; null where the share never changed. */
  readonly mase: number | null;
  /** Years from which the back-test looked ahead. */
  readonly origins: number;
}

/** Years that a forecast over `horizon` years needs. */
export function yearsNeeded(horizon: number): number {
  return MIN_TRAINING + MIN_ORIGINS + horizon - 1;
}

/** Of shares (between 0 and 1, both excluded) in successive years; undefined for fewer than `yearsNeeded`. */
export function forecast(shares: readonly number[], horizon: number): Forecast | undefined {
  if (shares.length < yearsNeeded(horizon)) return undefined;
  const values = shares.map(logit);
  const states = holtStates(values);
  const ahead = (origin: number, steps: number): number =>
    holtForecast(states[origin] as (typeof states)[number], steps);
  const last = shares.length - 1;
  const errors: number[][] = [];
  let [ours, naive] = [0, 0];
  for (let steps = 1; steps <= horizon; steps++) {
    const ofSteps: number[] = [];
    for (let origin = MIN_TRAINING - 1; origin + steps <= last; origin++) {
      const expected = ahead(origin, steps);
      const truth = shares[origin + steps] as number;
      ofSteps.push(Math.abs((values[origin + steps] as number) - expected));
      ours += Math.abs(truth - share(expected));
      naive += Math.abs(truth - (shares[origin] as number));
    }
    errors.push(ofSteps);
  }
  return {
    points: withBands(
      errors.map((_, at) => ahead(last, at + 1)),
      errors,
    ),
    mase: naive === 0 ? null : ours / naive,
    origins: last - MIN_TRAINING + 1,
  };
}

/** Around each value so much that the errors of the back-test would have stayed within; never narrower further ahead. */
function withBands(values: readonly number[], errors: readonly (readonly number[])[]): ForecastPoint[] {
  const widest = LEVELS.map(() => 0);
  return values.map((value, at) => {
    const sorted = (errors[at] ?? []).toSorted((a, b) => a - b);
    const bands = LEVELS.map((level, index) => {
      const width = Math.max(widest[index] as number, quantile(sorted, level));
      widest[index] = width;
      return { low: share(value - width), high: share(value + width) };
    });
    return { share: share(value), bands };
  });
}

/** The error that a further one stays below with this chance, if it is like those before: one place higher than the plain quantile. */
export function quantile(sorted: readonly number[], level: number): number {
  const place = Math.ceil((sorted.length + 1) * level - 1e-9);
  return place > sorted.length ? Infinity : (sorted[place - 1] as number);
}

function logit(value: number): number {
  return Math.log(value / (1 - value));
}

function share(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
