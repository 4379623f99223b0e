import { binomialPmf, binomialTest } from './binomial.ts';

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
 * McNemar's mid-p test, two-sided: the exact p-value with the observed outcome (and its mirror image) counted by
 * half, which brings the size near its nominal level where the exact test is conservative. Fagerland, Lydersen and
 * Laake (2013), "The McNemar test for binary matched-pairs data", with f the Binomial(b + c, ½) probability:
 *
 *     b ≠ c:  p_exact − f(b)        b = c:  1 − ½ f(b)
 *
 * @param aOnly examples that A got right and B wrong
 * @param bOnly examples that B got right and A wrong
 * @returns the p-value, 1 where no example is discordant
 * @throws InputError unless both are non-negative integers.
 */
export function mcnemarMidP(aOnly: number, bOnly: number): number {
  const exact = mcnemarExact(aOnly, bOnly);
  const discordant = aOnly + bOnly;
  if (discordant === 0) return 1;
  const observed = binomialPmf(aOnly, discordant, 0.5);
  // Both tails are equal under ½: the exact value is 2 P(X ≤ min), half of whose last terms is f(b).
  return aOnly === bOnly ? 1 - 0.5 * observed : exact - observed;
}
