import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verdict } from '../../src/metrics/evaluate.ts';
import { margins } from '../../src/metrics/margin.ts';
import type { ScoreMatrix } from '../../src/metrics/score-matrix.ts';

/** Small integers: sums are exact and ties are common. Half of the square ones have a perfect matching as truth. */
const matrices: fc.Arbitrary<ScoreMatrix> = fc
  .record({
    images: fc.integer({ min: 1, max: 4 }),
    captions: fc.integer({ min: 1, max: 4 }),
    free: fc.boolean(),
  })
  .chain(({ images, captions, free }) => {
    const row = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: captions, maxLength: captions });
    const grid = fc.array(row, { minLength: images, maxLength: images });
    const any = fc.uniqueArray(fc.tuple(fc.nat({ max: images - 1 }), fc.nat({ max: captions - 1 })), {
      selector: ([i, c]) => i * captions + c,
    });
    const matching = shuffled(captions).map((order) =>
      order.slice(0, images).map((caption, image): [number, number] => [image, caption]),
    );
    const truth = free ? any : matching;
    return fc.oneof(
      fc.record({ scores: grid, truth }),
      fc.record({ scores: grid, imageScores: grid, truth }),
    ) as fc.Arbitrary<ScoreMatrix>;
  });

function shuffled(count: number): fc.Arbitrary<number[]> {
  const all = Array.from({ length: count }, (_, index) => index);
  return fc.shuffledSubarray(all, { minLength: count, maxLength: count });
}

const offsets = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 });

/** Every entry of both arrays, replaced by f(score, image, caption). */
function mapScores(
  matrix: ScoreMatrix,
  f: (score: number, image: number, caption: number) => number,
): ScoreMatrix {
  const apply = (grid: ScoreMatrix['scores']) => grid.map((row, i) => row.map((score, c) => f(score, i, c)));
  return {
    scores: apply(matrix.scores),
    truth: matrix.truth,
    ...(matrix.imageScores && { imageScores: apply(matrix.imageScores) }),
  };
}

test('relabelling images and captions changes nothing', () => {
  const cases = matrices.chain((matrix) =>
    fc.tuple(fc.constant(matrix), shuffled(matrix.scores.length), shuffled(matrix.scores[0]!.length)),
  );
  fc.assert(
    fc.property(cases, ([matrix, images, captions]) => {
      const move = (grid: ScoreMatrix['scores']) => images.map((i) => captions.map((c) => grid[i]![c]!));
      const moved: ScoreMatrix = {
        scores: move(matrix.scores),
        ...(matrix.imageScores && { imageScores: move(matrix.imageScores) }),
        truth: matrix.truth.map(([i, c]) => [images.indexOf(i), captions.indexOf(c)]),
      };
      expect(margins(moved)).toEqual(margins(matrix));
    }),
  );
});

test('a positive factor leaves the verdicts and scales the margins', () => {
  fc.assert(
    fc.property(matrices, fc.constantFrom(0.125, 0.5, 3, 1000), (matrix, factor) => {
      const scaled = mapScores(matrix, (score) => score * factor);
      expect(verdict(scaled)).toEqual(verdict(matrix));
      for (const [metric, value] of Object.entries(margins(matrix))) {
        expect(margins(scaled)[metric as 'text']! - value * factor).toBe(0);
      }
    }),
  );
});

test('a constant per image leaves text and GroupMatch', () => {
  fc.assert(
    fc.property(matrices, offsets, (matrix, shift) => {
      const [before, after] = [margins(matrix), margins(mapScores(matrix, (score, i) => score + shift[i]!))];
      expect([after.text, after.groupMatch]).toEqual([before.text, before.groupMatch]);
    }),
  );
});

test('a constant per caption leaves image and GroupMatch', () => {
  fc.assert(
    fc.property(matrices, offsets, (matrix, shift) => {
      const [before, after] = [
        margins(matrix),
        margins(mapScores(matrix, (score, _, c) => score + shift[c]!)),
      ];
      expect([after.image, after.groupMatch]).toEqual([before.image, before.groupMatch]);
    }),
  );
});

test('group is text and image, and implies GroupMatch', () => {
  fc.assert(
    fc.property(matrices, (matrix) => {
      const { text, image, group } = verdict(matrix);
      if (group !== undefined) expect(group).toBe(text === true && image === true);
      const { imageScores: _, ...own } = matrix;
      const raw = verdict(own);
      if (raw.group && raw.groupMatch !== undefined) expect(raw.groupMatch).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
