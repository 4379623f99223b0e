import { describe, expect, test } from 'vitest';
import { binomialCdf, binomialPmf, binomialSf, binomialTest, logChoose } from '../../src/stats/binomial.ts';
import { holm } from '../../src/stats/holm.ts';
import { mcnemarExact, mcnemarMidP } from '../../src/stats/mcnemar.ts';
import { normalCdf, normalQuantile } from '../../src/stats/normal.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { golden, near } from './golden.ts';

describe('stats equal SciPy', () => {
  test.each(golden.ppf)('norm.ppf(%f)', (p, x) => near(normalQuantile(p), x, 1e-12, 0));
  test.each(golden.cdf)('norm.cdf(%f)', (x, p) => near(normalCdf(x), p, 1e-12, 0));
  test.each(golden.wilson)('wilson %i of %i at %f', (k, n, level, lo, hi) => {
    const [low, high] = wilsonInterval(k, n, level);
    near(low, lo);
    near(high, hi);
  });
  test.each(golden.log_choose)('log C(%i, %i)', (n, k, value) => near(logChoose(n, k), value));
  test.each(golden.pmf)('binom.pmf(%i, %i, %f)', (k, n, p, value) =>
    near(binomialPmf(k, n, p), value, 1e-9, 0),
  );
  test.each(golden.binom_cdf)('binom.cdf(%i, %i, %f)', (k, n, p, value) =>
    near(binomialCdf(k, n, p), value, 1e-9, 0),
  );
  test.each(golden.binom_sf)('binom.sf(%i, %i, %f)', (k, n, p, value) =>
    near(binomialSf(k, n, p), value, 1e-9, 0),
  );
  test.each(golden.binomtest)('binomtest(%i, %i, %f, %s)', (k, n, p, alternative, value) =>
    near(binomialTest(k, n, p, alternative), value, 1e-9, 0),
  );
  test.each(golden.mcnemar)('mcnemar %i / %i', (b, c, exact, midP) => {
    near(mcnemarExact(b, c), exact);
    near(mcnemarExact(c, b), exact);
    near(mcnemarMidP(b, c), midP);
    near(mcnemarMidP(c, b), midP);
  });
  test.each(golden.mcnemar_statsmodels)('statsmodels mcnemar %i / %i', (b, c, exact) =>
    near(mcnemarExact(b, c), exact),
  );
  test.each(golden.holm)('holm $p', ({ p, adjusted }) => {
    const got = holm(p);
    expect(got).toHaveLength(adjusted.length);
    for (const [index, value] of got.entries()) near(value, adjusted[index]!);
  });
});
