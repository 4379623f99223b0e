/**
 * Pillow's resampling for 8-bit images, bit for bit: weights as 22-bit fixed point, one pass per axis, each rounded
 * to 8 bits. Written out because sharp's kernels differ by up to 170 grey levels.
 */
import { ShapeError } from '../errors.ts';
import type { RgbImage } from './decode.ts';

/** Names as in `PIL.Image.Resampling`, lower case. */
export type ResizeFilter = 'nearest' | 'box' | 'bilinear' | 'bicubic' | 'lanczos';

/** Filters that published scoring rules resize with. */
export const INTERPOLATIONS = ['bicubic', 'bilinear', 'lanczos'] as const satisfies readonly ResizeFilter[];
/** One of `INTERPOLATIONS`. */
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** A kernel over source pixels at scale 1: zero beyond `support`, not yet normalized. */
interface Kernel {
  support: number;
  weight: (x: number) => number;
}

/** For each output position: the first source position, the number of taps, and its weights as integers. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** `[outSize, stride]`, weight * 2^22. */
  weights: Int32Array;
  stride: number;
}

// 32 bits less 8 for the pixel and 2 for kernels whose partial sums exceed 1.
const PRECISION = 32 - 8 - 2;
const HALF = 1 << (PRECISION - 1);

const KERNELS: Record<Exclude<ResizeFilter, 'nearest'>, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => keys(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * Resizes `[h, w, 3]` uint8 to `[height, width, 3]`, equal to
 * `Image.fromarray(data).resize((width, height), Image.Resampling.<FILTER>)`: the kernel is widened when
 * downscaling (antialias), and an axis that keeps its size is not filtered.
 *
 * Equal to Pillow 13, which filters the height first when it shrinks by more than twice the pixels that the width
 * does. Earlier Pillows always filter the width first, so their rounding and clipping between the passes differ in
 * those cases: when shrinking at a fixed aspect, only for images more than twice as high as wide.
 * @throws {ShapeError} when a side is not a positive integer or `data` does not hold `w * h * 3` values.
 */
export function resize(image: RgbImage, width: number, height: number, filter: ResizeFilter): RgbImage {
  checkImage(image);
  checkSides('resize', width, height);
  if (filter === 'nearest') return resizeNearest(image, width, height);
  const kernel = KERNELS[filter];
  const across = (from: RgbImage) =>
    width === from.width ? from : resizeWidth(from, computeTaps(from.width, width, kernel));
  const down = (from: RgbImage) =>
    height === from.height ? from : resizeHeight(from, computeTaps(from.height, height, kernel));
  const done = heightFirst(image, width, height) ? across(down(image)) : down(across(image));
  // A result never shares memory with its source.
  return done === image ? { ...image, data: image.data.slice() } : done;
}

/**
 * Asserts that `data` holds exactly `width * height * 3` values.
 * @throws {ShapeError} otherwise.
 */
export function checkImage({ width, height, data }: RgbImage): void {
  if (data.length === width * height * 3) return;
  throw new ShapeError({
    what: 'an RGB image does not have the size it states',
    expected: `${width}x${height}x3 values`,
    got: `${data.length}`,
  });
}

/**
 * Asserts that a target size for `what` is made of positive integers (pixels).
 * @throws {ShapeError} otherwise.
 */
export function checkSides(what: string, width: number, height: number): void {
  if (Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0) return;
  throw new ShapeError({
    what: `cannot ${what} the image`,
    expected: 'positive whole sides',
    got: `${width}x${height}`,
  });
}

/** Pillow 13's choice of order, which saves time on tall images; 8-bit rounding between the passes makes it visible. */
function heightFirst(image: RgbImage, width: number, height: number): boolean {
  const lost = image.height - height;
  return lost > 0 && lost > 2 * (image.width - width);
}

/** Keys' cubic convolution kernel at distance `x`, with slope `a` at 1; Pillow uses a = -0.5. */
function keys(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function computeTaps(inSize: number, outSize: number, kernel: Kernel): Taps {
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const reach = kernel.support * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const exact = new Float64Array(stride);
  // A reciprocal, not a division per tap: the two round differently.
  const shrink = 1 / stretch;
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale;
    const start = Math.max(Math.trunc(center - reach + 0.5), 0);
    const taps = Math.min(Math.trunc(center + reach + 0.5), inSize) - start;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      exact[t] = kernel.weight((t + start - center + 0.5) * shrink);
      sum += exact[t]!;
    }
    for (let t = 0; t < taps; t++) {
      const weight = (sum === 0 ? exact[t]! : exact[t]! / sum) * (1 << PRECISION);
      // C's cast truncates, so half is added away from zero.
      weights[out * stride + t] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[out] = start;
    count[out] = taps;
  }
  return { first, count, weights, stride };
}

function resizeWidth(image: RgbImage, { first, count, weights, stride }: Taps): RgbImage {
  const { width: inWidth, height, data: source } = image;
  const width = first.length;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      let from = (y * inWidth + first[x]!) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * stride + count[x]!;
      for (let t = x * stride; t < end; t++, from += 3) {
        const weight = weights[t]!;
        red += source[from]! * weight;
        green += source[from + 1]! * weight;
        blue += source[from + 2]! * weight;
      }
      data[to] = clip8(red);
      data[to + 1] = clip8(green);
      data[to + 2] = clip8(blue);
    }
  }
  return { width, height, data };
}

function resizeHeight(image: RgbImage, { first, count, weights, stride }: Taps): RgbImage {
  const { width, data: source } = image;
  const height = first.length;
  const row = width * 3;
  const data = new Uint8Array(row * height);
  const sums = new Int32Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    // Row by row rather than column by column: memory is read in order.
    for (let t = 0; t < count[y]!; t++) {
      const weight = weights[y * stride + t]!;
      const from = (first[y]! + t) * row;
      for (let i = 0; i < row; i++) sums[i] = sums[i]! + source[from + i]! * weight;
    }
    for (let i = 0; i < row; i++) data[y * row + i] = clip8(sums[i]!);
  }
  return { width, height, data };
}

/** A fixed-point sum to a pixel: the shift rounds down, half having been added before. */
function clip8(sum: number): number {
  return Math.min(Math.max(sum >> PRECISION, 0), 255);
}

function resizeNearest(image: RgbImage, width: number, height: number): RgbImage {
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (const y of rows) {
    for (const x of columns) {
      const from = (y * image.width + x) * 3;
      data[to++] = image.data[from]!;
      data[to++] = image.data[from + 1]!;
      data[to++] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}

/** Source positions by repeated addition, as Pillow does: a product would round differently at ties. */
function nearestPositions(inSize: number, outSize: number): Int32Array {
  const scale = inSize / outSize;
  const positions = new Int32Array(outSize);
  let at = scale * 0.5;
  for (let out = 0; out < outSize; out++, at += scale) positions[out] = Math.min(Math.trunc(at), inSize - 1);
  return positions;
}
