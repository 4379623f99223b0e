import { describe, expect, test } from 'vitest';
import { chance, chances, type MetricName, verdict } from '../../src/metrics/evaluate.ts';
import type { Shape } from '../../src/metrics/score-matrix.ts';

const shape = (images: number, captions: number, ...truth: [number, number][]): Shape => ({
  images,
  captions,
  truth,
});
const square = (k: number) =>
  shape(k, k, ...Array.from({ length: k }, (_, i): [number, number] => [i, (i + 1) % k]));

/** xorshift32, another generator than the one under test. */
function source(): () => number {
  let x = 2463534242;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** Share of right verdicts over random scores, per metric. */
function simulate({ images, captions, truth }: Shape, draws: number): Partial<Record<MetricName, number>> {
  const random = source();
  const right: Partial<Record<MetricName, number>> = {};
  for (let draw = 0; draw < draws; draw++) {
    const scores = Array.from({ length: images }, () => Array.from({ length: captions }, random));
    for (const [metric, isRight] of Object.entries(verdict({ scores, truth }))) {
      right[metric as MetricName] = (right[metric as MetricName] ?? 0) + (isRight ? 1 / draws : 0);
    }
  }
  return right;
}

describe('chance', () => {
  test('Winoground: 25, 25, 16.67, 50 %', () => {
    expect(chances(square(2))).toEqual({ text: 0.25, image: 0.25, group: 1 / 6, groupMatch: 0.5 });
  });

  test('k x k groups: (k-1)! / (2k-1)!', () => {
    expect(chance(square(3), 'group')).toBeCloseTo(1 / 60, 15);
    expect(chance(square(4), 'group')).toBeCloseTo(6 / 5040, 15);
    expect(chance(square(3), 'groupMatch')).toBeCloseTo(1 / 6, 15);
  });

  test('choices', () => {
    expect(chances(shape(1, 2, [0, 1]))).toEqual({ accuracy: 0.5 });
    expect(chances(shape(1, 1000, [0, 3])).accuracy).toBeCloseTo(0.001, 15);
    expect(chances(shape(5, 1, [0, 0], [4, 0])).accuracy).toBeCloseTo(1 / 10, 15);
  });

  test.each([
    ['2 x 2', square(2)],
    ['3 x 3', square(3)],
    ['2 x 3 with a distractor caption', shape(2, 3, [0, 0], [1, 1])],
    ['2 x 4, two captions each', shape(2, 4, [0, 0], [0, 1], [1, 2], [1, 3])],
    ['3 x 2 with a shared caption', shape(3, 2, [0, 0], [1, 0], [2, 1])],
    ['2 x 2, one true pair', shape(2, 2, [1, 0])],
    ['2 x 2, three true pairs', shape(2, 2, [0, 0], [0, 1], [1, 1])],
    ['2 x 2, a shared caption and an idle one', shape(2, 2, [0, 0], [1, 0])],
    ['1 x 5, two true', shape(1, 5, [0, 2], [0, 3])],
    ['4 x 1', shape(4, 1, [2, 0])],
  ])('%s agrees with simulation', (_, given) => {
    const draws = 40_000;
    const want = simulate(given, draws);
    const got = chances(given);
    expect(Object.keys(got)).toEqual(Object.keys(want));
    for (const [metric, value] of Object.entries(got)) {
      const deviation = Math.sqrt((value * (1 - value)) / draws);
      expect(Math.abs(want[metric as MetricName]! - value)).toBeLessThan(4.5 * deviation + 1e-9);
    }
  });

  test('many true pairs are sampled', () => {
    // Image 0 is true of captions 0..16, image 1 of caption 17. If the latter's score is the r-th lowest true one, m
    // lowest true scores bound m + 1 false pairs while m < r and all 18 from then on; r is uniform over 1..18.
    const truth = Array.from({ length: 17 }, (_, c): [number, number] => [0, c]);
    const given = shape(2, 18, ...truth, [1, 17]);
    let want = 0;
    for (let r = 1; r <= 18; r++) {
      let product = 1 / 18;
      for (let m = 1; m <= 18; m++) product *= m / (m + (m < r ? m + 1 : 18));
      want += product;
    }
    const got = chance(given, 'group')!;
    expect(Math.abs(got / want - 1)).toBeLessThan(0.05);
    expect(chance(given, 'group')).toBe(got);
  });

  test('14 true pairs are exact', () => {
    // The same with captions 0..12 and 13: 14 true pairs.
    const truth = Array.from({ length: 13 }, (_, c): [number, number] => [0, c]);
    let want = 0;
    for (let r = 1; r <= 14; r++) {
      let product = 1 / 14;
      for (let m = 1; m <= 14; m++) product *= m / (m + (m < r ? m + 1 : 14));
      want += product;
    }
    expect(chance(shape(2, 14, ...truth, [1, 13]), 'group')! / want).toBeCloseTo(1, 12);
  });

  test('is there exactly where the verdict is', () => {
    for (const given of [
      shape(1, 1, [0, 0]),
      shape(2, 2),
      shape(1, 3),
      shape(0, 0),
      square(9),
      shape(2, 3, [0, 0]),
    ]) {
      const scores = Array.from({ length: given.images }, () => new Array<number>(given.captions).fill(0));
      expect(Object.keys(chances(given))).toEqual(Object.keys(verdict({ scores, truth: given.truth })));
    }
  });
});
