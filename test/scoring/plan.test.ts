import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  makePlan,
  type Plan,
  parseTimesteps,
  prefixWeights,
  type Trial,
  uniformTimesteps,
} from '../../src/scoring/plan.ts';

const planOf = (timesteps: number[], repeats = 1, seed = 0) => makePlan({ timesteps, repeats, seed });
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

describe('uniformTimesteps', () => {
  test.each([
    [1000, 0, 1, 999],
    [500, 1, 3, 999],
    [250, 2, 6, 998],
    [100, 5, 15, 995],
    [10, 50, 150, 950],
  ])('%i of 1000 are Li’s grid: half a step, then whole steps', (count, first, second, last) => {
    const grid = uniformTimesteps(count, 1000);
    const step = 1000 / count;
    expect([grid[0], grid[1], grid.at(-1)]).toEqual([first, second, last]);
    expect(grid).toEqual(Array.from({ length: count }, (_, i) => Math.floor(step / 2) + i * step));
  });

  test('where M does not divide T', () => {
    expect(uniformTimesteps(3, 10)).toEqual([1, 5, 8]);
    expect(uniformTimesteps(32, 1000).slice(0, 4)).toEqual([15, 46, 78, 109]);
    expect(uniformTimesteps(1, 1000)).toEqual([500]);
  });

  test('are distinct, ascending and within the schedule', () => {
    const counted = fc
      .integer({ min: 1, max: 1200 })
      .chain((total) => fc.tuple(fc.constant(total), fc.integer({ min: 1, max: total })));
    fc.assert(
      fc.property(counted, ([total, count]) => {
        const grid = uniformTimesteps(count, total);
        expect(grid).toHaveLength(count);
        expect(grid.every((t, k) => t < total && (k === 0 ? t >= 0 : t > grid[k - 1]!))).toBe(true);
      }),
    );
  });

  test.each([0, -1, 1.5, 1001, Number.NaN])('%f of 1000 is refused', (count) => {
    expect(() => uniformTimesteps(count, 1000)).toThrow(UsageError);
    expect(() => uniformTimesteps(count, 1000)).toThrow(/a number from 1 to 1000/);
  });
});

describe('parseTimesteps', () => {
  test.each([
    ['4', [125, 375, 625, 875]],
    [' 4 ', [125, 375, 625, 875]],
    ['10,250,990', [10, 250, 990]],
    ['990, 10,250', [10, 250, 990]],
    ['500,', [500]],
    ['7,7,3', [3, 7]],
    ['0:50:10', [0, 10, 20, 30, 40]],
    ['0:51:10', [0, 10, 20, 30, 40, 50]],
    ['996:1000', [996, 997, 998, 999]],
    ['0:1', [0]],
  ])('"%s"', (text, timesteps) => {
    expect(parseTimesteps(text, 1000)).toEqual(timesteps);
  });

  test.each([
    ['', 'nothing'],
    [' , ', 'only separators'],
    ['many', 'a word'],
    ['10,x,30', 'a word in a list'],
    ['1.5', 'a fraction'],
    ['10,20.5', 'a fraction in a list'],
    ['1e2', 'an exponent'],
    ['0x10', 'a hexadecimal number'],
    ['10;20', 'another separator'],
    ['0', 'no timestep'],
    ['1001', 'more timesteps than there are'],
    ['-1', 'a negative count'],
    ['-1,5', 'a timestep below the schedule'],
    ['5,1000', 'a timestep beyond the schedule'],
    ['0:1001:10', 'a range beyond the schedule'],
    ['-10:50:10', 'a range from below the schedule'],
    ['5:5', 'an empty range'],
    ['50:10', 'a range backwards'],
    ['0:100:0', 'a step of nothing'],
    ['0:100:-5', 'a step backwards'],
    ['100:', 'half a range'],
    [':100', 'the other half'],
    ['0::10', 'a range without its end'],
    ['0:100:', 'a range without its step'],
    ['0:1:2:3', 'four parts'],
    ['1:2,3', 'a range and a list'],
  ])('"%s" is refused: %s', (text) => {
    expect(() => parseTimesteps(text, 1000)).toThrow(UsageError);
    expect(() => parseTimesteps(text, 1000)).toThrow(`--timesteps ${text}`);
  });
});

