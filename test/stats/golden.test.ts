import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Alternative,
  binomialCdf,
  binomialPmf,
  binomialSf,
  binomialTest,
  logChoose,
} from '../../src/stats/binomial.ts';
import { holm } from '../../src/stats/holm.ts';
import { mcnemarExact } from '../../src/stats/mcnemar.ts';
import { normalCdf, normalQuantile } from '../../src/stats/normal.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';

interface Golden {
  ppf: [number, number][];
  cdf: [number, number][];
  wilson: [number, number, number, number, number][];
  log_choose: [number, number, number][];
  pmf: [number, number, number, number][];
  binom_cdf: [number, number, number, number][];
  binom_sf: [number, number, number, number][];
  binomtest: [number, number, number, Alternative, number][];
  /** Its last column is the mid-p value, which nothing here computes. */
  mcnemar: [number, number, number, number][];
  holm: { p: number[]; adjusted: number[] }[];
}

const file = new URL('../../fixtures/golden/stats/golden.json', import.meta.url);
const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));

/** Relative, so that a tail of 1e-200 is held to as many digits as a half; `slack` is absolute. */
function near(got: number, want: number, tolerance = 1e-9, slack = 1e-15): void {
  expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(Math.abs(want) * tolerance + slack);
}

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
  test.each(golden.mcnemar)('mcnemar %i / %i', (b, c, exact) => {
    near(mcnemarExact(b, c), exact);
    near(mcnemarExact(c, b), exact);
  });
  test.each(golden.holm)('holm $p', ({ p, adjusted }) => {
    const got = holm(p);
    expect(got).toHaveLength(adjusted.length);
    for (const [index, value] of got.entries()) near(value, adjusted[index]!);
  });
});
