import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluatedPairs, prunedSlots } from '../../src/run/prune.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import type { Example } from '../../src/scoring/example.ts';

const exampleOf = (images: number, captions: number): Example => ({
  id: 'x',
  images: Array.from({ length: images }, (_, i) => ({ path: `${i}.png` })),
  captions: Array.from({ length: captions }, (_, c) => `caption ${c}`),
  truth: [[0, 0]],
  tags: [],
});

test('all but the highest are pruned; of equal ones the first stay, a NaN goes', () => {
  const prune = (scores: number[], keep: number) =>
    prunedSlots(exampleOf(1, scores.length), 'auto', { scores: [scores], keep });
  expect(prune([3, 9, 5, 7], 2)).toEqual([0, 2]);
  expect(prune([1, 1, 1], 1)).toEqual([1, 2]);
  expect(prune([Number.NaN, 2, 1], 2)).toEqual([0]);
  expect(prune([1, 2], 2)).toEqual([]);
});

test('examples with several images are left whole, and nothing is known before the scores are there', () => {
  expect(prunedSlots(exampleOf(2, 9), 'auto', { scores: undefined, keep: 1 })).toEqual([]);
  expect(prunedSlots(exampleOf(1, 9), 'auto', { scores: undefined, keep: 1 })).toBeUndefined();
});

test('what is left is as many as were asked for, and the empty caption always', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double(), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 14 }),
      fc.constantFrom('auto' as const, 'always' as const),
      (scores, keep, uncond) => {
        const example = exampleOf(1, scores.length);
        const gone = new Set(prunedSlots(example, uncond, { scores: [scores], keep }));
        const left = pairsOf(example, uncond).filter((_, slot) => !gone.has(slot));
        expect(left).toHaveLength(evaluatedPairs(example, uncond, { by: 'clip', keep }));
        expect(left.some(({ caption }) => caption < 0)).toBe(uncond === 'always');
      },
    ),
  );
});
