/** From a decoder's floats to 8-bit pixels. */
import { ShapeError } from '../errors.ts';
import type { RgbImage } from './decode.ts';

/**
 * `[3, height, width]` float32 in −1 … 1 as 8-bit `[height, width, 3]`: clamp(x / 2 + 0.5, 0, 1) · 255, halves rounded to
 * even. Equals diffusers' `VaeImageProcessor.postprocess(x, output_type='pil')`.
 * @throws ShapeError when there are not `3 · height · width` values.
 */
export function fromVaeOutput(values: Float32Array, width: number, height: number): RgbImage {
  const plane = width * height;
  if (values.length !== plane * 3) {
    throw new ShapeError({
      what: 'a decoded picture does not have the size it states',
      expected: `3x${height}x${width} values`,
      got: `${values.length}`,
    });
  }
  const data = new Uint8Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      const unit = Math.min(1, Math.max(0, Math.fround(Math.fround(values[channel * plane + i]! / 2) + 0.5)));
      data[i * 3 + channel] = halfToEven(Math.fround(unit * 255));
    }
  }
  return { width, height, data };
}

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
