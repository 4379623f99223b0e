import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  monteCarloFromRerun,
  repeatsStandardError,
  rightProbability,
  scoreSpread,
} from '../../src/stats/monte-carlo-error.ts';
import { Random } from '../../src/stats/random.ts';
import { golden, near } from './golden.ts';
import { normal, spreadOf } from './simulation.ts';

describe('the error of a score', () => {
  test.each(golden.repeats)('equals NumPy’s %#', ({ values, weights, error }) =>
    near(repeatsStandardError(values, weights), error),
  );

  test('weighs all timesteps alike unless told', () => {
    const { values } = golden.repeats[0]!;
    near(
      repeatsStandardError(values),
      repeatsStandardError(values, new Array(values.length).fill(1 / values.length)),
    );
  });

  test('is the spread of redrawn scores, however far apart the timesteps are', () => {
    const random = new Random(1);
    const weights = [0.5, 0.3, 0.2];
    const draw = () =>
      weights.map((_, t) => Array.from({ length: 4 }, () => 100 * t + (t + 1) * normal(random)));
    const scores = Array.from({ length: 4000 }, () => {
      const strata = draw();
      return strata.reduce(
        (sum, list, t) => sum + (weights[t]! * (list[0]! + list[1]! + list[2]! + list[3]!)) / 4,
        0,
      );
    });
    const estimates = Array.from({ length: 4000 }, () => repeatsStandardError(draw(), weights) ** 2);
    const truth = Math.sqrt(weights.reduce((sum, w, t) => sum + (w * (t + 1)) ** 2 / 4, 0));
    expect(Math.abs(spreadOf(scores) / truth - 1)).toBeLessThan(0.04);
    const mean = estimates.reduce((sum, value) => sum + value, 0) / estimates.length;
    expect(Math.abs(mean / truth ** 2 - 1)).toBeLessThan(0.04);
  });
});

describe('the spread of a benchmark score', () => {
  test.each(golden.spread)('equals SciPy’s %#', ({ p, sd: [monteCarlo, examples, total] }) => {
    const got = scoreSpread(p);
    near(got.monteCarlo, monteCarlo);
    near(got.examples, examples, 1e-9, 1e-12);
    near(got.total, total);
  });

  test('its parts add up', () => {
    const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(probabilities, (p) => {
        const { score, monteCarlo, examples, total } = scoreSpread(p);
        near(monteCarlo ** 2 + examples ** 2, total ** 2, 1e-9, 1e-15);
        near(total ** 2, (score * (1 - score)) / p.length, 1e-9, 1e-15);
      }),
    );
  });

  test('is what redrawing noises, or examples, gives', () => {
    const random = new Random(2);
    const p = Array.from({ length: 100 }, (_, i) => [0.02, 0.4, 0.9, 1][i % 4]!);
    const { monteCarlo, total } = scoreSpread(p);
    const score = (chances: readonly number[]) =>
      chances.filter((chance) => random.uniform() < chance).length / chances.length;
    const renoised = Array.from({ length: 4000 }, () => score(p));
    const redrawn = Array.from({ length: 4000 }, () => score(p.map(() => p[random.below(p.length)]!)));
    expect(Math.abs(spreadOf(renoised) / monteCarlo - 1)).toBeLessThan(0.04);
    expect(Math.abs(spreadOf(redrawn) / total - 1)).toBeLessThan(0.04);
  });

  test('a second run tells the Monte-Carlo part without bias', () => {
    const random = new Random(3);
    const p = Array.from({ length: 200 }, () => random.uniform());
    const run = () => p.map((chance) => random.uniform() < chance);
    const variances = Array.from({ length: 2000 }, () => {
      const [first, second] = [run(), run()];
      const flips = first.filter((right, i) => right !== second[i]).length;
      return monteCarloFromRerun(flips, p.length) ** 2;
    });
    const mean = variances.reduce((sum, value) => sum + value, 0) / variances.length;
    expect(Math.abs(mean / scoreSpread(p).monteCarlo ** 2 - 1)).toBeLessThan(0.01);
    expect(monteCarloFromRerun(0, 10)).toBe(0);
    near(monteCarloFromRerun(8, 10), 0.2);
  });

  test('a margin in units of its error', () => {
    expect([-1, 0, 1].map((margin) => rightProbability(margin, 0))).toEqual([0, 0, 1]);
    expect(rightProbability(0, 3)).toBe(0.5);
    near(rightProbability(-2 * 1.959963984540054, 2), 0.025);
    expect([-Infinity, Infinity].map((margin) => rightProbability(margin, 1))).toEqual([0, 1]);
  });
});

test('what is out of range is refused', () => {
  expect(() => repeatsStandardError([])).toThrow(InputError);
  expect(() => repeatsStandardError([[1, 2], [1]])).toThrow('fewest noises 1');
  expect(() => repeatsStandardError([[1, 2]], [0.5, 0.5])).toThrow('2 weights');
  expect(() => rightProbability(Number.NaN, 1)).toThrow(InputError);
  expect(() => rightProbability(1, -1)).toThrow('-1');
  expect(() => scoreSpread([])).toThrow('none');
  expect(() => scoreSpread([0.5, 2])).toThrow('2');
  expect(() => monteCarloFromRerun(3, 2)).toThrow('3 of 2');
  expect(() => monteCarloFromRerun(0, 0)).toThrow(InputError);
});
