/** A Beta distribution; `stirling` is δ(a+b) − δ(a) − δ(b), which every value of the density needs. */
export interface Beta {
  readonly a: number;
  readonly b: number;
  readonly stirling: number;
}

const HALF_LN_2PI = 0.9189385332046728;
const TINY = 1e-300;
const PRECISION = 1e-15;
/** Above this, in both parameters, the continued fraction needs hundreds of steps and an integral is exact too. */
const LARGE = 3000;

/** Beta(a, b) with a, b > 0. */
export function beta(a: number, b: number): Beta {
  return { a, b, stirling: stirlingError(a + b) - stirlingError(a) - stirlingError(b) };
}

export function betaMean({ a, b }: Beta): number {
  return a / (a + b);
}

/** The density at 0 < x < 1. */
export function betaDensity(distribution: Beta, x: number): number {
  return kernel(distribution, x, 1 - x) / (x * (1 - x));
}

/** P(X ≤ x): the regularized incomplete beta function. */
export function betaCdf(distribution: Beta, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const { a, b } = distribution;
  if (a > LARGE && b > LARGE) return integratedCdf(distribution, x);
  const front = kernel(distribution, x, 1 - x);
  // The fraction converges fast on its own side of the mean; beyond it, the other tail is subtracted.
  if (x < (a + 1) / (a + b + 2)) return (front * continuedFraction(a, b, x)) / a;
  return 1 - (front * continuedFraction(b, a, 1 - x)) / b;
}

/**
 * x^a (1−x)^b / B(a, b), by Loader's saddle point: no large terms that cancel, so it stays exact for millions.
 * With p = a/(a+b) and u = (x−p)/p, v = (p−x)/(1−p) the terms of first order, a·u + b·v, are zero.
 */
function kernel({ a, b, stirling }: Beta, x: number, y: number): number {
  const n = a + b;
  const u = (x * b - y * a) / a;
  const v = (y * a - x * b) / b;
  const exponent = a * log1pMinus(u) + b * log1pMinus(v) + stirling;
  return Math.sqrt(a / n) * Math.sqrt(b) * Math.exp(exponent - HALF_LN_2PI);
}

/** ln(1+u) − u, without cancellation for small u. */
function log1pMinus(u: number): number {
  if (Math.abs(u) > 0.1) return Math.log1p(u) - u;
  // ln(1+u) = 2(r + r³/3 + r⁵/5 + …) with r = u/(2+u), and 2r − u = −r·u.
  const r = u / (2 + u);
  const r2 = r * r;
  const tail = r2 * (1 / 3 + r2 * (1 / 5 + r2 * (1 / 7 + r2 * (1 / 9 + r2 * (1 / 11 + r2 / 13)))));
  return r * (2 * tail - u);
}

/** δ(z): ln Γ(z) − [(z−½) ln z − z + ½ ln 2π], by its series from 10 on and by recurrence below. */
function stirlingError(z: number): number {
  let error = 0;
  let x = z;
  for (; x < 10; x++) error += (x + 0.5) * Math.log1p(1 / x) - 1;
  const s = 1 / (x * x);
  return (
    error +
    (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / x
  );
}

/** Lentz's evaluation of the continued fraction of the incomplete beta function. */
function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** The nodes and weights of the Gauss-Legendre rule with 16 points, one half of the symmetric table. */
const GAUSS: readonly (readonly [number, number])[] = [
  [0.0950125098376374, 0.1894506104550685],
  [0.2816035507792589, 0.1826034150449236],
  [0.4580167776572274, 0.1691565193950025],
  [0.6178762444026438, 0.1495959888165767],
  [0.755404408355003, 0.1246289712555339],
  [0.8656312023878318, 0.0951585116824928],
  [0.9445750230732326, 0.0622535239386479],
  [0.9894009349916499, 0.0271524594117541],
];

/** For large a and b: the density integrated from x into its own tail, 8 standard deviations far. */
function integratedCdf(distribution: Beta, x: number): number {
  const { a, b } = distribution;
  const mean = a / (a + b);
  const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
  const below = x < mean;
  // Nothing that a double can hold lies farther out.
  if (Math.abs(x - mean) > 50 * deviation) return below ? 0 : 1;
  const end = below ? Math.max(0, x - 8 * deviation) : Math.min(1, x + 8 * deviation);
  const tail = Math.abs(integral(distribution, x, end, 2));
  return below ? tail : 1 - tail;
}

function integral(distribution: Beta, from: number, to: number, panels: number): number {
  const half = (to - from) / panels / 2;
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const middle = from + (2 * panel + 1) * half;
    for (const [node, weight] of GAUSS) {
      sum += weight * betaDensity(distribution, middle - half * node);
      sum += weight * betaDensity(distribution, middle + half * node);
    }
  }
  return sum * half;
}
