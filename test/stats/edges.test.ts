import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { binomialCdf, binomialPmf, binomialSf, binomialTest, logChoose } from '../../src/stats/binomial.ts';
import { holm } from '../../src/stats/holm.ts';
import { mcnemarExact } from '../../src/stats/mcnemar.ts';
import { normalCdf, normalQuantile } from '../../src/stats/normal.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';

const counts = fc
  .integer({ min: 1, max: 500 })
  .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('stats at the edges', () => {
  test('nothing counted says nothing', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(holm([])).toEqual([]);
  });

  test('the ends of the normal distribution', () => {
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect([normalCdf(-Infinity), normalCdf(0), normalCdf(Infinity)]).toEqual([0, 0.5, 1]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  test('what is out of range is refused', () => {
    expect(() => normalQuantile(Number.NaN)).toThrow(InputError);
    expect(() => wilsonInterval(3, 2)).toThrow('3 of 2');
    expect(() => wilsonInterval(1, 2, 95)).toThrow('level');
    expect(() => binomialTest(1.5, 3, 0.5)).toThrow(InputError);
    expect(() => binomialPmf(1, 3, 1.1)).toThrow(InputError);
    expect(() => mcnemarExact(-1, 3)).toThrow(InputError);
    expect(() => holm([0.1, Number.NaN])).toThrow(InputError);
  });

  test('100,000 terms sum to one, and log C agrees with exact arithmetic', () => {
    const n = 100_000;
    expect(binomialCdf(50_000, n, 0.5) + binomialSf(50_000, n, 0.5)).toBeCloseTo(1, 12);
    expect(Math.exp(logChoose(52, 5))).toBeCloseTo(2_598_960, 4);
  });

  test('thresholds above chance for 400 examples', () => {
    const least = (p: number) =>
      Array.from({ length: 401 }, (_, k) => k).find((k) => binomialTest(k, 400, p, 'greater') <= 0.05);
    expect([least(0.25), least(1 / 6), least(0.5)]).toEqual([115, 80, 217]);
  });
});

describe('stats properties', () => {
  test('the quantile undoes the distribution function', () => {
    const x = fc.double({ min: -30, max: 5, noNaN: true });
    fc.assert(fc.property(x, (value) => Math.abs(normalQuantile(normalCdf(value)) - value) < 1e-9));
  });

  test('Wilson holds the estimate and mirrors', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const [lo, hi] = wilsonInterval(k, n);
        const [mirrored] = wilsonInterval(n - k, n);
        return lo >= 0 && lo <= k / n && k / n <= hi && hi <= 1 && Math.abs(hi - (1 - mirrored)) < 1e-12;
      }),
    );
  });

  test('binomial tails add up to one and mirror', () => {
    fc.assert(
      fc.property(counts, probability, ([k, n], p) => {
        const below = binomialCdf(k, n, p);
        expect(below + binomialSf(k, n, p)).toBeCloseTo(1, 12);
        expect(below).toBeCloseTo(binomialSf(n - k - 1, n, 1 - p), 12);
      }),
    );
  });

  test('McNemar does not care which scorer is A', () => {
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(count, count, (b, c) => {
        expect(mcnemarExact(b, c)).toBeCloseTo(mcnemarExact(c, b), 12);
      }),
    );
  });

  test('Holm only raises, keeps the order and commutes with it', () => {
    fc.assert(
      fc.property(fc.array(probability, { maxLength: 12 }), (p) => {
        const adjusted = holm(p);
        for (const [i, value] of p.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value);
          for (const [j, other] of p.entries())
            if (value < other) expect(adjusted[i]! <= adjusted[j]!).toBe(true);
        }
        expect(holm(p.toReversed())).toEqual(adjusted.toReversed());
      }),
    );
  });
});
