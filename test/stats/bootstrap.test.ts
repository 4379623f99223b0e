import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { acceleration, type BootstrapInterval, quantile, resampledInterval } from '../../src/stats/bca.ts';
import { type BootstrapOptions, bootstrapMean, bootstrapStatistic } from '../../src/stats/bootstrap.ts';
import { pairedBootstrap } from '../../src/stats/paired-bootstrap.ts';
import { type GoldenBootstrap, golden, near } from './golden.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const median = (values: readonly number[]) =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

function compute(
  { kind, values, other = [] }: GoldenBootstrap,
  options: BootstrapOptions,
): BootstrapInterval {
  const over = (statistic: (values: readonly number[]) => number) =>
    bootstrapStatistic(values.length, (drawn) => statistic(drawn.map((index) => values[index]!)), options);
  switch (kind) {
    case 'mean':
      return bootstrapMean(values, options);
    case 'paired':
      return pairedBootstrap(values, other, options);
    case 'deviation':
      return over(deviation);
    case 'median':
      return over(median);
  }
}

describe('the bootstrap equals scipy.stats.bootstrap on the same resamples', () => {
  for (const [index, entry] of golden.bootstrap.entries()) {
    const { seed, resamples, level, clusters, kind } = entry;
    const settings = { seed, resamples, level, ...(clusters && { clusters }) };
    test.each(['percentile', 'bca'] as const)(
      `${index}: ${kind}${clusters ? ' of groups' : ''}, %s`,
      (method) => {
        const got = compute(entry, { ...settings, method });
        expect(got.method).toBe(method);
        near(got.estimate, entry.estimate);
        near(got.standardError, entry.standard_error);
        near(got.lo, entry[method][0], 1e-9, 1e-12);
        near(got.hi, entry[method][1], 1e-9, 1e-12);
      },
    );
  }
});

describe('the bootstrap', () => {
  const values = Array.from({ length: 50 }, (_, k) => (k * k) % 7);

  test('of a mean is that of any statistic', () => {
    const clusters = values.map((_, k) => `g${(k * 3) % 11}`);
    for (const options of [{ resamples: 200 }, { resamples: 200, clusters }]) {
      const fast = bootstrapMean(values, options);
      const slow = bootstrapStatistic(
        values.length,
        (drawn) => mean(drawn.map((index) => values[index]!)),
        options,
      );
      near(fast.lo, slow.lo);
      near(fast.hi, slow.hi);
      near(fast.standardError, slow.standardError);
    }
  });

  test('gives the same bits for the same seed, others for another', () => {
    expect(bootstrapMean(values, { seed: 4 })).toEqual(bootstrapMean(values, { seed: 4 }));
    expect(bootstrapMean(values, { seed: 4 })).not.toEqual(bootstrapMean(values, { seed: 5 }));
  });

  test('groups of one are no groups', () => {
    expect(bootstrapMean(values, { clusters: values.map((_, k) => k) })).toEqual(bootstrapMean(values));
  });

  test('groups that agree within widen the interval as if there were fewer examples', () => {
    const verdicts = Array.from({ length: 200 }, (_, k) => Number(k % 40 < 24));
    const clusters = verdicts.map((_, k) => Math.floor(k / 4));
    const ratio = bootstrapMean(verdicts, { clusters }).standardError / bootstrapMean(verdicts).standardError;
    // Four equal verdicts per group count as one: twice the error.
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.1);
  });

  test('says where it can say nothing', () => {
    const all = bootstrapMean(new Array<number>(30).fill(1), { resamples: 99 });
    expect(all).toEqual({ estimate: 1, lo: 1, hi: 1, standardError: 0, method: 'degenerate' });
    const third = bootstrapMean(new Array<number>(30).fill(1 / 3), { resamples: 99 });
    expect(third.method).toBe('degenerate');
    expect(pairedBootstrap([1, 0, 1], [1, 0, 1]).method).toBe('degenerate');
    // Every resample lies below the estimate: no finite correction.
    const lopsided = resampledInterval({ estimate: 9, values: [1, 2, 3, 4], leftOut: [1, 2] }, 0.5, 'bca');
    expect(lopsided).toMatchObject({ method: 'percentile', lo: 1.75, hi: 3.25 });
  });

  test('counts resamples as equal to the estimate that differ by rounding', () => {
    const off = [0.3, 0.1 + 0.2, 0.1, 0.5];
    const exact = [0.3, 0.3, 0.1, 0.5];
    const at = (drawn: number[]) =>
      resampledInterval({ estimate: 0.3, values: drawn, leftOut: [1, 2, 4] }, 0.6, 'bca');
    near(at(off).lo, at(exact).lo);
    near(at(off).hi, at(exact).hi);
  });

  test('acceleration and quantiles', () => {
    expect(acceleration([2, 2, 2])).toBe(0);
    expect(acceleration([1, 2, 3])).toBeCloseTo(0, 15);
    // d = 4/3, 1/3, −5/3: Σ d³ = −60/27, Σ d² = 42/9.
    near(acceleration([0, 1, 3]), -60 / 27 / (6 * (42 / 9) ** 1.5));
    expect([0, 0.5, 0.75, 1].map((p) => quantile([1, 2, 4], p))).toEqual([1, 2, 3, 4]);
    expect(quantile([7], 0.3)).toBe(7);
  });

  test('what is out of range is refused', () => {
    expect(() => bootstrapMean([1])).toThrow(InputError);
    expect(() => bootstrapMean([1, 0, 1], { clusters: ['a', 'a', 'a'] })).toThrow('at least two');
    expect(() => bootstrapMean([1, 0, 1], { clusters: ['a', 'b'] })).toThrow('3 in all');
    expect(() => bootstrapMean([1, Number.NaN])).toThrow(InputError);
    expect(() => bootstrapMean([1, 0], { level: 95 })).toThrow('level');
    expect(() => bootstrapMean([1, 0], { resamples: 1 })).toThrow('resamples');
    expect(() => bootstrapStatistic(3, (drawn) => (drawn[0] === drawn[1] ? Number.NaN : 1))).toThrow(
      'resample',
    );
    expect(() => pairedBootstrap([1, 0], [1])).toThrow('2 and 1');
    expect(() => quantile([], 0.5)).toThrow(InputError);
  });
});
