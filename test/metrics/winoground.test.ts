import { describe, expect, test } from 'vitest';
import { type Verdict, verdict } from '../../src/metrics/evaluate.ts';
import { margins } from '../../src/metrics/margin.ts';
import type { ScoreMatrix } from '../../src/metrics/score-matrix.ts';

const diagonal = (k: number) => Array.from({ length: k }, (_, i): [number, number] => [i, i]);
const two = (a: number, b: number, c: number, d: number): ScoreMatrix => ({
  scores: [
    [a, b],
    [c, d],
  ],
  truth: diagonal(2),
});

const text = (matrix: ScoreMatrix) => verdict(matrix).text;
const image = (matrix: ScoreMatrix) => verdict(matrix).image;
const group = (matrix: ScoreMatrix) => verdict(matrix).group;
const groupMatch = (matrix: ScoreMatrix) => verdict(matrix).groupMatch;
const accuracy = (matrix: ScoreMatrix) => verdict(matrix).accuracy;

function orderings(values: number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, i) => orderings(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}

/** Right, tied and wrong over the 24 orderings of four scores. */
function count(values: number[], metric: keyof Verdict) {
  const all = orderings(values).map(([a, b, c, d]) => margins(two(a!, b!, c!, d!))[metric]!);
  return [
    all.filter((m) => m > 0).length,
    all.filter((m) => m === 0).length,
    all.filter((m) => m < 0).length,
  ];
}

describe('the 24 orderings of four distinct scores', () => {
  test.each([
    ['text', 6],
    ['image', 6],
    ['group', 4],
  ] as const)('%s is right in %i', (metric, right) => {
    expect(count([1, 2, 3, 4], metric)[0]).toBe(right);
    expect(count([1, 2, 3, 4.5], metric)[0]).toBe(right);
  });

  test('GroupMatch: 12 where no two sums tie, 8 right and 8 tied for 1, 2, 3, 4', () => {
    expect(count([1, 2, 3, 4.5], 'groupMatch')).toEqual([12, 0, 12]);
    expect(count([1, 2, 3, 4], 'groupMatch')).toEqual([8, 8, 8]);
  });

  test('text and image read as the official formulas', () => {
    for (const [a, b, c, d] of orderings([1, 2, 3, 4]) as [number, number, number, number][]) {
      const matrix = two(a, b, c, d);
      expect(text(matrix)).toBe(a > b && d > c);
      expect(image(matrix)).toBe(a > c && d > b);
      expect(group(matrix)).toBe(a > b && d > c && a > c && d > b);
      expect(groupMatch(matrix)).toBe(a + d > b + c);
    }
  });
});

describe('what fails', () => {
  const none = { text: false, image: false, group: false, groupMatch: false };

  test('a constant', () => expect(verdict(two(3, 3, 3, 3))).toEqual(none));

  test('NaN, on either side', () => {
    expect(verdict(two(Number.NaN, 0, 0, 9))).toEqual(none);
    expect(verdict(two(9, Number.NaN, Number.NaN, 9))).toEqual(none);
    expect(verdict(two(9, Number.NaN, 0, 9))).toEqual(none);
    expect(margins(two(9, Number.NaN, 0, 9)).group).toBeNaN();
  });

  test('infinity against infinity', () => {
    expect(verdict(two(Infinity, Infinity, 0, 1)).text).toBe(false);
    expect(verdict(two(-Infinity, -Infinity, 0, 1)).text).toBe(false);
  });

  test('a row that is not there', () => {
    expect(verdict({ scores: [[1, 0], []], truth: diagonal(2) })).toEqual(none);
  });

  test('the smallest difference that floats have still wins', () => {
    expect(verdict(two(5e-324, 0, 0, 5e-324))).toEqual({
      text: true,
      image: true,
      group: true,
      groupMatch: true,
    });
  });
});