describe('makePlan', () => {
  const specification = fc.record({
    count: fc.integer({ min: 1, max: 200 }),
    repeats: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  });

  test('holds each trial once; the noise is the rank of the timestep, plus M per repeat', () => {
    fc.assert(
      fc.property(specification, ({ count, repeats, seed }) => {
        const grid = uniformTimesteps(count, 1000);
        const { trials } = planOf(grid, repeats, seed);
        expect(trials.map(({ noise }) => noise).sort((a, b) => a - b)).toEqual([
          ...Array(count * repeats).keys(),
        ]);
        expect(trials.every(({ timestep, noise }) => timestep === grid[noise % count])).toBe(true);
      }),
    );
  });

  test('repeats follow one another: the k-th pass over the grid takes the noises from k · M on', () => {
    const { trials } = planOf(uniformTimesteps(20, 1000), 3, 4);
    expect(trials.map(({ noise }) => Math.floor(noise / 20))).toEqual([
      ...Array(20).fill(0),
      ...Array(20).fill(1),
      ...Array(20).fill(2),
    ]);
  });

  test('equal specifications give equal plans', () => {
    const grid = uniformTimesteps(32, 1000);
    expect(planOf(grid, 2, 7)).toEqual(planOf([...grid], 2, 7));
  });

  test('seeds and repeats give different orders', () => {
    const ranks = ({ trials }: Plan) => trials.map(({ noise }) => noise).join();
    const grid = uniformTimesteps(100, 1000);
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => ranks(planOf(grid, 1, seed))));
    expect(orders.size).toBeGreaterThan(15);
    const { trials } = planOf(grid, 2, 0);
    const pass = (k: number) => trials.slice(k * 100, (k + 1) * 100).map(({ timestep }) => timestep);
    expect(pass(0)).not.toEqual(pass(1));
  });

  test('every prefix of 2^k trials visits each of 2^k equal parts of the range once', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { trials } = planOf(uniformTimesteps(32, 1000), 1, seed);
      for (const size of [1, 2, 4, 8, 16, 32]) {
        const parts = trials.slice(0, size).map(({ noise }) => Math.floor((noise * size) / 32));
        expect(new Set(parts).size, `seed ${seed}, ${size} trials`).toBe(size);
      }
    }
  });

  test('a grid that is no power of two is spread too: 8 trials of 100 leave no gap of three tenths', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { trials } = planOf(uniformTimesteps(100, 1000), 1, seed);
      const seen = trials
        .slice(0, 8)
        .map(({ timestep }) => timestep)
        .sort((a, b) => a - b);
      const gaps = [...seen, 1000].map((t, k) => t - (seen[k - 1] ?? 0));
      expect(Math.max(...gaps), `seed ${seed}: ${seen}`).toBeLessThan(300);
    }
  });
});

describe('prefixWeights', () => {
  /** A plan whose trials come in the given order of ranks. */
  function ordered(timesteps: number[], ranks: number[], repeats = 1): Plan {
    const count = timesteps.length;
    const trials: Trial[] = ranks.map((rank) => ({ timestep: timesteps[rank % count]!, noise: rank }));
    return { timesteps, repeats, seed: 0, trials };
  }

  test.each<[string, Plan, number, number[]]>([
    ['the first trial stands for all', ordered([0, 10, 20, 30], [2, 0, 1, 3]), 1, [1]],
    // 0 and 10 lie next to 0; 20 and 30 next to 20. 10 is nearer to neither: half each.
    ['a tie is halved', ordered([0, 10, 20, 30], [2, 0, 1, 3]), 2, [2.5 / 4, 1.5 / 4]],
    ['three of four', ordered([0, 10, 20, 30], [2, 0, 1, 3]), 3, [2 / 4, 1 / 4, 1 / 4]],
    ['the full plan', ordered([0, 10, 20, 30], [2, 0, 1, 3]), 4, [1 / 4, 1 / 4, 1 / 4, 1 / 4]],
    ['the ends belong to the outermost', ordered([0, 1, 2, 3, 4, 5], [2, 3, 0, 1, 4, 5]), 2, [1 / 2, 1 / 2]],
    // By distance in t, not in rank: 10 is nearer to 0 than 100 is, 40 nearer to 0 than to 100.
    ['an uneven grid', ordered([0, 10, 40, 100], [0, 3, 1, 2]), 2, [3 / 4, 1 / 4]],
    ['noises of one timestep share its cell', ordered([0, 10], [0, 1, 3, 2], 2), 3, [1 / 2, 1 / 4, 1 / 4]],
    ['each timestep once of two noises', ordered([0, 10], [0, 1, 3, 2], 2), 2, [1 / 2, 1 / 2]],
  ])('by hand: %s', (_, plan, done, wanted) => {
    const got = prefixWeights(plan, done);
    expect(got).toHaveLength(wanted.length);
    for (const [k, weight] of wanted.entries()) expect(got[k]).toBeCloseTo(weight, 12);
  });

  /** Plans over any ascending grid, and a number of trials done. */
  const prefix = fc
    .record({
      timesteps: fc
        .uniqueArray(fc.nat(999), { minLength: 1, maxLength: 60 })
        .map((t) => t.sort((a, b) => a - b)),
      repeats: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    })
    .map(makePlan)
    .chain((plan) => fc.tuple(fc.constant(plan), fc.integer({ min: 1, max: plan.trials.length })));

  test('are positive and sum to one', () => {
    fc.assert(
      fc.property(prefix, ([plan, done]) => {
        const weights = prefixWeights(plan, done);
        expect(weights.every((weight) => weight > 0)).toBe(true);
        expect(sum(weights)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('are equal at the full plan, and after each full pass over the grid', () => {
    fc.assert(
      fc.property(prefix, ([plan]) => {
        for (let pass = 1; pass <= plan.repeats; pass++) {
          const done = pass * plan.timesteps.length;
          for (const weight of prefixWeights(plan, done)) expect(weight * done).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  test('equal the definition: each grid point gives its weight to the nearest that was visited', () => {
    fc.assert(
      fc.property(prefix, ([plan, done]) => {
        const trials = plan.trials.slice(0, done);
        const wanted = new Float64Array(done);
        for (const t of plan.timesteps) {
          const distances = trials.map(({ timestep }) => Math.abs(timestep - t));
          const nearest = Math.min(...distances);
          const places = [
            ...new Set(trials.filter((_, k) => distances[k] === nearest).map(({ timestep }) => timestep)),
          ];
          for (const place of places) {
            const sharing = trials.filter(({ timestep }) => timestep === place).length;
            for (const [k, { timestep }] of trials.entries()) {
              if (timestep === place) wanted[k]! += 1 / places.length / sharing / plan.timesteps.length;
            }
          }
        }
        const got = prefixWeights(plan, done);
        for (const [k, weight] of wanted.entries()) expect(got[k]).toBeCloseTo(weight, 12);
      }),
    );
  });
});
