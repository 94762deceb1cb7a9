import { type Beta, beta, betaCdf, betaDensity, betaMean } from './beta-distribution.ts';

/** One part of a mixture; weights of all parts add up to 1. */
export interface WeightedBeta {
  readonly weight: number;
  readonly distribution: Beta;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const MAX_STEPS = 200;
/** Relative to x, which is kept on the side of 0. */
const TOLERANCE = 1e-10;

/** The x with P(X ≤ x) = p, for 0 < p < 1; exact to 10 digits, those near 1 counted from 1. */
export function betaQuantile(distribution: Beta, p: number): number {
  const { a, b } = distribution;
  return a > b ? 1 - quantileNearZero(beta(b, a), 1 - p) : quantileNearZero(distribution, p);
}

function quantileNearZero(distribution: Beta, p: number): number {
  return solve(
    (x) => betaCdf(distribution, x) - p,
    (x) => betaDensity(distribution, x),
    startingPoint(distribution, p),
    { low: 0, high: 1 },
  );
}

/** The equal-tailed interval that holds `level` of the distribution. */
export function betaInterval(distribution: Beta, level: number): Interval {
  const tail = (1 - level) / 2;
  return { low: betaQuantile(distribution, tail), high: betaQuantile(distribution, 1 - tail) };
}

/** The equal-tailed interval of a mixture; of a single part it is that part's. */
export function mixtureInterval(parts: readonly WeightedBeta[], level: number): Interval {
  const [first, second] = parts;
  if (first && !second) return betaInterval(first.distribution, level);
  const tail = (1 - level) / 2;
  const intervals = parts.map((part) => betaInterval(part.distribution, level));
  // A quantile of a mixture lies between those of its parts.
  const lows = { low: least(intervals, 'low'), high: greatest(intervals, 'low') };
  const highs = { low: least(intervals, 'high'), high: greatest(intervals, 'high') };
  return { low: mixtureQuantile(parts, tail, lows), high: mixtureQuantile(parts, 1 - tail, highs) };
}

/** P(X ≤ x) of a mixture. */
export function mixtureCdf(parts: readonly WeightedBeta[], x: number): number {
  return parts.reduce((total, part) => total + part.weight * betaCdf(part.distribution, x), 0);
}

function mixtureQuantile(parts: readonly WeightedBeta[], p: number, between: Interval): number {
  return solve(
    (x) => mixtureCdf(parts, x) - p,
    (x) => parts.reduce((total, part) => total + part.weight * betaDensity(part.distribution, x), 0),
    (between.low + between.high) / 2,
    between,
  );
}

/** Newton's method inside a bracket that every step narrows; a step that leaves it becomes a bisection. */
function solve(
  f: (x: number) => number,
  slope: (x: number) => number,
  start: number,
  between: Interval,
): number {
  let { low, high } = between;
  let x = Math.min(Math.max(start, low), high);
  for (let step = 0; step < MAX_STEPS && high - low > TOLERANCE * high; step++) {
    const error = f(x);
    if (error === 0) return x;
    if (error > 0) high = x;
    else low = x;
    const next = x - error / slope(x);
    const inside = next > low && next < high;
    const moved = inside ? next : (low + high) / 2;
    if (inside && Math.abs(next - x) <= TOLERANCE * x) return next;
    x = moved;
  }
  return x;
}

/** A first guess: from the power of the nearer end for small parameters, else Wilson and Hilferty's (A&S 26.5.22). */
function startingPoint({ a, b }: Beta, p: number): number {
  if (a < 1 || b < 1) return powerGuess(a, b, p);
  const z = normalQuantile(p);
  const lambda = (z * z - 3) / 6;
  const u = 1 / (2 * a - 1);
  const v = 1 / (2 * b - 1);
  const h = 2 / (u + v);
  const w = (-z * Math.sqrt(h + lambda)) / h - (v - u) * (lambda + 5 / 6 - 2 / (3 * h));
  const guess = a / (a + b * Math.exp(2 * w));
  return Number.isFinite(guess) && guess > 0 && guess < 1 ? guess : a / (a + b);
}

function powerGuess(a: number, b: number, p: number): number {
  const mean = betaMean({ a, b, stirling: 0 });
  const lower = Math.exp(a * Math.log(mean)) / a;
  const upper = Math.exp(b * Math.log(1 - mean)) / b;
  const total = lower + upper;
  return p < lower / total ? (a * total * p) ** (1 / a) : 1 - (b * total * (1 - p)) ** (1 / b);
}

/** A&S 26.2.23: three digits, enough for a start. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const z = t - (2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481));
  return p < 0.5 ? -z : z;
}

function least(intervals: readonly Interval[], end: keyof Interval): number {
  return Math.min(...intervals.map((interval) => interval[end]));
}

function greatest(intervals: readonly Interval[], end: keyof Interval): number {
  return Math.max(...intervals.map((interval) => interval[end]));
}
