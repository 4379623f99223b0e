import { binomialCdf, binomialPmf, binomialTest } from './binomial.ts';

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

/**
 * McNemar's mid-p test, two-sided: outcomes as likely as the observed one count by half, so for aOnly ≠ bOnly it is
 * `mcnemarExact` − `scipy.stats.binom.pmf(min(aOnly, bOnly), aOnly + bOnly, 0.5)`, and 1 − pmf / 2 for equal ones,
 * where both tails meet in one outcome. Fagerland, Lydersen and Laake (2013), "The McNemar test for binary
 * matched-pairs data". The exact test rejects a true null hypothesis clearly less often than its level; this one comes
 * close to the level, and may exceed it by a little (5.1 % instead of 5 %), so it is no guarantee.
 *
 * @param aOnly examples that A got right and B wrong
 * @param bOnly examples that B got right and A wrong
 * @returns the p-value, 1 where no example is discordant
 * @throws InputError unless both are non-negative integers.
 */
export function mcnemarMidP(aOnly: number, bOnly: number): number {
  const discordant = aOnly + bOnly;
  const fewer = Math.min(aOnly, bOnly);
  const pmf = binomialPmf(fewer, discordant, 0.5);
  if (discordant === 0) return 1;
  if (aOnly === bOnly) return 1 - 0.5 * pmf;
  return 2 * binomialCdf(fewer - 1, discordant, 0.5) + pmf;
}
