import { InputError } from '../errors.ts';
import { normalCdf } from './normal.ts';

/**
 * Standard error of a score that is a weighted mean over timesteps, each evaluated with several noises: how much the
 * score would move if the noises were drawn anew. The timesteps are fixed, so only the spread within each counts
 * (stratified sampling; Cochran 1977, chapter 5, without the finite-population factor):
 *
 *     SE² = Σ_t w_t² s_t² / k_t,   s_t² = Σ_j (x_tj − x̄_t)² / (k_t − 1)
 *
 * For the lead of one caption over another pass the trials' differences, as the noises are shared: two scores' own
 * errors must not be added.
 *
 * @param strata per timestep its k_t ≥ 2 values in the score's unit (k_t may differ)
 * @param weights per timestep w_t, 1 / number of timesteps unless told
 * @returns in the score's unit
 * @throws InputError where there is no timestep, one has fewer than 2 values, or the weights are not as many.
 */
export function repeatsStandardError(
  strata: readonly ArrayLike<number>[],
  weights: ArrayLike<number> = new Float64Array(strata.length).fill(1 / strata.length),
): number {
  const fewest = strata.reduce((least, values) => Math.min(least, values.length), Infinity);
  if (strata.length === 0 || fewest < 2 || weights.length !== strata.length) {
    refuse(
      'one weight and at least two noises per timestep',
      `${strata.length} timesteps, ${weights.length} weights, fewest noises ${fewest}`,
    );
  }
  let sum = 0;
  for (const [t, values] of strata.entries()) {
    const list = Array.from(values);
    const mean = list.reduce((total, value) => total + value, 0) / list.length;
    const squares = list.reduce((total, value) => total + (value - mean) ** 2, 0);
    sum += (weights[t]! ** 2 * squares) / (list.length - 1) / list.length;
  }
  return Math.sqrt(sum);
}

/**
 * The probability 0..1 that a verdict is right under redrawn noises, Φ(margin / standard error): the margin is a mean
 * over many trials, hence about normal. Without an error it is 1 above a margin of 0, else 0, as a tie is wrong. For a
 * metric whose margin is the smallest of several differences it is an approximation.
 *
 * @param margin mean lead of right over wrong, in the score's unit
 * @param standardError of the margin, ≥ 0
 * @throws InputError where the margin is NaN or the error negative or NaN.
 */
export function rightProbability(margin: number, standardError: number): number {
  if (Number.isNaN(margin) || !(standardError >= 0)) {
    refuse('a margin and a standard error that is not negative', `${margin} and ${standardError}`);
  }
  if (standardError === 0) return margin > 0 ? 1 : 0;
  return normalCdf(margin / standardError);
}

/** Standard deviations of a benchmark score, as fractions; total² = monteCarlo² + examples². */
export interface ScoreSpread {
  /** Expected score, the mean of p_i. */
  score: number;
  /** From the noises alone, the examples being these: √(Σ p_i (1 − p_i)) / n. */
  monteCarlo: number;
  /** From the choice of examples alone, every verdict being its expectation: √(Σ (p_i − p̄)²) / n. */
  examples: number;
  /** Of both: √(p̄ (1 − p̄) / n), what Wilson's interval is about. */
  total: number;
}

/**
 * Splits the variance of a share of right verdicts by the law of total variance: n examples drawn at random, the
 * verdict of example i right with probability p_i under redrawn noise,
 *
 *     Var = E[Var | examples] + Var(E | examples) = Σ p_i (1 − p_i) / n² + Σ (p_i − p̄)² / n² = p̄ (1 − p̄) / n
 *
 * The verdicts of different examples are taken as independent under redrawn noise. A run's examples share one noise
 * bank, so that is an assumption: where a noise pushes many examples the same way, the first part is larger than this.
 *
 * More noises per example lower the first part only, more examples both. From `rightProbability` of *estimated* margins
 * the split is itself an estimate: a margin's own error makes p_i less extreme or more, see docs/statistics.md.
 *
 * @param probabilities p_i in [0, 1], one per example
 * @throws InputError where there is none, or one is not in [0, 1].
 */
export function scoreSpread(probabilities: readonly number[]): ScoreSpread {
  const bad = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined || probabilities.length === 0) {
    refuse('at least one probability, all in [0, 1]', bad === undefined ? 'none' : String(bad));
  }
  const n = probabilities.length;
  const score = probabilities.reduce((sum, p) => sum + p, 0) / n;
  const within = probabilities.reduce((sum, p) => sum + p * (1 - p), 0);
  const between = probabilities.reduce((sum, p) => sum + (p - score) ** 2, 0);
  return {
    score,
    monteCarlo: Math.sqrt(within) / n,
    examples: Math.sqrt(between) / n,
    total: Math.sqrt((within + between) / (n * n)),
  };
}

/**
 * The Monte-Carlo standard deviation of a score from a second run with other noises, without any model of the margins:
 * √(flips / 2) / n. An example's two verdicts differ with probability 2 p_i (1 − p_i), so flips / 2 is an unbiased
 * estimate of Σ p_i (1 − p_i). Takes examples as independent, as `scoreSpread` does.
 *
 * @param flips examples that are right in exactly one of the two runs
 * @param count examples, at least 1
 * @returns as a fraction, of one run's score
 * @throws InputError unless 0 ≤ flips ≤ count are integers, count ≥ 1.
 */
export function monteCarloFromRerun(flips: number, count: number): number {
  const good = Number.isInteger(flips) && Number.isInteger(count) && flips >= 0 && flips <= count;
  if (!good || count < 1) refuse('integers 0 <= flips <= count, count >= 1', `${flips} of ${count}`);
  return Math.sqrt(flips / 2) / count;
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot compute a Monte-Carlo error', expected, got });
}
