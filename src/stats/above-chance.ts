import { InputError } from '../errors.ts';
import { binomialTest } from './binomial.ts';

/**
 * One-sided exact test that a scorer does better than guessing: P(at least `correct` right), each example by its own
 * chance. With one chance for all it equals `scipy.stats.binomtest(correct, n, chance, 'greater').pvalue`; with
 * several, `scipy.stats.poisson_binom.sf(correct − 1, chances)`.
 *
 * @param correct examples that are right, an integer 0..n
 * @param chances per example the probability 0..1 that guessing is right
 * @returns the p-value; 1 where there is no example
 * @throws InputError where the count or a chance is out of range.
 */
export function aboveChance(correct: number, chances: readonly number[]): number {
  if (!Number.isInteger(correct) || correct < 0 || correct > chances.length) {
    throw new InputError({
      what: 'cannot test a score against chance',
      expected: `an integer 0 <= correct <= ${chances.length}`,
      got: String(correct),
    });
  }
  const [first] = chances;
  if (first === undefined) return 1;
  if (chances.every((chance) => chance === first)) {
    return binomialTest(correct, chances.length, first, 'greater');
  }
  const pmf = poissonBinomial(chances);
  return correct === 0 ? 1 : Math.min(1, tailFrom(pmf, correct));
}

/**
 * The least number right that is above chance: the smallest k with P(at least k right) ≤ alpha, by `aboveChance`.
 *
 * @param chances per example the probability 0..1 that guessing is right
 * @param alpha one-sided level, 0 < alpha < 1
 * @returns k, or undefined where even all right is not enough
 * @throws InputError where a chance or the level is out of range.
 */
export function leastAboveChance(chances: readonly number[], alpha = 0.05): number | undefined {
  if (!(alpha > 0 && alpha < 1)) {
    throw new InputError({
      what: 'cannot find the least score above chance',
      expected: 'a level between 0 and 1, such as 0.05',
      got: String(alpha),
    });
  }
  const pmf = poissonBinomial(chances);
  let tail = 0;
  for (let k = chances.length; k >= 0; k--) {
    tail += pmf[k]!;
    if (tail > alpha) return k === chances.length ? undefined : k + 1;
  }
  return 0;
}

/**
 * P(exactly k of n independent trials succeed) for trials of different probabilities; equals
 * `scipy.stats.poisson_binom.pmf(range(n + 1), chances)`. Adds one trial after the other,
 *
 *     P′(k) = P(k) (1 − p) + P(k − 1) p
 *
 * where no term is subtracted, so every probability keeps its relative accuracy. n² / 2 steps: below 0.1 s for 10,000.
 *
 * @param chances n probabilities 0..1
 * @returns n + 1 probabilities, k = 0 … n
 * @throws InputError where a chance is not in [0, 1].
 */
export function poissonBinomial(chances: readonly number[]): Float64Array {
  const bad = chances.find((chance) => !(chance >= 0 && chance <= 1));
  if (bad !== undefined) {
    throw new InputError({
      what: 'no Poisson-binomial probability',
      expected: 'chances in [0, 1]',
      got: String(bad),
    });
  }
  const pmf = new Float64Array(chances.length + 1);
  pmf[0] = 1;
  for (const [done, chance] of chances.entries()) {
    for (let k = done + 1; k > 0; k--) pmf[k] = pmf[k]! * (1 - chance) + pmf[k - 1]! * chance;
    pmf[0] = pmf[0]! * (1 - chance);
  }
  return pmf;
}

/** Σ over k ≥ from, smallest terms first as far as the tail falls. */
function tailFrom(pmf: Float64Array, from: number): number {
  let sum = 0;
  for (let k = pmf.length - 1; k >= from; k--) sum += pmf[k]!;
  return sum;
}