test('softmax over captions would turn image into GroupMatch and group into text', () => {
  let random = 1;
  const next = () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 2 ** 32;
  };
  let differ = 0;
  for (let i = 0; i < 500; i++) {
    const raw = two(next(), next(), next(), next());
    const softmaxed: ScoreMatrix = {
      ...raw,
      scores: raw.scores.map((row) =>
        row.map((s) => Math.exp(s) / row.reduce((sum, x) => sum + Math.exp(x), 0)),
      ),
    };
    expect(image(softmaxed)).toBe(groupMatch(raw));
    expect(group(softmaxed)).toBe(text(raw));
    if (image(raw) !== image(softmaxed)) differ++;
  }
  expect(differ).toBeGreaterThan(50);
});

test('images compete on imageScores, captions and matchings on scores', () => {
  const scores = [
    [1, 0],
    [9, 10],
  ];
  const imageScores = scores.map((row) => row.map((s) => s - row[0]! - 0.5));
  expect(verdict({ scores, truth: diagonal(2) })).toEqual({
    text: true,
    image: false,
    group: false,
    groupMatch: true,
  });
  expect(verdict({ scores, imageScores, truth: diagonal(2) }).image).toBe(false);
  const fair = [
    [1, 0],
    [0, 1],
  ];
  expect(verdict({ scores, imageScores: fair, truth: diagonal(2) })).toMatchObject({
    image: true,
    group: true,
  });
  const wrong = two(0, 1, 1, 0);
  expect(verdict({ ...wrong, imageScores: fair })).toEqual({
    text: false,
    image: true,
    group: false,
    groupMatch: false,
  });
});

describe('shapes', () => {
  test('1 x N and N x 1 are choices', () => {
    const row: ScoreMatrix = { scores: [[3, 5, 4]], truth: [[0, 1]] };
    expect(verdict(row)).toEqual({ accuracy: true });
    expect(margins(row)).toEqual({ accuracy: 1 });
    expect(accuracy({ ...row, truth: [[0, 2]] })).toBe(false);
    expect(accuracy({ scores: [[3, 5, 5]], truth: [[0, 1]] })).toBe(false);
    expect(
      accuracy({
        scores: [[3, 5, 4]],
        truth: [
          [0, 1],
          [0, 2],
        ],
      }),
    ).toBe(true);
    const column: ScoreMatrix = { scores: [[3], [5]], imageScores: [[3], [2]], truth: [[0, 0]] };
    expect(verdict(column)).toEqual({ accuracy: true });
    expect([text(row), image(row), group(row), groupMatch(row)]).toEqual(new Array(4).fill(undefined));
  });

  test('nothing to compare gives no verdict', () => {
    expect(verdict({ scores: [[1]], truth: [[0, 0]] })).toEqual({});
    expect(verdict({ scores: [[1, 2]], truth: [] })).toEqual({});
    expect(verdict({ scores: [], truth: [] })).toEqual({});
    expect(verdict({ ...two(1, 2, 3, 4), truth: [] })).toEqual({});
  });

  test('a caption of no image is a distractor for text and asks nothing of image', () => {
    const matrix: ScoreMatrix = {
      scores: [
        [5, 1, 4],
        [2, 6, 7],
      ],
      truth: diagonal(2),
    };
    expect(verdict(matrix)).toEqual({ text: false, image: true, group: false });
    expect(margins(matrix)).toEqual({ text: -1, image: 3, group: -1 });
  });

  test('GroupMatch up to 8 x 8, and only for a perfect matching', () => {
    const identity = (k: number): ScoreMatrix => ({
      scores: Array.from({ length: k }, (_, i) => Array.from({ length: k }, (_, j) => (i === j ? 1 : 0))),
      truth: diagonal(k),
    });
    expect(margins(identity(8)).groupMatch).toBe(2);
    expect(groupMatch(identity(9))).toBeUndefined();
    expect(group(identity(9))).toBe(true);
    expect(groupMatch({ ...identity(2), truth: [[0, 0]] })).toBeUndefined();
    expect(groupMatch({ ...identity(3), truth: [...diagonal(3), [0, 1]] })).toBeUndefined();
  });
});
