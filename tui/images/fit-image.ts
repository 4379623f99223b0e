/** How large an image is on a screen of cells, and its pixels at that size. */

import type { RgbImage } from '../../src/images/decode.ts';
import { resize } from '../../src/images/resize.ts';

/** Cells. */
export interface CellSize {
  columns: number;
  rows: number;
}

/** The largest size within `space` that keeps an image's proportions: a cell is twice as high as wide. */
export function fitCells({ width, height }: { width: number; height: number }, space: CellSize): CellSize {
  const scale = Math.min(space.columns / width, (2 * space.rows) / height);
  return {
    columns: Math.max(1, Math.min(space.columns, Math.round(width * scale))),
    rows: Math.max(1, Math.min(space.rows, Math.round((height * scale) / 2))),
  };
}

/** Sizes kept per image: two screens' worth. */
const KEPT = 4;
const cache = new WeakMap<RgbImage, Map<string, RgbImage>>();

/** The image in `columns` × 2 · `rows` pixels, for `imageRows`; the last few sizes of an image are remembered. */
export function cellPixels(image: RgbImage, { columns, rows }: CellSize): RgbImage {
  const key = `${columns}x${rows}`;
  const sizes = cache.get(image) ?? new Map<string, RgbImage>();
  cache.set(image, sizes);
  const known = sizes.get(key);
  if (known) return known;
  // Enlarging a small picture smoothly would show a blur that the model never saw.
  const filter = columns > image.width ? 'nearest' : 'bilinear';
  const pixels = resize(image, columns, 2 * rows, filter);
  if (sizes.size >= KEPT) sizes.delete(sizes.keys().next().value!);
  sizes.set(key, pixels);
  return pixels;
}
