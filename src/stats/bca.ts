import { InputError } from '../errors.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** `percentile`: quantiles of the resampled values. `bca`: the same at levels corrected for bias and skew. */
export type BootstrapMethod = 'bca' | 'percentile';

/** An interval from resamples, all in the statistic's own unit. */
export interface BootstrapInterval {
  /** The statistic of the data as they are. */
  estimate: number;
  lo: number;
  hi: number;
  /** Standard deviation of the resampled values, with divisor B − 1. */
  standardError: number;
  /**
   * What the bounds are: `degenerate` where all resampled values are one number (all examples right, say), so that
   * lo = hi and the interval says nothing of the uncertainty.
   */
  method: BootstrapMethod | 'degenerate';
}

/** What an interval is computed from. */
export interface Resampled {
  estimate: number;
  /** The statistic of each of B ≥ 2 resamples, in any order; not changed. */
  values: ArrayLike<number>;
  /** The statistic with each unit (example or group) left out in turn. Needed for `bca` only. */
  leftOut: ArrayLike<number>;
}

/**
 * A two-sided bootstrap interval; equals `scipy.stats.bootstrap(…, method=…).confidence_interval` for the same
 * resamples. Efron (1987), "Better bootstrap confidence intervals", eqs. 14.9–14.15 in Efron and Tibshirani (1993):
 *
 *     lo, hi = quantiles of the resampled values at Φ(z₀ + (z₀ ± z) / (1 − a (z₀ ± z))),   z = Φ⁻¹((1 + level) / 2)
 *     z₀ = Φ⁻¹((#{θ* < θ̂} + #{θ* ≤ θ̂}) / 2B),   a = Σ d³ / (6 (Σ d²)^(3/2)),   d = mean of θ̂₍₋ᵢ₎ − θ̂₍₋ᵢ₎
 *
 * Values within 1e-12 of the largest count as equal to the estimate, which rounding may have split from it. Where the
 * correction is not finite (every resample on one side of the estimate) the percentile interval is given, and
 * `method` says so; where all resampled values are equal both bounds are that value and `method` is `degenerate`.
 *
 * @param level two-sided confidence, 0 < level < 1
 * @throws InputError where the level is out of range, there are fewer than 2 resamples, or a value is not finite.
 */
export function resampledInterval(
  { estimate, values, leftOut }: Resampled,
  level: number,
  method: BootstrapMethod,
): BootstrapInterval {
  check(level, estimate, values);
  const sorted = Float64Array.from(values).sort();
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const slack = 1e-12 * Math.max(Math.abs(least), Math.abs(most));
  const standardError = deviation(sorted);
  if (most - least <= slack) return { estimate, lo: least, hi: most, standardError, method: 'degenerate' };

  const z = normalQuantile(0.5 + 0.5 * level);
  const bias = method === 'bca' ? biasOf(sorted, estimate, slack) : 0;
  const skew = method === 'bca' ? acceleration(leftOut) : 0;
  const at = (normal: number) => normalCdf(bias + normal / (1 - skew * normal));
  const [low, high] = [at(bias - z), at(bias + z)];
  if (method === 'bca' && Number.isFinite(bias) && low < high) {
    return { estimate, lo: quantile(sorted, low), hi: quantile(sorted, high), standardError, method };
  }
  const tail = (1 - level) / 2;
  const [lo, hi] = [quantile(sorted, tail), quantile(sorted, 1 - tail)];
  return { estimate, lo, hi, standardError, method: 'percentile' };
}

/**
 * The quantile at `p` (0..1) of ascending values, linear between the two neighbours: Hyndman and Fan's type 7, equals
 * `numpy.quantile(sorted, p)`.
 *
 * @throws InputError where there is no value or `p` is not in [0, 1].
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0 || !(p >= 0 && p <= 1)) {
    throw new InputError({
      what: 'no quantile',
      expected: 'at least one value and a probability in [0, 1]',
      got: `${sorted.length} values, ${p}`,
    });
  }
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

/**
 * Σ d³ / (6 (Σ d²)^(3/2)) with d = mean − value, a sixth of the skewness of the jackknife; 0 where they are all equal.
 */
export function acceleration(leftOut: ArrayLike<number>): number {
  const values = Array.from(leftOut);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const size = values.reduce((largest, value) => Math.max(largest, Math.abs(mean - value)), 0);
  if (!(size > 1e-14 * Math.abs(mean))) return 0;
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    const d = (mean - value) / size;
    squares += d * d;
    cubes += d * d * d;
  }
  return cubes / (6 * squares ** 1.5);
}

/** z₀: by how much the resampled values lie below the estimate, in standard deviations. */
function biasOf(values: Float64Array, estimate: number, slack: number): number {
  let count = 0;
  for (const value of values) {
    if (value < estimate - slack) count += 2;
    else if (value <= estimate + slack) count += 1;
  }
  return normalQuantile(count / (2 * values.length));
}

/** Standard deviation with divisor B − 1. */
function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function check(level: number, estimate: number, values: ArrayLike<number>): void {
  const refuse = (expected: string, got: string): never => {
    throw new InputError({ what: 'cannot compute a bootstrap interval', expected, got });
  };
  if (!(level > 0 && level < 1)) refuse('a level between 0 and 1, such as 0.95', String(level));
  if (values.length < 2) refuse('at least 2 resamples', String(values.length));
  if (!Number.isFinite(estimate)) refuse('a statistic that is finite for the data', String(estimate));
  const bad = Array.prototype.find.call(values, (value: number) => !Number.isFinite(value));
  if (bad !== undefined) refuse('a statistic that is finite for every resample', String(bad));
}
