import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExampleErrors, scoreExample } from '../../src/scoring/aggregate.ts';
import { makePlan, type Plan, prefixWeights } from '../../src/scoring/plan.ts';

const plain = () => 1;
/** Trials in the order 20, 0, 10, 30. */
const plan: Plan = {
  timesteps: [0, 10, 20, 30],
  repeats: 1,
  seed: 0,
  trials: [
    { timestep: 20, noise: 2 },
    { timestep: 0, noise: 0 },
    { timestep: 10, noise: 1 },
    { timestep: 30, noise: 3 },
  ],
};
const nan = Number.NaN;

describe('scoreExample', () => {
  test('is the mean error, negative, at the full plan', () => {
    const errors: ExampleErrors = {
      pairs: [
        [Float64Array.of(1, 2, 3, 6), Float64Array.of(0, 0, 0, 4)],
        [Float64Array.of(8, 0, 0, 0), Float64Array.of(1, 1, 1, 1)],
      ],
      done: 4,
    };
    expect(scoreExample(plan, errors, { factor: plain })).toEqual({
      raw: [
        [-3, -1],
        [-2, -1],
      ],
    });
  });

  test('weighs a prefix by its cells and does not look beyond it', () => {
    const pairs = [[Float64Array.of(8, 16, nan, nan)]];
    // The cells of 20 and 0: 2.5 and 1.5 of 4 grid points.
    expect(scoreExample(plan, { pairs, done: 2 }, { factor: plain }).raw).toEqual([
      [-(8 * 2.5 + 16 * 1.5) / 4],
    ]);
  });

  test('multiplies by the factor of the timestep, not of its place', () => {
    const pairs = [[Float64Array.of(1, 1, 1, 1)]];
    const factor = (timestep: number) => (timestep === 20 ? 5 : 1);
    expect(scoreExample(plan, { pairs, done: 4 }, { factor }).raw).toEqual([[-2]]);
    expect(scoreExample(plan, { pairs: [[Float64Array.of(4, 0, 0, 0)]], done: 4 }, { factor }).raw).toEqual([
      [-5],
    ]);
  });

  test('normalized takes each image’s own empty caption off', () => {
    const flat = (value: number) => new Float64Array(4).fill(value);
    const errors = {
      pairs: [
        [flat(1), flat(2)],
        [flat(3), flat(5)],
      ],
      unconditional: [flat(4), flat(6)],
      done: 4,
    };
    expect(scoreExample(plan, errors, { factor: plain })).toEqual({
      raw: [
        [-1, -2],
        [-3, -5],
      ],
      normalized: [
        [3, 2],
        [3, 1],
      ],
    });
  });

  test('a pair that left early stays behind whoever it was beaten by, and so behind the best', () => {
    const flat: Plan = { ...plan, prefix: 'plain' };
    // After 2 trials the second is beaten by the first; the third, which looked worse then, is the best in the end.
    const pairs = [
      [Float64Array.of(0, 0, 9, nan), Float64Array.of(1, 1, nan, nan), Float64Array.of(0, 4, 0, 0)],
    ];
    const left = { pairs: [[3, 2, 4]] };
    const [row] = scoreExample(flat, { pairs, done: 4, left }, { factor: plain }).raw;
    const first = -1 - (3 - 4 / 3);
    expect(row![2]).toBe(-1);
    expect(row![0]).toBeCloseTo(first, 12);
    expect(row![1]).toBeCloseTo(first - 1, 12);
  });

  test('a pair that left early has a place where one that went on broke down', () => {
    const flat: Plan = { ...plan, prefix: 'plain' };
    const pairs = [
      [Float64Array.of(nan, 0, 0, 0), Float64Array.of(3, 1, nan, nan), Float64Array.of(1, 1, 1, 1)],
    ];
    const left = { pairs: [[4, 2, 4]] };
    expect(scoreExample(flat, { pairs, done: 4, left }, { factor: plain }).raw).toEqual([[nan, -2, -1]]);
  });

  test('an error that is missing makes its own score no number, and no other', () => {
    const pairs = [[Float64Array.of(1, nan, 1, 1), Float64Array.of(1, 1, 1, 1)]];
    expect(scoreExample(plan, { pairs, done: 4 }, { factor: plain }).raw).toEqual([[nan, -1]]);
  });

  test('normalizing changes no comparison of two captions for one image', () => {
    const trials = makePlan({ timesteps: [5, 200, 400, 600, 800, 995], repeats: 1, seed: 3 });
    const column = fc.float64Array({ minLength: 6, maxLength: 6, min: 0, max: 4, noNaN: true });
    fc.assert(
      fc.property(column, column, column, fc.integer({ min: 1, max: 6 }), (a, b, empty, done) => {
        const { raw, normalized } = scoreExample(
          trials,
          { pairs: [[a, b]], unconditional: [empty], done },
          { factor: plain },
        );
        const [rawMargin, normalMargin] = [
          raw[0]![0]! - raw[0]![1]!,
          normalized![0]![0]! - normalized![0]![1]!,
        ];
        expect(Math.abs(rawMargin - normalMargin)).toBeLessThanOrEqual(1e-14);
      }),
    );
  });

  test('is minus the weighted sum for any plan and prefix', () => {
    const column = fc.float64Array({ minLength: 14, maxLength: 14, min: 0, max: 4, noNaN: true });
    fc.assert(
      fc.property(column, fc.nat(), fc.integer({ min: 1, max: 14 }), (values, seed, done) => {
        const trials = makePlan({ timesteps: [1, 2, 4, 8, 16, 32, 64], repeats: 2, seed });
        const weights = prefixWeights(trials, done);
        const wanted = weights.reduce((sum, weight, k) => sum - weight * values[k]!, 0);
        expect(scoreExample(trials, { pairs: [[values]], done }, { factor: plain }).raw[0]![0]).toBeCloseTo(
          wanted,
          12,
        );
      }),
    );
  });
});
