import { describe, expect, test } from 'vitest';
import { differenceByTimestep, runningDifference } from '../../src/report/error-difference.ts';
import { errorsByTimestep } from '../../src/results/errors-by-timestep.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { makePlan, uniformTimesteps } from '../../src/scoring/plan.ts';
import { Random } from '../../src/stats/random.ts';

const PAIRS = [
  { image: 0, caption: 0 },
  { image: 0, caption: 1 },
];
const CONTRAST = { image: 0, first: 0, second: 1 };

/** Errors of two captions on one image: caption 1's are `difference(t)` larger, with noise of the given spread. */
function errors(
  {
    count = 32,
    repeats = 1,
    done,
    spread = 0.1,
  }: { count?: number; repeats?: number; done?: number; spread?: number },
  {
    difference = () => 0.2,
    random = () => 0,
  }: { difference?: (t: number) => number; random?: () => number } = {},
) {
  const plan = makePlan({ timesteps: uniformTimesteps(count, 1000), repeats, seed: 3 });
  const first = Float64Array.from(plan.trials, ({ timestep }) => timestep / 1000);
  const second = first.map((value, k) => value + difference(plan.trials[k]!.timestep) + spread * random());
  const values = [first, second];
  return {
    plan,
    values,
    found: errorsByTimestep({ plan, done: done ?? plan.trials.length }, PAIRS, (slot) => values[slot]!),
  };
}

/** Standard normal numbers that repeat. */
function normal(seed: number): () => number {
  const random = new Random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

describe('by timestep', () => {
  test('is the second caption’s error minus the first’s, mean over the noises', () => {
    const { found } = errors({ repeats: 2 }, { difference: (t) => t / 500 });
    const curve = differenceByTimestep(found, CONTRAST)!;
    expect(curve.points.map(({ x }) => x)).toEqual(found.timesteps);
    for (const { x, value } of curve.points) expect(value).toBeCloseTo(x / 500, 12);
  });

  test.each([
    ['repeats', 3],
    ['neighbours', 1],
  ] as const)(
    'the band from %s holds the truth at 95 %% of the points, within the error of 200 draws',
    (band, repeats) => {
      const random = normal(11);
      let inside = 0;
      let count = 0;
      for (let k = 0; k < 200; k++) {
        const { found } = errors({ repeats }, { random });
        const curve = differenceByTimestep(found, CONTRAST)!;
        expect(curve.band).toBe(band);
        for (const { low, high } of curve.points) {
          count++;
          if (low! <= 0.2 && high! >= 0.2) inside++;
        }
      }
      expect(inside / count).toBeGreaterThan(0.93);
      expect(inside / count).toBeLessThan(0.985);
    },
  );

  test('a trend over timesteps hardly widens the band from neighbours', () => {
    const flat = differenceByTimestep(errors({}, { random: normal(5) }).found, CONTRAST)!;
    const trend = differenceByTimestep(
      errors({}, { random: normal(5), difference: (t) => t / 1000 }).found,
      CONTRAST,
    )!;
    const widths = [flat, trend].map(({ points }) =>
      points.reduce((sum, { low, high }) => sum + high! - low!, 0),
    );
    expect(widths[1]! / widths[0]!).toBeLessThan(1.2);
  });

  test('a second noise at only some timesteps is no repeat yet', () => {
    const curve = differenceByTimestep(errors({ repeats: 2, done: 40 }).found, CONTRAST)!;
    expect(curve.band).toBe('neighbours');
  });

  test('three trials have no band; none have no curve; a caption that was not evaluated has none', () => {
    expect(differenceByTimestep(errors({ done: 3 }).found, CONTRAST)!.band).toBe('none');
    expect(differenceByTimestep(errors({ done: 0 }).found, CONTRAST)).toBeUndefined();
    expect(differenceByTimestep(errors({}).found, { ...CONTRAST, second: 2 })).toBeUndefined();
  });
});

describe('as trials come in', () => {
  test('is the score difference of every prefix, as scores are computed', () => {
    const { plan, values, found } = errors({ count: 20 }, { random: normal(2) });
    const { points } = runningDifference(found, CONTRAST)!;
    expect(points.map(({ x }) => x)).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
    for (const { x, value } of points) {
      const { raw } = scoreExample(plan, { pairs: [values], done: x }, { factor: () => 1 });
      expect(value).toBeCloseTo(raw[0]![0]! - raw[0]![1]!, 12);
    }
  });

  test('the band settles: it narrows about with the root of the trials', () => {
    const { points } = runningDifference(errors({ count: 128 }, { random: normal(4) }).found, CONTRAST)!;
    const widthAt = (n: number) => points[n - 1]!.high! - points[n - 1]!.low!;
    expect(widthAt(128) / widthAt(16)).toBeLessThan(0.55);
  });

  test('at the end it holds the truth in 95 % of 400 draws', () => {
    const random = normal(21);
    const hits = Array.from({ length: 400 }, () => {
      const last = runningDifference(errors({}, { random }).found, CONTRAST)!.points.at(-1)!;
      return last.low! <= 0.2 && last.high! >= 0.2;
    });
    const share = hits.filter(Boolean).length / hits.length;
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });

  test('a thousand trials are read at no more places than a screen has dots', () => {
    const { points } = runningDifference(errors({ count: 1000 }).found, CONTRAST)!;
    expect(points.length).toBe(240);
    expect(points.at(-1)!.x).toBe(1000);
  });
});
