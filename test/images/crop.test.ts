import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { centerCrop, resizeShortestEdge } from '../../src/images/crop.ts';
import { decodeFixture, expectPixels, golden, imageOf } from './golden.ts';

const side = fc.integer({ min: 1, max: 30 });

/** A row of `n` pixels whose red values are 1, 2, … n. */
function ramp(n: number) {
  return imageOf(
    n,
    1,
    Array.from({ length: n * 3 }, (_, i) => Math.floor(i / 3) + 1),
  );
}

function reds(image: { data: Uint8Array }): number[] {
  return [...image.data].filter((_, i) => i % 3 === 0);
}

describe('centerCrop equals transformers (floor) and torchvision (round)', () => {
  it.each(golden.crop)('$file to $width x $height, $rule', async (wanted) => {
    const image = await decodeFixture(wanted.file);
    expectPixels(centerCrop(image, wanted.width, wanted.height, { rule: wanted.rule }), wanted);
  });
});

describe('centerCrop', () => {
  it.each([
    { from: 5, to: 4, floor: [1, 2, 3, 4], round: [1, 2, 3, 4] },
    { from: 7, to: 4, floor: [2, 3, 4, 5], round: [3, 4, 5, 6] },
    { from: 6, to: 4, floor: [2, 3, 4, 5], round: [2, 3, 4, 5] },
    { from: 3, to: 4, floor: [0, 1, 2, 3], round: [1, 2, 3, 0] },
    { from: 2, to: 5, floor: [0, 0, 1, 2, 0], round: [0, 1, 2, 0, 0] },
  ])('of $from pixels to $to', ({ from, to, floor, round }) => {
    expect(reds(centerCrop(ramp(from), to, 1))).toEqual(floor);
    expect(reds(centerCrop(ramp(from), to, 1, { rule: 'round' }))).toEqual(round);
  });

  it('agrees between the rules on every even margin, and keeps every pixel when it only pads', () => {
    fc.assert(
      fc.property(side, side, side, (width, height, grow) => {
        const image = imageOf(
          width,
          height,
          Array.from({ length: width * height * 3 }, (_, i) => (i % 255) + 1),
        );
        const padded = centerCrop(image, width + 2 * grow, height + 2 * grow);
        expect(centerCrop(image, width + 2 * grow, height + 2 * grow, { rule: 'round' })).toEqual(padded);
        expect(centerCrop(padded, width, height)).toEqual(image);
        expect(centerCrop(padded, width, height, { rule: 'round' })).toEqual(image);
        expect(padded.data.filter((value) => value !== 0)).toHaveLength(width * height * 3);
      }),
    );
  });

  it('refuses an empty crop', () => {
    expect(() => centerCrop(ramp(3), 0, 1)).toThrow(ShapeError);
    expect(() => centerCrop(ramp(3), 0, 1)).toThrow(
      'cannot crop the image (expected positive whole sides, got 0x1).',
    );
  });
});

describe('resizeShortestEdge', () => {
  it.each(golden.shortestEdge)('$file to $edge equals transformers: $width x $height', async (wanted) => {
    const image = await decodeFixture(wanted.file);
    expectPixels(resizeShortestEdge(image, wanted.edge, wanted.filter), wanted);
  });

  it('gives the shorter side exactly, and truncates the longer', () => {
    fc.assert(
      fc.property(side, side, side, (width, height, edge) => {
        const out = resizeShortestEdge(imageOf(width, height, []), edge, 'nearest');
        expect(Math.min(out.width, out.height)).toBe(edge);
        const exact = (edge * Math.max(width, height)) / Math.min(width, height);
        expect(Math.max(out.width, out.height)).toBe(Math.floor(exact));
      }),
    );
  });

  it('refuses an edge that is not a positive integer', () => {
    expect(() => resizeShortestEdge(ramp(3), 0, 'box')).toThrow(ShapeError);
  });
});
