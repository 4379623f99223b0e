import { InputError } from '../errors.ts';

const SQRT_2PI = 2.5066282746310007;

/**
 * Φ(x), the probability that a standard normal variable is at most `x`; equals `scipy.stats.norm.cdf(x)`.
 * Relative accuracy about 1e-12 or better, also in the left tail. NaN gives NaN.
 *
 * Centre: Φ = ½ + φ(x) Σ x^(2n+1) / (2n+1)!!. Tails: Mills' ratio as the continued fraction
 * 1/(x + 1/(x + 2/(x + 3/…))) (Abramowitz and Stegun 26.2.11 and 26.2.14).
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  const density = Math.exp(-0.5 * size * size) / SQRT_2PI;
  if (size < 2.5) return 0.5 + Math.sign(x) * density * centreSeries(size);
  const tail = density === 0 ? 0 : density / millsDenominator(size);
  return x < 0 ? tail : 1 - tail;
}

/** Σ x^(2n+1) / (2n+1)!!, all terms positive. */
function centreSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
}

/** x + 1/(x + 2/(x + 3/…)), evaluated from the inside out; 200 levels are enough for x ≥ 2.5. */
function millsDenominator(x: number): number {
  let value = x;
  for (let level = 200; level >= 1; level--) value = x + level / value;
  return value;
}

// Numerators and denominators of AS 241 (PPND16), constant term first.
const CENTRE_NUMERATOR = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const CENTRE_DENOMINATOR = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
];
const MIDDLE_NUMERATOR = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const MIDDLE_DENOMINATOR = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const TAIL_NUMERATOR = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const TAIL_DENOMINATOR = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
];

/**
 * The x with Φ(x) = `p`, for a probability 0..1 (0 gives -Infinity, 1 gives Infinity); equals
 * `scipy.stats.norm.ppf(p)` to 1e-12 relative. Wichura (1988), algorithm AS 241, PPND16.
 *
 * @throws InputError where `p` is not in [0, 1].
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) {
    throw new InputError({ what: 'no normal quantile', expected: 'a probability in [0, 1]', got: String(p) });
  }
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const size =
    r <= 5
      ? polynomial(MIDDLE_NUMERATOR, r - 1.6) / polynomial(MIDDLE_DENOMINATOR, r - 1.6)
      : polynomial(TAIL_NUMERATOR, r - 5) / polynomial(TAIL_DENOMINATOR, r - 5);
  return q < 0 ? -size : size;
}

/** Horner's rule, constant term first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
