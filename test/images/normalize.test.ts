import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { centerCrop, resizeShortestEdge } from '../../src/images/crop.ts';
import { type PerChannel, toTensor, toVaeInput } from '../../src/images/normalize.ts';
import { decodeFixture, expectFloats, golden, imageOf } from './golden.ts';

const MEAN: PerChannel = [0.48145466, 0.4578275, 0.40821073];
const STD: PerChannel = [0.26862954, 0.26130258, 0.27577711];

describe('normalization equals transformers and diffusers bit for bit', () => {
  it.each(golden.normalize)('$file, $kind', async (wanted) => {
    const image = await decodeFixture(wanted.file);
    const actual = wanted.kind === 'vae' ? toVaeInput(image) : toTensor(image, wanted);
    expect(expectFloats(actual, wanted)).toBe(true);
  });
});

describe('the CLIP chain equals CLIPImageProcessorPil', () => {
  it.each(golden.clip)('$file at $edge', async (wanted) => {
    const resized = resizeShortestEdge(await decodeFixture(wanted.file), wanted.edge, 'bicubic');
    const cropped = centerCrop(resized, wanted.edge, wanted.edge);
    const exact = expectFloats(toTensor(cropped, { mean: MEAN, std: STD }), wanted);
    expect(exact).toBe(true);
  });
});

describe('toTensor and toVaeInput', () => {
  it('put channels first', () => {
    const image = imageOf(2, 1, [0, 51, 102, 153, 204, 255]);
    const plain = toTensor(image, { mean: [0, 0, 0], std: [1, 1, 1], rescale: 1 });
    expect([...plain]).toEqual([0, 153, 51, 204, 102, 255]);
  });

  it('map the ends of the range to -1 and 1', () => {
    expect([...toVaeInput(imageOf(1, 1, [0, 255, 0]))]).toEqual([-1, 1, -1]);
  });

  it('never leave [-1, 1] and keep the order of grey levels', () => {
    const level = fc.integer({ min: 0, max: 254 });
    fc.assert(
      fc.property(level, (value) => {
        const [low, high] = toVaeInput(imageOf(1, 1, [value, value + 1, 0]));
        expect(low!).toBeGreaterThanOrEqual(-1);
        expect(high!).toBeLessThanOrEqual(1);
        expect(low!).toBeLessThan(high!);
      }),
    );
  });

  it('refuse data of another length', () => {
    const image = { width: 2, height: 2, data: new Uint8Array(4) };
    expect(() => toVaeInput(image)).toThrow(ShapeError);
    expect(() => toTensor(image, { mean: MEAN, std: STD })).toThrow('expected 2x2x3 values, got 4');
  });
});
