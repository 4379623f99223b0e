/** From 8-bit pixels to the float32 tensors that models take, rounded at each step as numpy and torch round. */
import type { RgbImage } from './decode.ts';
import { checkImage } from './resize.ts';

/** One number per channel, in the order R, G, B. */
export type PerChannel = readonly [number, number, number];

/** How 8-bit values become a model's floats. */
export interface NormalizeOptions {
  /** Of the rescaled values, e.g. CLIP's `[0.48145466, 0.4578275, 0.40821073]`. */
  mean: PerChannel;
  std: PerChannel;
  /**
   * Factor from 0-255 to the scale of `mean` (`rescale_factor` in a preprocessor file).
   * @default 1 / 255
   */
  rescale?: number;
}

/**
 * `(x * rescale - mean) / std` as `[3, height, width]` float32 (CHW, without a batch axis). Equals transformers'
 * `rescale` (product in float64, then float32) followed by `normalize` (float32 throughout), bit for bit. With the
 * default `rescale` that is also `Normalize(mean, std)(ToTensor()(x))` of torchvision: dividing by 255 in float32
 * gives the same 256 values.
 * @throws {ShapeError} when `data` has another length than the image states.
 */
export function toTensor(image: RgbImage, { mean, std, rescale = 1 / 255 }: NormalizeOptions): Float32Array {
  return toPlanes(image, (value, channel) => {
    const shifted = Math.fround(Math.fround(value * rescale) - Math.fround(mean[channel]!));
    return shifted / Math.fround(std[channel]!);
  });
}

/**
 * `2 * (x / 255) - 1` as `[3, height, width]` float32 in [-1, 1] (CHW, without a batch axis). Equals diffusers'
 * `VaeImageProcessor(do_resize=False).preprocess(image)[0]` bit for bit.
 * @throws {ShapeError} when `data` has another length than the image states.
 */
export function toVaeInput(image: RgbImage): Float32Array {
  return toPlanes(image, (value) => 2 * Math.fround(value / 255) - 1);
}

/** HWC to CHW through a table per channel: there are only 256 inputs. */
function toPlanes(image: RgbImage, map: (value: number, channel: number) => number): Float32Array {
  checkImage(image);
  const plane = image.width * image.height;
  const tensor = new Float32Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    const table = Float32Array.from({ length: 256 }, (_, value) => map(value, channel));
    for (let i = 0; i < plane; i++) tensor[channel * plane + i] = table[image.data[i * 3 + channel]!]!;
  }
  return tensor;
}
