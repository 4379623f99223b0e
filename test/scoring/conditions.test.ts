import { describe, expect, test } from 'vitest';
import { pairsOf, type UncondMode } from '../../src/scoring/conditions.ts';
import type { Example } from '../../src/scoring/example.ts';

function exampleOf(images: number, captions: number): Example {
  return {
    id: 'x',
    images: Array.from({ length: images }, (_, k) => ({ path: `${k}.png` })),
    captions: Array.from({ length: captions }, (_, k) => `caption ${k}`),
    truth: [],
    tags: [],
  };
}

/** `image/caption` of each pair, ∅ as `-`. */
const listed = (images: number, captions: number, mode: UncondMode) =>
  pairsOf(exampleOf(images, captions), mode).map(
    ({ image, caption }) => `${image}/${caption < 0 ? '-' : caption}`,
  );

describe('pairsOf', () => {
  test.each<[number, number, UncondMode, string]>([
    [2, 2, 'auto', '0/0 0/1 0/- 1/0 1/1 1/-'],
    [2, 2, 'always', '0/0 0/1 0/- 1/0 1/1 1/-'],
    [2, 2, 'never', '0/0 0/1 1/0 1/1'],
    [1, 3, 'auto', '0/0 0/1 0/2'],
    [1, 3, 'always', '0/0 0/1 0/2 0/-'],
    [1, 3, 'never', '0/0 0/1 0/2'],
    [3, 1, 'auto', '0/0 0/- 1/0 1/- 2/0 2/-'],
    [1, 1, 'auto', '0/0'],
  ])('%i images, %i captions, %s', (images, captions, mode, wanted) => {
    expect(listed(images, captions, mode).join(' ')).toBe(wanted);
  });
});
