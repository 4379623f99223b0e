import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { aboveChance, leastAboveChance, poissonBinomial } from '../../src/stats/above-chance.ts';
import { binomialPmf } from '../../src/stats/binomial.ts';
import { golden, near } from './golden.ts';

const same = (count: number, chance: number) => new Array<number>(count).fill(chance);
const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe('above chance', () => {
  test.each(golden.poisson_binomial)('scipy.stats.poisson_binom.pmf %#', (p, pmf) => {
    const got = poissonBinomial(p);
    expect(got).toHaveLength(pmf.length);
    // SciPy's goes through a Fourier transform: absolute, not relative accuracy.
    for (const [k, value] of got.entries()) near(value, pmf[k]!, 1e-9, 1e-14);
  });
  test.each(golden.above_chance)('scipy.stats.poisson_binom.sf, %i right', (k, p, tail) =>
    near(aboveChance(k, p), tail, 1e-9, 1e-13),
  );
  test.each(golden.binomtest.filter(([, , , alternative]) => alternative === 'greater'))(
    'binomtest(%i, %i, %f, %s)',
    (k, n, p, _, value) => near(aboveChance(k, same(n, p)), value, 1e-9, 0),
  );

  test('equal chances are binomial', () => {
    for (const [k, value] of poissonBinomial(same(200, 0.3)).entries()) near(value, binomialPmf(k, 200, 0.3));
  });

  test('the order of examples does not matter', () => {
    fc.assert(
      fc.property(chances, fc.nat(30), (p, k) => {
        const right = Math.min(k, p.length);
        near(aboveChance(right, p), aboveChance(right, p.toReversed()), 1e-9, 1e-15);
      }),
    );
  });

  test('the least score above chance is the first whose p is small enough', () => {
    expect([0.25, 1 / 6, 0.5].map((p) => leastAboveChance(same(400, p)))).toEqual([115, 80, 217]);
    fc.assert(
      fc.property(chances, fc.constantFrom(0.001, 0.05, 0.3), (p, alpha) => {
        const least = leastAboveChance(p, alpha);
        if (least !== undefined) expect(aboveChance(least, p)).toBeLessThanOrEqual(alpha * (1 + 1e-9));
        const below = (least ?? p.length + 1) - 1;
        if (below >= 0) expect(aboveChance(below, p)).toBeGreaterThan(alpha * (1 - 1e-9));
      }),
    );
  });

  test('where nothing is above chance', () => {
    expect(leastAboveChance([])).toBeUndefined();
    expect(leastAboveChance([0.25, 0.25])).toBeUndefined();
    expect(leastAboveChance([1, 1, 1])).toBeUndefined();
    expect(aboveChance(0, [])).toBe(1);
    expect(aboveChance(0, [0.2, 0.3])).toBe(1);
  });

  test('what is out of range is refused', () => {
    expect(() => aboveChance(3, [0.5, 0.5])).toThrow('<= 2');
    expect(() => aboveChance(1, [0.5, 1.5])).toThrow(InputError);
    expect(() => leastAboveChance([0.5, Number.NaN])).toThrow(InputError);
    expect(() => leastAboveChance([0.5], 0)).toThrow('level');
  });
});
