import { InputError } from '../errors.ts';

/** Which deviations from `p` count as evidence: more successes, fewer, or outcomes no likelier than this one. */
export type Alternative = 'two-sided' | 'less' | 'greater';

/**
 * log C(n, k), the natural logarithm of the number of ways to choose k of n; equals
 * `-log(n+1) - scipy.special.betaln(n-k+1, k+1)`, without the cancellation between log-gammas for large n.
 *
 * @throws InputError unless 0 ≤ k ≤ n are integers.
 */
export function logChoose(n: number, k: number): number {
  checkCounts(k, n);
  if (k === 0 || k === n) return 0;
  const rest = n - k;
  const entropy = -k * Math.log(k / n) - rest * Math.log1p(-k / n);
  return entropy + stirlingErrors(k, n) + 0.5 * Math.log(n / (2 * Math.PI * k * rest));
}

/**
 * P(X = k) for X ~ Binomial(n, p); equals `scipy.stats.binom.pmf(k, n, p)`. Loader (2000), "Fast and accurate
 * computation of binomial probabilities": a saddle-point form whose relative error does not grow with n.
 *
 * @throws InputError unless 0 ≤ k ≤ n are integers and p is in [0, 1].
 */
export function binomialPmf(k: number, n: number, p: number): number {
  checkCounts(k, n);
  checkProbability(p);
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const rest = n - k;
  const exponent = stirlingErrors(k, n) - deviance(k, n * p) - deviance(rest, n * (1 - p));
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * rest));
}

/**
 * P(X ≤ k) for X ~ Binomial(n, p); equals `scipy.stats.binom.cdf(k, n, p)`. The smaller tail is summed, so a tiny
 * result keeps its relative accuracy. `k` may be -1.
 *
 * @throws InputError unless -1 ≤ k ≤ n are integers and p is in [0, 1].
 */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k === -1) return 0;
  checkCounts(k, n);
  checkProbability(p);
  if (k === n) return 1;
  return k < n * p ? lowerSum(k, n, p) : 1 - upperSum(k + 1, n, p);
}

/**
 * P(X > k) for X ~ Binomial(n, p), note the strict sign; equals `scipy.stats.binom.sf(k, n, p)`. `k` may be -1.
 *
 * @throws InputError unless -1 ≤ k ≤ n are integers and p is in [0, 1].
 */
export function binomialSf(k: number, n: number, p: number): number {
  if (k === -1) return 1;
  checkCounts(k, n);
  checkProbability(p);
  if (k === n) return 0;
  return k < n * p ? 1 - lowerSum(k, n, p) : upperSum(k + 1, n, p);
}

/**
 * Exact binomial test of k successes in n against probability p; equals
 * `scipy.stats.binomtest(k, n, p, alternative).pvalue`. Two-sided sums every outcome at most as likely as k,
 * with SciPy's relative slack of 1e-7 so that symmetric outcomes count as equal.
 *
 * @throws InputError unless 0 ≤ k ≤ n are integers and p is in [0, 1].
 */
export function binomialTest(
  k: number,
  n: number,
  p: number,
  alternative: Alternative = 'two-sided',
): number {
  checkCounts(k, n);
  checkProbability(p);
  if (alternative === 'less') return binomialCdf(k, n, p);
  if (alternative === 'greater') return binomialSf(k - 1, n, p);
  const mean = n * p;
  if (k === mean) return 1;
  const limit = binomialPmf(k, n, p) * (1 + 1e-7);
  // The probabilities fall away from the mean on both sides, so the far side's cut is found by bisection.
  if (k < mean) {
    const cut = firstTrue(Math.ceil(mean), n + 1, (j) => binomialPmf(j, n, p) <= limit);
    return Math.min(1, binomialCdf(k, n, p) + binomialSf(cut - 1, n, p));
  }
  const cut = firstTrue(0, Math.floor(mean) + 1, (j) => binomialPmf(j, n, p) > limit);
  return Math.min(1, binomialCdf(cut - 1, n, p) + binomialSf(k - 1, n, p));
}

/** The least integer in [from, to) where a monotone predicate holds, or `to`. */
function firstTrue(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** P(X ≤ k) for k below the mean: terms shrink from k downwards. */
function lowerSum(k: number, n: number, p: number): number {
  const odds = (1 - p) / p;
  let [term, sum] = [1, 1];
  for (let j = k; j > 0 && term > sum * 1e-18; j--) {
    term *= (j / (n - j + 1)) * odds;
    sum += term;
  }
  return Math.min(1, binomialPmf(k, n, p) * sum);
}

/** P(X ≥ k) for k above the mean: terms shrink from k upwards. */
function upperSum(k: number, n: number, p: number): number {
  if (p === 1) return 1;
  const odds = p / (1 - p);
  let [term, sum] = [1, 1];
  for (let j = k; j < n && term > sum * 1e-18; j++) {
    term *= ((n - j) / (j + 1)) * odds;
    sum += term;
  }
  return Math.min(1, binomialPmf(k, n, p) * sum);
}

/** δ(n) − δ(k) − δ(n−k). */
function stirlingErrors(k: number, n: number): number {
  return stirlingError(n) - stirlingError(k) - stirlingError(n - k);
}

/** δ(n) = log n! − log(√(2πn) (n/e)ⁿ) for n ≥ 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let factorial = 1;
    for (let j = 2; j <= n; j++) factorial *= j;
    return Math.log(factorial) - (0.5 * Math.log(2 * Math.PI * n) + n * Math.log(n) - n);
  }
  const s = 1 / (n * n);
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / n;
}

/** Loader's D₀: x log(x/m) + m − x, by its series where x is near m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= v * v;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

function checkCounts(k: number, n: number): void {
  if (Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n) return;
  throw new InputError({
    what: 'no binomial probability',
    expected: 'integers 0 <= k <= n',
    got: `k = ${k}, n = ${n}`,
  });
}

function checkProbability(p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new InputError({ what: 'no binomial probability', expected: 'p in [0, 1]', got: String(p) });
}
