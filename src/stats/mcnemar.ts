import { binomialTest } from './binomial.ts';

/**
 * McNemar's exact conditional test of two scorers on the same examples, two-sided. Given the examples that only one
 * of them got right, each is a fair coin under the null hypothesis; equals
 * `scipy.stats.binomtest(aOnly, aOnly + bOnly, 0.5).pvalue` and statsmodels' `mcnemar(table, exact=True)`.
 *
 * @param aOnly examples that A got right and B wrong
 * @param bOnly examples that B got right and A wrong
 * @returns the p-value, 1 where no example is discordant
 * @throws InputError unless both are non-negative integers.
 */
export function mcnemarExact(aOnly: number, bOnly: number): number {
  return binomialTest(aOnly, aOnly + bOnly, 0.5);
}
