import { leastAboveChance } from './above-chance.ts';
import { binomialTest } from './binomial.ts';

/** With more examples than this of different chances the exact distribution takes seconds. */
const MOST_MIXED = 10_000;

/**
 * `leastAboveChance`, quick for any number of examples that share one chance: P(at least k right) falls in k, so the
 * threshold is found by halving.
 *
 * @param chances per example the probability 0..1 that guessing is right
 * @returns the least number right with a one-sided p ≤ 0.05; undefined where even all right is not enough, or where
 *   more than 10,000 examples have different chances
 * @throws InputError where a chance is out of range.
 */
export function leastRight(chances: readonly number[]): number | undefined {
  const [first] = chances;
  if (first === undefined) return undefined;
  if (!chances.every((chance) => chance === first))
    return chances.length > MOST_MIXED ? undefined : leastAboveChance(chances);
  const isAbove = (k: number) => binomialTest(k, chances.length, first, 'greater') <= 0.05;
  let [low, high] = [0, chances.length];
  if (!isAbove(high)) return undefined;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAbove(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
