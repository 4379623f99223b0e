import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aggregate, type TaggedVerdict } from '../../src/metrics/by-tag.ts';
import { chances } from '../../src/metrics/chance.ts';
import { classification, classify } from '../../src/metrics/classification.ts';
import { directions } from '../../src/metrics/directions.ts';
import { verdict } from '../../src/metrics/evaluate.ts';
import { macroAverages } from '../../src/metrics/macro.ts';
import {
  captionRanks,
  imageRanks,
  meanRankChance,
  recallChance,
  reciprocalRankChance,
} from '../../src/metrics/ranking.ts';
import { type ScoreMatrix, shapeOf } from '../../src/metrics/score-matrix.ts';
import { setTallies } from '../../src/metrics/sets.ts';
import { leastAboveChance } from '../../src/stats/above-chance.ts';
import { leastRight } from '../../src/stats/least-right.ts';
import { Random } from '../../src/stats/random.ts';

type Truth = [image: number, caption: number][];

/** Shapes of the probes that people use, and odd ones. */
const SHAPES: { name: string; images: number; captions: number; truth: Truth }[] = [
  { name: '1 x 2', images: 1, captions: 2, truth: [[0, 1]] },
  { name: '1 x 5', images: 1, captions: 5, truth: [[0, 3]] },
  { name: '1 x 3 with two right', images: 1, captions: 3, truth: [[0, 0], [0, 1]] },
  { name: '1 x 12 with three right', images: 1, captions: 12, truth: [[0, 2], [0, 5], [0, 11]] },
  { name: '6 x 1', images: 6, captions: 1, truth: [[4, 0]] },
  { name: '2 x 2', images: 2, captions: 2, truth: [[0, 0], [1, 1]] },
  { name: '3 x 4 with a stray caption', images: 3, captions: 4, truth: [[0, 0], [1, 1], [2, 2]] },
]; // biome-ignore format: one shape per line

function draw(
  { images, captions, truth }: { images: number; captions: number; truth: Truth },
  random: Random,
) {
  const scores = Array.from({ length: images }, () =>
    Array.from({ length: captions }, () => random.uniform()),
  );
  return { scores, truth };
}

/** Whether a share of `draws` fits a probability: within 4.5 standard deviations, which fails once in 150,000. */
function expectShare(share: number, chance: number, draws: number): void {
  expect(Math.abs(share - chance)).toBeLessThanOrEqual(4.5 * Math.sqrt((chance * (1 - chance)) / draws));
}

describe.each(SHAPES)('chance by simulation, $name', (shape) => {
  const DRAWS = 20_000;
  const random = new Random(11);
  const drawn = Array.from({ length: DRAWS }, () => draw(shape, random));

  test('every headline metric', () => {
    const expected = Object.entries(chances(shape));
    expect(expected.length).toBeGreaterThan(0);
    const verdicts = drawn.map(verdict);
    for (const [metric, chance] of expected) {
      const right = verdicts.filter((one) => one[metric as 'text']).length;
      expectShare(right / DRAWS, chance, DRAWS);
    }
  });

  test('every direction', () => {
    const all = drawn.map(directions);
    for (const side of ['images', 'captions', 'truths'] as const) {
      for (const [place, first] of all[0]![side].entries()) {
        if (!first) continue;
        const right = all.filter((one) => one[side][place]!.isRight).length;
        expectShare(right / DRAWS, first.chance, DRAWS);
      }
    }
  });

  test('recall, mean rank and reciprocal rank', () => {
    for (const ranksOf of [captionRanks, imageRanks]) {
      const ranks = drawn.flatMap(ranksOf);
      if (ranks.length === 0) continue;
      const count = ranks.length;
      for (const k of [1, 2, 3]) {
        const within = ranks.filter(({ rank }) => rank <= k).length / count;
        expectShare(within, recallChance(ranks[0]!, k), count);
      }
      const mean = (value: (rank: number) => number) =>
        ranks.reduce((sum, { rank }) => sum + value(rank), 0) / count;
      const deviation = (value: (rank: number) => number) => {
        const middle = mean(value);
        return Math.sqrt(mean((rank) => (value(rank) - middle) ** 2));
      };
      for (const [value, chance] of [
        [(rank: number) => rank, meanRankChance(ranks[0]!)],
        [(rank: number) => 1 / rank, reciprocalRankChance(ranks[0]!)],
      ] as const)
        expect(Math.abs(mean(value) - chance)).toBeLessThanOrEqual(
          (4.5 * deviation(value)) / Math.sqrt(count) + 1e-12,
        );
    }
  });
});

