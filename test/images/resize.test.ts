import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { type ResizeFilter, resize } from '../../src/images/resize.ts';
import { decodeFixture, expectPixels, golden, imageOf } from './golden.ts';

const FILTERS: ResizeFilter[] = ['nearest', 'box', 'bilinear', 'bicubic', 'lanczos'];
const filter = fc.constantFrom(...FILTERS);
const side = fc.integer({ min: 1, max: 40 });
const values = fc.uint8Array({ minLength: 12, maxLength: 1200 });

describe('resize equals Pillow', () => {
  it.each(golden.resize)('$file to $width x $height, $filter', async (wanted) => {
    const image = await decodeFixture(wanted.file);
    expectPixels(resize(image, wanted.width, wanted.height, wanted.filter), wanted);
  });
});

describe('resize', () => {
  it('to the same size is an identical copy', () => {
    fc.assert(
      fc.property(side, side, values, filter, (width, height, pixels, name) => {
        const image = imageOf(width, height, pixels);
        const same = resize(image, width, height, name);
        expect(same).toEqual(image);
        expect(same.data.buffer).not.toBe(image.data.buffer);
      }),
    );
  });

  it('keeps a constant image constant', () => {
    const colour = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 255 })));
    fc.assert(
      fc.property(side, side, side, side, colour, filter, (w, h, width, height, rgb, name) => {
        const image = { width: w, height: h, data: new Uint8Array(w * h * 3).map((_, i) => rgb[i % 3]!) };
        const { data } = resize(image, width, height, name);
        expect(data.every((value, i) => value === rgb[i % 3])).toBe(true);
      }),
    );
  });

  it('stays between the darkest and brightest value where the kernel is not negative', () => {
    const positive = fc.constantFrom<ResizeFilter>('nearest', 'box', 'bilinear');
    fc.assert(
      fc.property(side, side, side, side, values, positive, (w, h, width, height, pixels, name) => {
        const image = imageOf(w, h, pixels);
        const { data } = resize(image, width, height, name);
        const low = Math.min(...image.data);
        const high = Math.max(...image.data);
        expect(data.every((value) => value >= low && value <= high)).toBe(true);
      }),
    );
  });

  it('leaves its input alone', () => {
    const image = imageOf(
      3,
      3,
      Array.from({ length: 27 }, (_, i) => i * 9),
    );
    const before = image.data.slice();
    resize(image, 7, 2, 'lanczos');
    expect(image.data).toEqual(before);
  });

  it.each([
    [0, 4],
    [4, -1],
    [2.5, 4],
    [Number.NaN, 4],
  ])('refuses the size %s x %s', (width, height) => {
    const act = () => resize(imageOf(2, 2, []), width, height, 'box');
    expect(act).toThrow(ShapeError);
    expect(act).toThrow(`cannot resize the image (expected positive whole sides, got ${width}x${height}).`);
  });

  it('refuses data of another length', () => {
    const image = { width: 2, height: 2, data: new Uint8Array(16) };
    expect(() => resize(image, 1, 1, 'box')).toThrow(
      'an RGB image does not have the size it states (expected 2x2x3 values, got 16).',
    );
  });
});
