/** Heat maps as pictures and as signs: their colours. */

import type { RgbImage } from '../../src/images/decode.ts';
import { resize } from '../../src/images/resize.ts';
import type { HeatMap } from '../../src/report/heat.ts';
import { lightness, type Rgb } from './palette.ts';

/** Orange and blue: told apart with any of the usual kinds of colour blindness. */
export const FIRST: Rgb = [240, 140, 40];
export const SECOND: Rgb = [60, 140, 235];
/** Of a difference of nothing, where no image lies beneath. */
const NEUTRAL: Rgb = [38, 38, 42];

/** How a heat map is laid over its image. */
export type HeatMode = 'over' | 'alone';

/**
 * A heat map as a picture with the size of `image` (or 8 pixels a cell where the image is smaller): colours over the grey
 * image, or alone. Every cell is drawn as the square that it is, without smoothing.
 */
export function heatPicture(
  map: HeatMap,
  extent: number,
  { image, mode }: { image: RgbImage; mode: HeatMode },
): RgbImage {
  const width = Math.max(image.width, map.width * 8);
  const height = Math.max(image.height, map.height * 8);
  const base =
    width === image.width && height === image.height ? image : resize(image, width, height, 'nearest');
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * map.height) / height) * map.width;
    for (let x = 0; x < width; x++) {
      const value = map.values[row + Math.floor((x * map.width) / width)]!;
      const share = extent > 0 ? value / extent : 0;
      const at = (y * width + x) * 3;
      const beneath = mode === 'alone' ? NEUTRAL : greyOf(base, at);
      const color = mix(beneath, share < 0 ? SECOND : FIRST, strength(share, mode));
      data.set(color, at);
    }
  }
  return { width, height, data };
}

/** How much of the colour is laid on: what is near 0 leaves the image as it is. */
function strength(share: number, mode: HeatMode): number {
  const size = Math.abs(share);
  return mode === 'alone' ? size : Math.min(0.85, size ** 0.8);
}

/** Grey, and a little darker so that colours stand out on white backgrounds. */
function greyOf({ data }: RgbImage, at: number): Rgb {
  const grey = 215 * lightness([data[at]!, data[at + 1]!, data[at + 2]!]);
  return [grey, grey, grey];
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((k) => Math.round(a[k]! + (b[k]! - a[k]!) * share)) as unknown as Rgb;
}

/** Two characters a cell, for terminals without colours: `++` strongly, `+` mildly for the first caption; `-` the second. */
const SIGNS = ['--', '- ', '. ', '+ ', '++'] as const;

/** The map as lines of signs, averaged down to at most `columns` × `rows` cells of the screen. */
export function heatSigns(map: HeatMap, extent: number, space: { columns: number; rows: number }): string[] {
  const width = Math.max(1, Math.min(map.width, Math.floor(space.columns / 2)));
  const height = Math.max(1, Math.min(map.height, space.rows));
  return Array.from({ length: height }, (_, row) => {
    let line = '';
    for (let column = 0; column < width; column++) {
      const share = extent > 0 ? meanOf(map, { row, column, width, height }) / extent : 0;
      line += SIGNS[share < -2 / 3 ? 0 : share < -1 / 4 ? 1 : share <= 1 / 4 ? 2 : share <= 2 / 3 ? 3 : 4];
    }
    return line;
  });
}

function meanOf(
  map: HeatMap,
  { row, column, width, height }: { row: number; column: number; width: number; height: number },
): number {
  const [top, bottom] = [
    Math.floor((row * map.height) / height),
    Math.floor(((row + 1) * map.height) / height),
  ];
  const [left, right] = [
    Math.floor((column * map.width) / width),
    Math.floor(((column + 1) * map.width) / width),
  ];
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += map.values[y * map.width + x]!;
  return sum / Math.max(1, (bottom - top) * (right - left));
}
