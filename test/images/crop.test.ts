import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, ShapeError } from '../../src/errors.ts';
import { centerCrop, centerCropRounded, resizeShortestEdge, resizeToCover } from '../../src/images/crop.ts';
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

describe('centerCrop equals transformers, centerCropRounded torchvision', () => {
  it.each(golden.crop)('$file to $width x $height, $rule', async (wanted) => {
    const image = await decodeFixture(wanted.file);
    const crop = wanted.rule === 'floor' ? centerCrop : centerCropRounded;
    expectPixels(crop(image, wanted.width, wanted.height), wanted);
  });
});

describe('centerCrop', () => {
  it.each([
    { from: 5, to: 4, kept: [1, 2, 3, 4] },
    { from: 7, to: 4, kept: [2, 3, 4, 5] },
    { from: 6, to: 4, kept: [2, 3, 4, 5] },
    { from: 3, to: 4, kept: [0, 1, 2, 3] },
    { from: 2, to: 5, kept: [0, 0, 1, 2, 0] },
  ])('of $from pixels to $to', ({ from, to, kept }) => {
    expect(reds(centerCrop(ramp(from), to, 1))).toEqual(kept);
  });

  it('undoes its own padding, and keeps every pixel when it only pads', () => {
    fc.assert(
      fc.property(side, side, side, (width, height, grow) => {
        const image = imageOf(
          width,
          height,
          Array.from({ length: width * height * 3 }, (_, i) => (i % 255) + 1),
        );
        const padded = centerCrop(image, width + 2 * grow, height + 2 * grow);
        expect(centerCrop(padded, width, height)).toEqual(image);
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

  it.each([
    [1, 1_000_000],
    [1_000_000, 1],
  ])('refuses %i x %i pixels: the result would fill the memory', (width, height) => {
    const thin = { width, height, data: new Uint8Array(width * height * 3) };
    expect(() => resizeShortestEdge(thin, 512, 'bicubic')).toThrow(InputError);
    expect(() => resizeShortestEdge(thin, 512, 'bicubic')).toThrow(
      /too long and thin.*at most 100 megapixels, got \d+x\d+, 262144 megapixels/,
    );
  });

  it('refuses an edge that is not a positive integer', () => {
    expect(() => resizeShortestEdge(ramp(3), 0, 'box')).toThrow(ShapeError);
  });
});

describe('resizeToCover', () => {
  it('equals resizeShortestEdge for a square', () => {
    fc.assert(
      fc.property(side, side, side, (width, height, edge) => {
        const image = imageOf(
          width,
          height,
          Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256),
        );
        const covering = resizeToCover(image, { width: edge, height: edge }, 'bicubic');
        expect(covering).toEqual(resizeShortestEdge(image, edge, 'bicubic'));
      }),
    );
  });

  it('fits one side and is never short of the other', () => {
    fc.assert(
      fc.property(side, side, side, side, (w, h, width, height) => {
        const image = imageOf(w, h, new Array(w * h * 3).fill(9));
        const covering = resizeToCover(image, { width, height }, 'bilinear');
        expect([covering.width - width, covering.height - height]).toContain(0);
        expect(covering.width).toBeGreaterThanOrEqual(width);
        expect(covering.height).toBeGreaterThanOrEqual(height);
      }),
    );
  });

  it('leaves an image of the very size alone', () => {
    const image = imageOf(
      6,
      4,
      Array.from({ length: 72 }, (_, i) => i),
    );
    expect(resizeToCover(image, { width: 6, height: 4 }, 'bicubic').data).toEqual(image.data);
  });
});
