import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { Random } from '../../src/stats/random.ts';
import { golden } from './golden.ts';

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('xoshiro128**', () => {
  test('gives the sequence that its authors’ code gives', () => {
    // First numbers from the state 1, 2, 3, 4, as in the tests of the rand_xoshiro crate.
    const published = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
    expect(take(new Random([1, 2, 3, 4]), 8)).toEqual(published);
    expect(take(new Random([1, 2, 3, 4]), 10)).toEqual(golden.xoshiro.published);
  });

  test.each(golden.xoshiro.seeded)('seed %i', (seed, numbers) => {
    expect(take(new Random(seed), numbers.length)).toEqual(numbers);
  });

  test('is even below a bound, and in range', () => {
    const random = new Random(7);
    const counts = new Array<number>(6).fill(0);
    for (let k = 0; k < 60_000; k++) counts[random.below(6)]!++;
    // χ² with 5 degrees of freedom: 20.5 is exceeded once in 1000.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
    for (let k = 0; k < 1000; k++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
    }
  });

  test('draws anew where a remainder would be favoured', () => {
    // Below 2^31 + 1 almost half of all numbers must be passed over.
    const [random, raw] = [new Random(3), new Random(3)];
    const bound = 2 ** 31 + 1;
    const kept = take(raw, 200).filter((number) => number < bound);
    expect(Array.from({ length: kept.length }, () => random.below(bound))).toEqual(kept);
  });

  test('what it cannot use is refused', () => {
    expect(() => new Random(0.5)).toThrow(InputError);
    expect(() => new Random([0, 0, 0, 0])).toThrow(InputError);
    expect(() => new Random(1).below(0)).toThrow(InputError);
    expect(() => new Random(1).below(2.5)).toThrow(InputError);
  });
});
