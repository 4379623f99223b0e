/** Centre crops and shortest-edge resizing, rounded as transformers rounds. */
import { InputError } from '../errors.ts';
import { MAX_MEGAPIXELS, type RgbImage } from './decode.ts';
import { checkImage, checkSides, type ResizeFilter, resize } from './resize.ts';

/**
 * Cuts `[height, width, 3]` from the middle of `[h, w, 3]`. Where the image is smaller than the crop it is padded
 * with zeros (black, before any normalization). Of an odd margin the smaller half is cut at the top and left; of an
 * odd padding the extra pixel goes there.
 *
 * Equals `transformers.image_transforms.center_crop(x, (height, width))`, as CLIPImageProcessor does it.
 * @throws {ShapeError} when a side is not a positive integer or `data` has another length than the image states.
 */
export function centerCrop(image: RgbImage, width: number, height: number): RgbImage {
  checkSides('crop', width, height);
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  return cut(image, { left, top, width, height });
}

/**
 * The pixels of a box within the image, `[height, width, 3]`. Equals `Image.crop((left, top, left + width, top + height))`.
 * @throws {InputError} where the box does not lie in the image.
 */
export function cropBox(
  image: RgbImage,
  box: { left: number; top: number; width: number; height: number },
): RgbImage {
  const { left, top, width, height } = box;
  checkSides('crop', width, height);
  if (left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height)
    return cut(image, box);
  throw new InputError({
    what: 'the crop lies outside the picture',
    expected: `within ${image.width}x${image.height} pixels`,
    got: `${width}x${height} from ${left},${top}`,
  });
}

/** The part that begins at `left`, `top`, which are negative where padding comes first. */
function cut(image: RgbImage, part: { left: number; top: number; width: number; height: number }): RgbImage {
  checkImage(image);
  const { left, top, width, height } = part;
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
 * `centerCrop` by torchvision's rule, which open_clip follows: the margin is rounded, halves to even, and of an odd
 * padding the extra pixel goes to the bottom and right. Equals `torchvision.transforms.CenterCrop((height, width))`.
 * @throws {ShapeError} as `centerCrop`.
 */
export function centerCropRounded(image: RgbImage, width: number, height: number): RgbImage {
  checkSides('crop', width, height);
  const [left, top] = [roundedMargin(image.width, width), roundedMargin(image.height, height)];
  return cut(image, { left, top, width, height });
}

/** Where a cut of `to` out of `from` begins; negative where padding comes first. */
function roundedMargin(from: number, to: number): number {
  if (to >= from) return -Math.floor((to - from) / 2);
  const half = (from - to) / 2;
  const down = Math.floor(half);
  return half === down ? half : down + (down % 2);
}

/**
 * Resizes so that the shorter side is `edge` pixels and the longer `int(edge * long / short)`, truncated: the
 * size rule of `torchvision.transforms.Resize(edge)` and of transformers' `{"shortest_edge": edge}`. The pixels
 * equal Pillow's `resize` at that size.
 * @throws {ShapeError} when `edge` is not a positive integer.
 * @throws {InputError} when the result would have more than 100 megapixels: the picture is too long and thin.
 */
export function resizeShortestEdge(image: RgbImage, edge: number, filter: ResizeFilter): RgbImage {
  checkSides('resize', edge, edge);
  const { width, height } = image;
  const long = Math.trunc((edge * Math.max(width, height)) / Math.min(width, height));
  checkPixels(image, edge, long);
  return width <= height ? resize(image, edge, long, filter) : resize(image, long, edge, filter);
}

/**
 * Resizes so that the image just covers `width` by `height`: one side fits, the other is as long or longer, truncated
 * as by `resizeShortestEdge`, to which this is equal where the two are the same.
 * @throws {ShapeError} and {InputError} as `resizeShortestEdge`.
 */
export function resizeToCover(
  image: RgbImage,
  { width, height }: { width: number; height: number },
  filter: ResizeFilter,
): RgbImage {
  checkSides('resize', width, height);
  // Cross products instead of ratios, so that equal shapes compare as equal.
  const byWidth = width * image.height >= height * image.width;
  const other = byWidth
    ? Math.trunc((width * image.height) / image.width)
    : Math.trunc((height * image.width) / image.height);
  checkPixels(image, byWidth ? width : height, other);
  return byWidth ? resize(image, width, other, filter) : resize(image, other, height, filter);
}

function checkPixels({ width, height }: RgbImage, short: number, long: number): void {
  if (short * long <= MAX_MEGAPIXELS * 1e6) return;
  throw new InputError({
    what: `the picture is too long and thin to make its shorter side ${short} pixels`,
    expected: `at most ${MAX_MEGAPIXELS} megapixels`,
    got: `${width}x${height}, ${Math.ceil((short * long) / 1e6)} megapixels`,
    fix: 'Cut it first.',
  });
}