describe('a constant scorer and NaN', () => {
  test.each(SHAPES)('get nothing right in $name', ({ images, captions, truth }) => {
    for (const value of [0, Number.NaN, Number.NEGATIVE_INFINITY]) {
      const matrix = {
        scores: Array.from({ length: images }, () => Array<number>(captions).fill(value)),
        truth,
      };
      const { images: rows, captions: columns, truths } = directions(matrix);
      expect([...rows, ...columns, ...truths].filter((one) => one?.isRight)).toEqual([]);
      for (const { rank, options, truths: right } of [...captionRanks(matrix), ...imageRanks(matrix)])
        expect(rank).toBe(options - right + 1);
      expect(classify(matrix)?.predicted ?? -1).toBe(-1);
    }
  });
});

/** Small integers, so that ties are common and shifted sums exact. */
const matrices: fc.Arbitrary<ScoreMatrix> = fc
  .record({ images: fc.integer({ min: 1, max: 4 }), captions: fc.integer({ min: 1, max: 5 }) })
  .chain(({ images, captions }) => {
    const row = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: captions, maxLength: captions });
    const grid = fc.array(row, { minLength: images, maxLength: images });
    const truth = fc.uniqueArray(fc.tuple(fc.nat({ max: images - 1 }), fc.nat({ max: captions - 1 })), {
      selector: ([i, c]) => i * captions + c,
    });
    return fc.record({ scores: grid, imageScores: grid, truth }) as fc.Arbitrary<ScoreMatrix>;
  });

const shifts = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 5 });

function changed(
  matrix: ScoreMatrix,
  f: (score: number, image: number, caption: number) => number,
): ScoreMatrix {
  const apply = (grid: ScoreMatrix['scores']) => grid.map((row, i) => row.map((score, c) => f(score, i, c)));
  return { truth: matrix.truth, scores: apply(matrix.scores), imageScores: apply(matrix.imageScores!) };
}

describe('what changes nothing', () => {
  test('text and image are their directions, accuracy is the first rank where one option is right', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const { images, captions } = directions(matrix);
        const all = (answers: typeof images) => {
          const found = answers.filter((one) => one !== undefined);
          return found.length === 0 ? undefined : found.every(({ isRight }) => isRight);
        };
        const own = verdict(matrix);
        const shape = shapeOf(matrix);
        if (shape.images > 1 && shape.captions > 1) {
          expect(all(images)).toBe(own.text);
          expect(all(captions)).toBe(own.image);
        }
        if (shape.images === 1 && matrix.truth.length === 1 && shape.captions > 1) {
          expect(captionRanks(matrix)[0]!.rank === 1).toBe(own.accuracy);
          expect(classify(matrix)!.predicted === classify(matrix)!.truth).toBe(own.accuracy);
        }
      }),
    );
  });

  test('a positive factor leaves ranks and directions', () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(0.125, 3, 1000), (matrix, factor) => {
        const scaled = changed(matrix, (score) => score * factor);
        expect(captionRanks(scaled)).toEqual(captionRanks(matrix));
        expect(imageRanks(scaled)).toEqual(imageRanks(matrix));
        expect(directions(scaled)).toEqual(directions(matrix));
      }),
    );
  });

  test('a constant per image leaves what is chosen among captions, one per caption what is chosen among images', () => {
    fc.assert(
      fc.property(matrices, shifts, (matrix, shift) => {
        const perImage = changed(matrix, (score, image) => score + shift[image]!);
        expect(captionRanks(perImage)).toEqual(captionRanks(matrix));
        expect(directions(perImage).images).toEqual(directions(matrix).images);
        expect(directions(perImage).truths).toEqual(directions(matrix).truths);
        const perCaption = changed(matrix, (score, _, caption) => score + shift[caption]!);
        expect(imageRanks(perCaption)).toEqual(imageRanks(matrix));
        expect(directions(perCaption).captions).toEqual(directions(matrix).captions);
      }),
    );
  });

  test('and each of them can turn the other', () => {
    const matrix: ScoreMatrix = { scores: [[3, 1], [2, 4]], truth: [[0, 0], [1, 1]] }; // biome-ignore format: a matrix
    const shifted = { ...matrix, scores: matrix.scores.map(([a, b]) => [a! - 2, b!]) };
    expect(directions(matrix).images[0]!.isRight).toBe(true);
    expect(directions(shifted).images[0]!.isRight).toBe(false);
    const lifted = { ...matrix, scores: [matrix.scores[0]!, matrix.scores[1]!.map((score) => score + 2)] };
    expect(directions(lifted).captions[0]!.isRight).toBe(false);
  });

  test('relabelling captions keeps ranks and moves directions with their captions', () => {
    const cases = matrices.chain((matrix) => {
      const places = [...matrix.scores[0]!.keys()];
      return fc.tuple(fc.constant(matrix), fc.shuffledSubarray(places, { minLength: places.length }));
    });
    fc.assert(
      fc.property(cases, ([matrix, order]) => {
        const move = (grid: ScoreMatrix['scores']) => grid.map((row) => order.map((c) => row[c]!));
        const moved: ScoreMatrix = {
          scores: move(matrix.scores),
          imageScores: move(matrix.imageScores!),
          truth: matrix.truth.map(([i, c]) => [i, order.indexOf(c)]),
        };
        expect(captionRanks(moved)).toEqual(captionRanks(matrix));
        const [before, after] = [directions(matrix), directions(moved)];
        expect(after.images).toEqual(before.images);
        expect(after.truths).toEqual(before.truths);
        expect(after.captions).toEqual(order.map((c) => before.captions[c]));
      }),
    );
  });
});

