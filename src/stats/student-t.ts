import { InputError } from '../errors.ts';

/**
 * P(T > t) of Student's t with `dof` degrees of freedom (any number above 0); equals `scipy.stats.t.sf(t, dof)`.
 * By the incomplete beta function: for t ≥ 0 it is I_x(dof/2, 1/2) / 2 at x = dof / (dof + t²).
 * @throws InputError unless dof > 0.
 */
export function studentTSf(t: number, dof: number): number {
  if (!(dof > 0)) {
    throw new InputError({
      what: "no Student's t",
      expected: 'degrees of freedom above 0',
      got: String(dof),
    });
  }
  if (t < 0) return 1 - studentTSf(-t, dof);
  const squared = t * t;
  return 0.5 * incompleteBeta(dof / 2, 0.5, dof / (dof + squared), squared / (dof + squared));
}

/**
 * The t that is exceeded with probability `p`; equals `scipy.stats.t.isf(p, dof)`. By bisection on `studentTSf`.
 * @throws InputError unless 0 < p < 1 and dof > 0.
 */
export function studentTIsf(p: number, dof: number): number {
  if (!(p > 0 && p < 1)) {
    throw new InputError({ what: "no quantile of Student's t", expected: '0 < p < 1', got: String(p) });
  }
  if (p > 0.5) return -studentTIsf(1 - p, dof);
  let [low, high] = [0, 1];
  while (studentTSf(high, dof) > p) [low, high] = [high, high * 2];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentTSf(middle, dof) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b) by its continued fraction (Lentz), on the side where that converges; y = 1 − x, given to keep its digits. */
function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, y)) / b;
}

/** The continued fraction of I_x(a, b); Abramowitz & Stegun 26.5.8. */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** log Γ(x) for x > 0: Stirling's series after shifting x to 12 and above. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 12) {
    shift -= Math.log(z);
    z += 1;
  }
  const s = 1 / (z * z);
  const series =
    (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / z;
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
}
