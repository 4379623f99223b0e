import { InputError } from '../errors.ts';
import { type Alternative, logChoose } from './binomial.ts';
import { normalCdf } from './normal.ts';
import { wilsonInterval } from './wilson.ts';

/*
 * Two scores on different examples, or of which only the counts are known. On the same examples these tests are valid
 * only as far as the verdicts are unrelated; with the verdicts at hand use `mcnemarExact`.
 */

/**
 * Two-sided z-test that two proportions are equal, with the pooled variance; equals statsmodels'
 * `proportions_ztest([aCorrect, bCorrect], [aCount, bCount])`, and its p-value that of the χ² test without correction:
 *
 *     z = (p_A − p_B) / √(p (1 − p) (1/n_A + 1/n_B)),   p = (k_A + k_B) / (n_A + n_B)
 *
 * An approximation for counts of about 10 or more right and wrong on either side; below that use `fisherExact`.
 *
 * @returns z, positive where A is better, and the p-value; z = 0 and p = 1 where all are right or all wrong
 * @throws InputError unless the counts are integers 0 ≤ correct ≤ count with count ≥ 1.
 */
export function twoProportionTest(
  aCorrect: number,
  aCount: number,
  bCorrect: number,
  bCount: number,
): { z: number; p: number } {
  check(aCorrect, aCount, bCorrect, bCount);
  const pooled = (aCorrect + bCorrect) / (aCount + bCount);
  const variance = pooled * (1 - pooled) * (1 / aCount + 1 / bCount);
  if (variance === 0) return { z: 0, p: 1 };
  const z = (aCorrect / aCount - bCorrect / bCount) / Math.sqrt(variance);
  return { z, p: 2 * normalCdf(-Math.abs(z)) };
}

/**
 * Fisher's exact test that two proportions are equal; equals `scipy.stats.fisher_exact([[aCorrect, aCount − aCorrect],
 * [bCorrect, bCount − bCorrect]], alternative).pvalue`. Given the total number right, A's share of it is hypergeometric
 * under the null hypothesis. Two-sided sums every outcome at most as likely as A's, with a relative slack of 1e-7 so
 * that symmetric outcomes count as equal. Never rejects too often, and for small counts clearly too seldom.
 *
 * @param alternative `greater`: A is better than B
 * @throws InputError unless the counts are integers 0 ≤ correct ≤ count with count ≥ 1.
 */
export function fisherExact(
  aCorrect: number,
  aCount: number,
  bCorrect: number,
  bCount: number,
  alternative: Alternative = 'two-sided',
): number {
  check(aCorrect, aCount, bCorrect, bCount);
  const right = aCorrect + bCorrect;
  const [least, most] = [Math.max(0, right - bCount), Math.min(right, aCount)];
  const all = logChoose(aCount + bCount, right);
  const pmf = (k: number) => Math.exp(logChoose(aCount, k) + logChoose(bCount, right - k) - all);
  const limit = pmf(aCorrect) * (1 + 1e-7);
  let sum = 0;
  for (let k = least; k <= most; k++) {
    if (alternative === 'less' ? k > aCorrect : alternative === 'greater' && k < aCorrect) continue;
    const probability = pmf(k);
    if (alternative !== 'two-sided' || probability <= limit) sum += probability;
  }
  return Math.min(1, sum);
}

/**
 * Newcombe's hybrid score interval of p_A − p_B for unpaired counts, from the two Wilson intervals [l, u]; equals
 * statsmodels' `confint_proportions_2indep(…, method='newcomb')`. Newcombe (1998), "Interval estimation for the
 * difference between independent proportions", method 10:
 *
 *     d − √((p_A − l_A)² + (u_B − p_B)²)  …  d + √((u_A − p_A)² + (p_B − l_B)²)
 *
 * @param level two-sided confidence, 0 < level < 1
 * @returns `[lo, hi]` as fractions
 * @throws InputError unless the counts are integers 0 ≤ correct ≤ count with count ≥ 1, or the level is out of range.
 */
export function newcombeInterval(
  aCorrect: number,
  aCount: number,
  bCorrect: number,
  bCount: number,
  level = 0.95,
): [lo: number, hi: number] {
  check(aCorrect, aCount, bCorrect, bCount);
  const [a, b] = [aCorrect / aCount, bCorrect / bCount];
  const [aLo, aHi] = wilsonInterval(aCorrect, aCount, level);
  const [bLo, bHi] = wilsonInterval(bCorrect, bCount, level);
  return [a - b - Math.hypot(a - aLo, bHi - b), a - b + Math.hypot(aHi - a, b - bLo)];
}

function check(aCorrect: number, aCount: number, bCorrect: number, bCount: number): void {
  const good = (correct: number, count: number) =>
    Number.isInteger(correct) && Number.isInteger(count) && correct >= 0 && correct <= count && count >= 1;
  if (good(aCorrect, aCount) && good(bCorrect, bCount)) return;
  throw new InputError({
    what: 'cannot compare two proportions',
    expected: 'integers 0 <= correct <= count with count >= 1',
    got: `${aCorrect} of ${aCount} and ${bCorrect} of ${bCount}`,
  });
}
