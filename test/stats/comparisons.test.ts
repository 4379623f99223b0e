import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { binomialPmf } from '../../src/stats/binomial.ts';
import { detectableDifference, detectablePairedDifference } from '../../src/stats/detectable.ts';
import { mcnemarExact, mcnemarMidP } from '../../src/stats/mcnemar.ts';
import { normalQuantile } from '../../src/stats/normal.ts';
import { mcnemarPower, twoProportionPower } from '../../src/stats/power.ts';
import { fisherExact, newcombeInterval, twoProportionTest } from '../../src/stats/two-proportions.ts';
import { pairingBounds } from '../../src/stats/unknown-pairing.ts';
import { golden, near } from './golden.ts';

const count = fc.integer({ min: 0, max: 200 });

describe('two proportions', () => {
  test.each(golden.two_proportions)(
    '%i of %i, %i of %i',
    (a, n, b, m, z, p, fisher, less, greater, lo, hi) => {
      const got = twoProportionTest(a, n, b, m);
      near(got.z, z);
      near(got.p, p);
      near(fisherExact(a, n, b, m), fisher);
      near(fisherExact(a, n, b, m, 'less'), less);
      near(fisherExact(a, n, b, m, 'greater'), greater);
      const [low, high] = newcombeInterval(a, n, b, m);
      near(low, lo, 1e-9, 1e-12);
      near(high, hi, 1e-9, 1e-12);
    },
  );

  test('do not care which scorer is A', () => {
    const counts = fc
      .integer({ min: 1, max: 60 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, counts, ([a, n], [b, m]) => {
        near(fisherExact(a, n, b, m), fisherExact(b, m, a, n));
        near(fisherExact(a, n, b, m, 'less'), fisherExact(b, m, a, n, 'greater'));
        near(twoProportionTest(a, n, b, m).p, twoProportionTest(b, m, a, n).p);
        near(newcombeInterval(a, n, b, m)[0], -newcombeInterval(b, m, a, n)[1]);
      }),
    );
  });

  test('all right or all wrong says nothing', () => {
    expect(twoProportionTest(5, 5, 9, 9)).toEqual({ z: 0, p: 1 });
    expect(fisherExact(0, 5, 0, 9)).toBe(1);
  });
});

describe('mid-p', () => {
  test('is the exact p minus the probability of what was seen', () => {
    fc.assert(
      fc.property(count, count, (b, c) => {
        const pmf = binomialPmf(Math.min(b, c), b + c, 0.5);
        const exact = mcnemarExact(b, c);
        if (b !== c) near(mcnemarMidP(b, c), exact - pmf, 1e-9, 1e-14);
        else if (b > 0) near(mcnemarMidP(b, c), 1 - pmf / 2);
        expect(mcnemarMidP(b, c)).toBeLessThanOrEqual(exact);
      }),
    );
  });
});

