import { describe, expect, test } from 'vitest';
import { choicesOf, fitProbabilities, type ImageChoice } from '../../src/run/probabilities.ts';
import type { Example } from '../../src/scoring/example.ts';
import { Random } from '../../src/stats/random.ts';
import { softmax } from '../../src/stats/temperature.ts';

const TEMPERATURE = 0.02;

/** Choices whose truth is drawn by the softmax of their scores: exactly calibrated at TEMPERATURE. */
function drawChoices(count: number, captions: number, seed = 1): ImageChoice[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, example) => {
    const scores = Array.from({ length: captions }, () => 0.08 * random.uniform());
    const p = softmax(scores, TEMPERATURE);
    const drawn = random.uniform();
    const sums = p.map((_, k) => p.slice(0, k + 1).reduce((sum, value) => sum + value, 0));
    const truth = sums.findIndex((sum) => drawn < sum);
    return { example, image: 0, scores, truth: truth < 0 ? captions - 1 : truth };
  });
}

describe('fitProbabilities', () => {
  test('finds the temperature that choices were drawn at, and calls them calibrated', () => {
    const fit = fitProbabilities(drawChoices(4000, 3))!;
    expect(fit.temperature).toBeGreaterThan(0.9 * TEMPERATURE);
    expect(fit.temperature).toBeLessThan(1.1 * TEMPERATURE);
    expect(fit.ece).toBeLessThan(0.03);
    expect(fit.logLoss).toBeLessThan(fit.uniformLogLoss);
    expect(fit.uniformLogLoss).toBeCloseTo(Math.log(3), 12);
    expect(fit.bins.reduce((sum, { count }) => sum + count, 0)).toBe(4000);
    expect(fit.choices).toBe(4000);
  });

  test('sees where confidence is not borne out: the halves need different temperatures', () => {
    const choices = drawChoices(4000, 3).map((choice) =>
      choice.example % 2 === 0 ? choice : { ...choice, scores: choice.scores.map((score) => 8 * score) },
    );
    expect(fitProbabilities(choices)!.ece).toBeGreaterThan(0.1);
  });

  test('gives nothing where no temperature has a meaning', () => {
    const right = drawChoices(100, 2).map((choice) => ({
      ...choice,
      truth: Number(choice.scores[1]! > choice.scores[0]!),
    }));
    const wrong = right.map((choice) => ({ ...choice, truth: 1 - choice.truth }));
    const equal = right.map((choice) => ({ ...choice, scores: [0.5, 0.5] }));
    for (const choices of [[], drawChoices(19, 2), right, wrong, equal])
      expect(fitProbabilities(choices)).toBeUndefined();
  });
});

describe('choicesOf', () => {
  const example = (truth: Example['truth'], images: number, captions: number): Example => ({
    id: 'x',
    images: Array.from({ length: images }, () => ({ bytes: new Uint8Array(), name: 'x' })),
    captions: Array.from({ length: captions }, (_, k) => `${k}`),
    truth,
    tags: [],
  });

  test('takes images with one true caption among several', () => {
    const diagonal = example(
      [
        [0, 0],
        [1, 1],
      ],
      2,
      2,
    );
    expect(
      choicesOf(
        [diagonal],
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ),
    ).toEqual([
      { example: 0, image: 0, scores: [1, 2], truth: 0 },
      { example: 0, image: 1, scores: [3, 4], truth: 1 },
    ]);
  });

  test('leaves out the rest: one caption, two truths, none, not scored, not finite', () => {
    const cases: [Example, number[][] | undefined][] = [
      [example([[0, 0]], 2, 1), [[1], [2]]],
      [
        example(
          [
            [0, 0],
            [0, 1],
          ],
          1,
          3,
        ),
        [[1, 2, 3]],
      ],
      [example([], 1, 2), [[1, 2]]],
      [example([[0, 0]], 1, 2), undefined],
      [example([[0, 0]], 1, 2), [[1, Number.NaN]]],
    ];
    expect(
      choicesOf(
        cases.map(([each]) => each),
        cases.map(([, scores]) => scores),
      ),
    ).toEqual([]);
  });
});
