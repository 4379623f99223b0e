/** Centre crops and shortest-edge resizing, with the rounding of the two libraries that models are trained with. */
import type { RgbImage } from './decode.ts';
import { checkImage, checkSides, type ResizeFilter, resize } from './resize.ts';

/**
 * How half a pixel of margin is settled, when image and crop differ by an odd number:
 * - `floor`: Hugging Face `CLIPImageProcessor` (`image_transforms.center_crop`, PIL backend).
 * - `round`: `torchvision.transforms.CenterCrop`, as in OpenAI's CLIP and open_clip; halves go to the even side.
 */
export type CropRule = 'floor' | 'round';

export interface CropOptions {
  /** @default 'floor' */
  rule?: CropRule;
}

/**
 * Cuts `[height, width, 3]` from the middle of `[h, w, 3]`. Where the image is smaller than the crop it is padded
 * with zeros (black, before any normalization); of an odd padding the extra pixel goes to the top and left with
 * `floor`, to the bottom and right with `round`.
 *
 * Equals `transformers.image_transforms.center_crop(x, (height, width))`, or with `round`
 * `torchvision.transforms.functional.center_crop(x, (height, width))`: `int(round((h - height) / 2.0))`.
 * @throws {ShapeError} when a side is not a positive integer or `data` has another length than the image states.
 */
export function centerCrop(
  image: RgbImage,
  width: number,
  height: number,
  { rule = 'floor' }: CropOptions = {},
): RgbImage {
  checkImage(image);
  checkSides('crop', width, height);
  const left = offset(image.width - width, rule);
  const top = offset(image.height - height, rule);
  const data = new Uint8Array(width * height * 3);
  const fromX = Math.max(left, 0);
  const toX = Math.min(left + width, image.width);
  for (let y = Math.max(top, 0); y < Math.min(top + height, image.height); y++) {
    const start = y * image.width;
    const pixels = image.data.subarray((start + fromX) * 3, (start + toX) * 3);
    data.set(pixels, ((y - top) * width + fromX - left) * 3);
  }
  return { width, height, data };
}

/**
 * Resizes so that the shorter side is `edge` pixels and the longer `int(edge * long / short)`, truncated: the
 * size rule of `torchvision.transforms.Resize(edge)` and of transformers' `{"shortest_edge": edge}`. The pixels
 * equal Pillow's `resize` at that size.
 * @throws {ShapeError} when `edge` is not a positive integer.
 */
export function resizeShortestEdge(image: RgbImage, edge: number, filter: ResizeFilter): RgbImage {
  checkSides('resize', edge, edge);
  const { width, height } = image;
  return width <= height
    ? resize(image, edge, Math.trunc((edge * height) / width), filter)
    : resize(image, Math.trunc((edge * width) / height), edge, filter);
}

/** Where the crop starts in the image, for `margin` = image side - crop side; negative where padding comes first. */
function offset(margin: number, rule: CropRule): number {
  if (rule === 'floor') return Math.floor(margin / 2);
  // torchvision pads with the smaller half first, then has no margin left to round.
  if (margin < 0) return -Math.floor(-margin / 2);
  return roundHalfEven(margin / 2);
}

/** Python's `round(x)` for x >= 0. */
function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
