/** How sure an ad-hoc answer is, against numbers worked out by hand and against simulation. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicesIn, clipConfidence, diffusionConfidence } from '../../src/run/pair-confidence.ts';
import { makePlan } from '../../src/scoring/plan.ts';
import { Random } from '../../src/stats/random.ts';

const planOf = (timesteps: number, antithetic = false) =>
  makePlan({
    timesteps: Array.from({ length: timesteps }, (_, k) => 10 * k + 5),
    repeats: antithetic ? 2 : 1,
    seed: 0,
    ...(antithetic && { antithetic: true }),
  });

const even = (count: number) => new Float64Array(count).fill(1 / count);

/** Scores as they follow from errors under even weights. */
const scoresOf = (rows: readonly Float64Array[]) =>
  rows.map((row) => -row.reduce((sum, value) => sum + value, 0) / row.length);

describe('choices', () => {
  test('captions of every image; with one caption, images where their scores can be compared', () => {
    const raw = [
      [1, 3, 2],
      [5, 4, 4],
    ];
    expect(choicesIn({ raw }, false)).toEqual([
      { among: 'captions', of: 0, scores: [1, 3, 2], best: 1, next: 2 },
      { among: 'captions', of: 1, scores: [5, 4, 4], best: 0, next: 1 },
    ]);
    const column = [[1], [2]];
    expect(choicesIn({ raw: column }, false)).toEqual([]);
    expect(choicesIn({ raw: column }, true)).toMatchObject([{ among: 'images', best: 1, next: 0 }]);
    expect(choicesIn({ raw: column, normalized: [[0.5], [0.1]] }, false)).toMatchObject([
      { best: 0, next: 1 },
    ]);
    expect(choicesIn({ raw: [[1]] }, true)).toEqual([]);
  });
});

test("CLIP's share is its softmax at 100 times the cosine", () => {
  const [choice] = choicesIn({ raw: [[0.2, 0.21, 0.19]] }, true);
  expect(clipConfidence(choice!).share).toBeCloseTo(Math.E / (Math.E + 1 + Math.exp(-1)), 12);
  const [broken] = choicesIn({ raw: [[Number.NaN, 0.2]] }, true);
  expect(clipConfidence(broken!).share).toBeUndefined();
});

describe('denoising errors', () => {
  test('the interval is that of a paired t-test', () => {
    // Differences 1, 2, 3, 6: mean 3, standard deviation sqrt(14/3); t(0.975, 3) = 3.182446 (any table).
    const rows = [Float64Array.of(1, 1, 1, 1), Float64Array.of(2, 3, 4, 7)];
    const [choice] = choicesIn({ raw: [scoresOf(rows)] }, false);
    const { lead } = diffusionConfidence(choice!, { plan: planOf(4), pairs: [rows], weights: even(4) });
    const half = 3.182446305284263 * Math.sqrt(14 / 3 / 4);
    expect(lead).toMatchObject({ mean: 3, trials: 4 });
    expect(lead!.ci95![0]).toBeCloseTo(3 - half, 8);
    expect(lead!.ci95![1]).toBeCloseTo(3 + half, 8);
    expect(lead!.decidedAfter).toBeUndefined();
  });

  test('a noise and its negative count as one', () => {
    const plan = planOf(4, true);
    const apart = Float64Array.of(0, 2, 1, 3, 2, 4, 5, 7);
    const rows = [new Float64Array(8).fill(1), apart.map((value) => 1 + value)];
    const [choice] = choicesIn({ raw: [scoresOf(rows)] }, false);
    const paired = diffusionConfidence(choice!, { plan, pairs: [rows], weights: even(8) }).lead!;
    const means = [Float64Array.of(1, 1, 1, 1), Float64Array.of(2, 3, 4, 7)];
    const [same] = choicesIn({ raw: [scoresOf(means)] }, false);
    const plain = diffusionConfidence(same!, { plan: planOf(4), pairs: [means], weights: even(4) }).lead!;
    expect(paired.ci95).toEqual(plain.ci95);
  });

  test('images are compared after the empty caption was taken away', () => {
    const pairs = [[Float64Array.of(5, 6)], [Float64Array.of(1, 2)]];
    const unconditional = [Float64Array.of(6, 8), Float64Array.of(1, 2)];
    const [choice] = choicesIn({ raw: [[-5.5], [-1.5]], normalized: [[1.5], [0]] }, false);
    const { best, lead } = diffusionConfidence(choice!, {
      plan: planOf(2),
      pairs,
      unconditional,
      weights: even(2),
    });
    expect([best, lead!.mean]).toEqual([0, 1.5]);
  });

  test('the mean lead is the difference of the scores, whatever the weights', () => {
    const error = fc.double({ min: 0, max: 10, noNaN: true });
    const row = fc.array(error, { minLength: 8, maxLength: 8 }).map((values) => Float64Array.from(values));
    const weights = fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
      .map((values) => Float64Array.from(values));
    fc.assert(
      fc.property(row, row, weights, (a, b, weight) => {
        const scores = [a, b].map((values) => -values.reduce((sum, value, k) => sum + value * weight[k]!, 0));
        const [choice] = choicesIn({ raw: [scores] }, false);
        const { lead, best, next } = diffusionConfidence(choice!, {
          plan: planOf(8),
          pairs: [[a, b]],
          weights: weight,
        });
        expect(lead!.mean).toBeCloseTo(scores[best]! - scores[next]!, 9);
      }),
    );
  });

  test('differences of noise alone are seldom told apart, large ones soon', () => {
    const random = new Random(7);
    const normal = () =>
      Math.sqrt(-2 * Math.log((random.next() + 1) / 2 ** 32)) *
      Math.cos((2 * Math.PI * random.next()) / 2 ** 32);
    const told = (shift: number) => {
      const rows = [0, shift].map((mean) => Float64Array.from({ length: 32 }, () => mean + normal()));
      const [choice] = choicesIn({ raw: [scoresOf(rows)] }, false);
      return diffusionConfidence(choice!, { plan: planOf(32), pairs: [rows], weights: even(32) }).lead!
        .decidedAfter;
    };
    const none = Array.from({ length: 300 }, () => told(0)).filter((after) => after !== undefined).length;
    // Each of 28 looks errs in 0.2 %; together they cannot err more often than 5.6 % (five standard errors above).
    expect(none / 300).toBeLessThan(0.056 + 5 * Math.sqrt((0.056 * 0.944) / 300));
    const large = Array.from({ length: 50 }, () => told(6)).map((after) => after ?? 99);
    expect(Math.max(...large)).toBeLessThan(20);
  });
});
