/**
 * Damped Holt (Gardner and McKenzie 1985): a level and a trend that fades by `phi` with each step. In error form:
 * `ŷ = l + φb`, `l = ŷ + αe`, `b = φb + αβe` with `e = y − ŷ`; it begins at the first value, without a trend.
 */
export interface HoltState {
  readonly level: number;
  readonly trend: number;
  readonly phi: number;
}

const ALPHAS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99];
const BETAS = [0.01, 0.05, 0.1, 0.2, 0.4];
const PHIS = [0.8, 0.85, 0.9, 0.95, 0.98];

/**
 * The state after each value, as it would be known then: of all weights those with the least squared errors of one
 * step so far, which later values have no part in.
 */
export function holtStates(values: readonly number[]): HoltState[] {
  const states: HoltState[] = values.map((level) => ({ level, trend: 0, phi: 0 }));
  const least = values.map(() => Infinity);
  for (const alpha of ALPHAS)
    for (const beta of BETAS) for (const phi of PHIS) pass(values, { alpha, beta, phi }, states, least);
  return states;
}

/** The value so many steps after a state. */
export function holtForecast({ level, trend, phi }: HoltState, steps: number): number {
  let value = level;
  let damping = 1;
  for (let step = 1; step <= steps; step++) {
    damping *= phi;
    value += damping * trend;
  }
  return value;
}

/** One walk over the values; replaces each state whose errors so far were larger. */
function pass(
  values: readonly number[],
  { alpha, beta, phi }: { readonly alpha: number; readonly beta: number; readonly phi: number },
  states: HoltState[],
  least: number[],
): void {
  let [level, trend, squares] = [values[0] as number, 0, 0];
  for (let at = 1; at < values.length; at++) {
    const expected = level + phi * trend;
    const error = (values[at] as number) - expected;
    squares += error * error;
    level = expected + alpha * error;
    trend = phi * trend + alpha * beta * error;
    if (squares >= (least[at] as number)) continue;
    least[at] = squares;
    states[at] = { level, trend, phi };
  }
}