test('a rank counts the wrong options that the best right one does not beat', () => {
  const truth: Truth = [[0, 1], [0, 4]]; // biome-ignore format: pairs
  expect(captionRanks({ scores: [[5, 1, 3, 3, 3]], truth })).toEqual([{ rank: 4, options: 5, truths: 2 }]);
  expect(captionRanks({ scores: [[5, 6, 3, 3, 3]], truth })[0]!.rank).toBe(1);
  expect(captionRanks({ scores: [[5, Number.NaN, 3, 2, 4]], truth })[0]!.rank).toBe(2);
});

describe('sets', () => {
  const accuracy = (isRight: boolean | undefined) =>
    isRight === undefined ? undefined : { accuracy: isRight };
  const member = (set: string, pair: string, isRight: boolean | undefined) => ({
    groups: { pair, set },
    verdict: accuracy(isRight),
    chance: { accuracy: 0.25 },
  });

  test('are right as a whole, and count once all their examples are done', () => {
    const found = setTallies([
      member('mug', 'mug lr', true),
      member('mug', 'mug lr', true),
      member('mug', 'mug ou', true),
      member('mug', 'mug ou', false),
      member('cup', 'cup lr', true),
      member('cup', 'cup lr', undefined),
    ]);
    expect(found.pair!.accuracy).toMatchObject({ correct: 1, count: 2, score: 0.5, chance: 1 / 16 });
    expect(found.set!.accuracy).toMatchObject({ correct: 0, count: 1, chance: 1 / 256 });
    expect(found.set!.text.count).toBe(0);
  });

  test('their chance is met by guessing', () => {
    const random = new Random(5);
    const SETS = 20_000;
    const members = Array.from({ length: 2 * SETS }, (_, k) =>
      member(`${k >> 1}`, '', random.uniform() < 0.25),
    );
    const { score, chance } = setTallies(members).set!.accuracy;
    expectShare(score, chance, SETS);
  });
});

test('macro averages weigh tags alike, leave small ones out, and keep kinds apart', () => {
  const judged = (tags: string[], isRight: boolean): TaggedVerdict => ({
    tags,
    verdict: { accuracy: isRight },
    chance: { accuracy: 0.5 },
  });
  const total = aggregate([
    ...Array.from({ length: 3 }, () => judged(['relation: on', 'easy'], true)),
    judged(['relation: under', 'easy'], false),
    judged(['relation: under', 'easy'], true),
    judged(['relation: behind', 'easy'], false),
  ]);
  expect(macroAverages(total)).toEqual({
    relation: { accuracy: { score: 0.5, chance: 0.5, tags: 3, leftOut: 0 } },
  });
  expect(macroAverages(total, 2).relation!.accuracy).toEqual({
    score: 0.75,
    chance: 0.5,
    tags: 2,
    leftOut: 1,
  });
  expect(macroAverages(total, 9)).toEqual({});
});

test('a confusion matrix holds every image, and the mean per class weighs classes alike', () => {
  const images = [
    { truth: 0, predicted: 0 },
    { truth: 0, predicted: 0 },
    { truth: 0, predicted: 2 },
    { truth: 2, predicted: -1 },
    { truth: 2, predicted: 2 },
  ];
  const { classes, meanPerClass, confusion } = classification(images, 3);
  expect(classes).toEqual([
    { count: 3, correct: 2 },
    { count: 0, correct: 0 },
    { count: 2, correct: 1 },
  ]);
  expect(meanPerClass).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  expect(confusion).toEqual([
    [0, 0, 2],
    [0, 2, 1],
    [2, -1, 1],
    [2, 2, 1],
  ]);
  expect(classify({ scores: [[1, 3, 3]], truth: [[0, 1]] })).toEqual({ truth: 1, predicted: -1 });
  expect(classify({ scores: [[1, 2], [1, 2]], truth: [[0, 1]] })).toBeUndefined(); // biome-ignore format: a matrix
});

test('the threshold by halving is that of the whole distribution', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom(0, 0.1, 1 / 6, 0.25, 0.5, 1),
      (count, chance) => {
        const list = Array<number>(count).fill(chance);
        const least = leastAboveChance(list);
        // With no example, or no chance to fail, even nothing right would be "above" or never is.
        expect(leastRight(list)).toBe(count === 0 ? undefined : least);
      },
    ),
  );
  // Known thresholds of 400 Winoground examples.
  expect(leastRight(Array<number>(400).fill(0.25))).toBe(115);
  expect(leastRight(Array<number>(400).fill(1 / 6))).toBe(80);
  expect(leastRight(Array<number>(400).fill(0.5))).toBe(217);
});
