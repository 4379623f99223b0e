import { describe, expect, test } from 'vitest';
import { deviationAt } from '../../src/scoring/error-spread.ts';
import { type ContestVariances, fitErrorSpread } from '../../src/scoring/fit-error-spread.ts';
import { uniformTimesteps } from '../../src/scoring/plan.ts';
import { Random } from '../../src/stats/random.ts';
import { chiSquared } from './synthetic-errors.ts';

const profile = (t: number) => 0.002 * (3 - (2 * t) / 1000);

interface Synthetic {
  contests: number;
  timesteps: readonly number[];
  /** Of the contests' variances around the profile's; undefined: all equal. */
  prior?: number;
  /** Degrees of freedom of a variance: one less than noises per timestep. An even number. */
  dof?: number;
  seed: number;
}

/** Variances as contests of the profile would show them: s² σ(t)² χ²_dof / dof with s² = prior / χ²_prior. */
function draw({ contests, timesteps, prior, dof = 4, seed }: Synthetic): ContestVariances[] {
  const random = new Random(seed);
  return Array.from({ length: contests }, () => {
    const scale = prior === undefined ? 1 : prior / chiSquared(random, prior);
    const variances = timesteps.map((t) => (scale * profile(t) ** 2 * chiSquared(random, dof)) / dof);
    return { timesteps, variances, dof };
  });
}

describe('gives back what variances were drawn from', () => {
  // With 800 contests the logarithm of a scale has a standard error of about 2.5 % (prior 6), and the prior itself one
  // of about 7 %: three of these.
  test.each([
    [4, 0.25, 1],
    [6, 0.2, 2],
    [20, 0.25, 3],
  ])(
    'prior degrees of freedom %i, within %f of it, and the profile within 8 %%',
    (prior, tolerance, seed) => {
      const timesteps = uniformTimesteps(16, 1000);
      const { points, dof } = fitErrorSpread(draw({ contests: 800, timesteps, prior, seed }))!;
      expect(Math.abs(dof / prior - 1)).toBeLessThan(tolerance);
      expect(points.map(([t]) => t)).toEqual(timesteps.map((t) => Number(t.toPrecision(6))));
      for (const [t, sigma] of points) expect(Math.abs(sigma / profile(t) - 1), `at ${t}`).toBeLessThan(0.08);
    },
  );

  test('many timesteps are pooled into 16 points over the whole range', () => {
    const timesteps = uniformTimesteps(100, 1000);
    const spread = fitErrorSpread(draw({ contests: 100, timesteps, prior: 10, seed: 4 }))!;
    expect(spread.points).toHaveLength(16);
    expect(spread.points[0]![0]).toBeLessThan(70);
    expect(spread.points.at(-1)![0]).toBeGreaterThan(930);
    for (const t of [50, 300, 700, 950])
      expect(Math.abs(deviationAt(spread, t) / profile(t) - 1), `at ${t}`).toBeLessThan(0.15);
  });

  test('two noises per timestep are enough where there are many contests', () => {
    const timesteps = uniformTimesteps(8, 1000);
    // χ²_1 by hand: chiSquared draws even degrees of freedom.
    const random = new Random(5);
    const contests = Array.from({ length: 2000 }, (): ContestVariances => {
      const scale = 8 / chiSquared(random, 8);
      const variances = timesteps.map((t) => {
        const angle = Math.cos(2 * Math.PI * random.uniform());
        return scale * profile(t) ** 2 * chiSquared(random, 2) * angle ** 2;
      });
      return { timesteps, variances, dof: 1 };
    });
    const { points, dof } = fitErrorSpread(contests)!;
    expect(Math.abs(dof / 8 - 1)).toBeLessThan(0.25);
    for (const [t, sigma] of points) expect(Math.abs(sigma / profile(t) - 1), `at ${t}`).toBeLessThan(0.08);
  });
});

describe('contests of one scale', () => {
  const timesteps = uniformTimesteps(8, 1000);

  test('that are exactly alike: the cap of 1000, and the profile itself', () => {
    const variances = timesteps.map((t) => profile(t) ** 2);
    const { points, dof } = fitErrorSpread(Array(20).fill({ timesteps, variances, dof: 3 }))!;
    expect(dof).toBe(1000);
    // But for the logarithm's bias at that many contests' degrees of freedom, which is taken off the scale.
    const [first] = points;
    for (const [t, sigma] of points)
      expect(sigma / profile(t)).toBeCloseTo(first![1] / profile(first![0]), 4);
    expect(first![1] / profile(first![0])).toBeCloseTo(1, 1);
  });

  test('drawn from it: many degrees of freedom, never more than the cap', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { dof } = fitErrorSpread(draw({ contests: 200, timesteps, seed }))!;
      expect(dof).toBeGreaterThan(40);
      expect(dof).toBeLessThanOrEqual(1000);
    }
  });

  test('a single contest has nothing to differ from', () => {
    expect(fitErrorSpread(draw({ contests: 1, timesteps, seed: 1 }))!.dof).toBe(1000);
  });
});

describe('nothing to fit', () => {
  test('no contest', () => expect(fitErrorSpread([])).toBeUndefined());

  test('no variance above 0', () => {
    const flat = { timesteps: [10, 20], variances: [0, 0], dof: 1 };
    expect(fitErrorSpread([flat, flat])).toBeUndefined();
  });

  test('variances that are no numbers', () => {
    const broken = { timesteps: [10, 20], variances: [1, Number.NaN], dof: 1 };
    expect(fitErrorSpread([broken])).toBeUndefined();
  });
});

test('the unit does not matter, to the six digits that are kept', () => {
  const contests = draw({ contests: 50, timesteps: uniformTimesteps(8, 1000), prior: 6, seed: 8 });
  const scaled = contests.map((contest) => ({
    ...contest,
    variances: contest.variances.map((variance) => variance * 1e4),
  }));
  const [one, other] = [fitErrorSpread(contests)!, fitErrorSpread(scaled)!];
  expect(other.dof).toBeCloseTo(one.dof, 4);
  for (const [k, [t, sigma]] of one.points.entries()) {
    expect(other.points[k]![0]).toBe(t);
    expect(other.points[k]![1] / sigma).toBeCloseTo(100, 3);
  }
});