describe('power', () => {
  test.each(golden.two_proportion_power)('%f against %f on %i and %i at %f', (a, b, n, m, alpha, power) =>
    near(twoProportionPower(a, b, n, m, alpha), power),
  );
  test.each(golden.mcnemar_power)('%f of %f on %i at %f', (d, psi, n, alpha, power) =>
    near(mcnemarPower(d, psi, n, alpha), power),
  );
  test.each(golden.detectable)('detectable from %f on %i at %f, %f', (base, n, alpha, power, difference) =>
    near(detectableDifference(base, n, { alpha, power })!, difference),
  );
  test.each(golden.detectable_paired)(
    'detectable of %f on %i at %f, %f',
    (psi, n, alpha, power, difference) =>
      near(detectablePairedDifference(psi, n, { alpha, power })!, difference),
  );

  test('Connor’s number of pairs has the power asked for', () => {
    const [d, psi, alpha, power] = [0.1, 0.3, 0.05, 0.9];
    const [z, zBeta] = [normalQuantile(1 - alpha / 2), normalQuantile(power)];
    const pairs = (z * Math.sqrt(psi) + zBeta * Math.sqrt(psi - d * d)) ** 2 / (d * d);
    near(mcnemarPower(d, psi, pairs, alpha), power);
  });

  test('is near the power of the mid-p test, and above that of the exact one', () => {
    const [d, psi, n] = [0.06, 0.2, 300];
    let [exact, midP] = [0, 0];
    for (let m = 0; m <= n; m++) {
      const weight = binomialPmf(m, n, psi);
      for (let b = 0; weight > 1e-12 && b <= m; b++) {
        const share = weight * binomialPmf(b, m, 0.5 * (1 + d / psi));
        if (mcnemarExact(b, m - b) <= 0.05) exact += share;
        if (mcnemarMidP(b, m - b) <= 0.05) midP += share;
      }
    }
    const connor = mcnemarPower(d, psi, n);
    expect(Math.abs(connor - midP)).toBeLessThan(0.02);
    expect(exact).toBeLessThan(connor);
    expect(exact).toBeGreaterThan(connor - 0.06);
  });

  test('where nothing can be found, or nothing varies', () => {
    expect(detectableDifference(0.9, 5)).toBeUndefined();
    expect(detectableDifference(1, 100)).toBeUndefined();
    expect(detectablePairedDifference(0.01, 100)).toBeUndefined();
    expect(twoProportionPower(1, 1, 10, 10)).toBe(0);
    expect(twoProportionPower(1, 0, 10, 10)).toBe(1);
    expect(mcnemarPower(1, 1, 100)).toBe(1);
  });
});

describe('an unknown pairing', () => {
  test.each(golden.pairings)(
    '%i and %i of %i at %f',
    (a, b, n, alpha, least, most, low, high, significant) => {
      const bounds = pairingBounds(a, b, n, alpha);
      expect([bounds.leastDiscordant, bounds.mostDiscordant]).toEqual([least, most]);
      near(bounds.p[0], low);
      near(bounds.p[1], high);
      expect(bounds.significant ?? null).toEqual(significant);
    },
  );

  test('holds every table with its totals', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (both, aOnly, bOnly, neither) => {
        const n = both + aOnly + bOnly + neither;
        const bounds = pairingBounds(both + aOnly, both + bOnly, n);
        const p = mcnemarExact(aOnly, bOnly);
        expect(p).toBeGreaterThanOrEqual(bounds.p[0] * (1 - 1e-12));
        expect(p).toBeLessThanOrEqual(bounds.p[1] * (1 + 1e-12));
        const [from, to] = bounds.significant ?? [Infinity, -Infinity];
        expect(aOnly + bOnly >= from && aOnly + bOnly <= to).toBe(p <= 0.05);
        expect(bounds.independentDiscordant).toBeGreaterThanOrEqual(bounds.leastDiscordant - 1e-9);
        expect(bounds.independentDiscordant).toBeLessThanOrEqual(bounds.mostDiscordant + 1e-9);
      }),
    );
  });
});

test('what is out of range is refused', () => {
  expect(() => twoProportionTest(3, 2, 1, 2)).toThrow('3 of 2');
  expect(() => fisherExact(0, 0, 1, 2)).toThrow(InputError);
  expect(() => newcombeInterval(1, 2, 1, 2, 95)).toThrow('level');
  expect(() => mcnemarMidP(1.5, 2)).toThrow(InputError);
  expect(() => twoProportionPower(1.2, 0, 5, 5)).toThrow('1.2');
  expect(() => twoProportionPower(0.2, 0, 5, 0)).toThrow(InputError);
  expect(() => mcnemarPower(0.3, 0.2, 100)).toThrow('0.3 and 0.2');
  expect(() => mcnemarPower(0.1, 0.2, 100, 0)).toThrow('level');
  expect(() => detectableDifference(0.5, 100, { power: 1 })).toThrow('power');
  expect(() => detectablePairedDifference(0.5, 100, { power: 0.01 })).toThrow('power');
  expect(() => pairingBounds(5, 3, 4)).toThrow('5 and 3 of 4');
  expect(() => pairingBounds(1, 1, 2, 1)).toThrow('level');
});
