/** From pixels to rows of terminal text: two pixels to a cell where there are colours, else characters by lightness. */

import type { RgbImage } from '../../src/images/decode.ts';
import type { ColorLevel } from '../theme.ts';
import { lightness, nearest16, nearest256, type Rgb } from './palette.ts';

const ESC = '\u001b[';
const RESET = `${ESC}0m`;
/** Foreground is the upper pixel, background the lower. */
const UPPER_HALF = '▀';
/** From dark to light, as on a dark background. */
const RAMP = ' .:-=+*#%@';

/**
 * An image of `columns` × 2 · `rows` pixels as `rows` lines of `columns` cells. Each line begins and ends without any
 * colour set.
 */
export function imageRows(image: RgbImage, level: ColorLevel): string[] {
  const rows = Math.ceil(image.height / 2);
  return Array.from({ length: rows }, (_, row) =>
    level === 'none' || level === '16' ? rampRow(image, row, level) : halfBlockRow(image, row, level),
  );
}

function halfBlockRow(image: RgbImage, row: number, level: '256' | 'truecolor'): string {
  let line = '';
  let last = '';
  for (let x = 0; x < image.width; x++) {
    const upper = code(pixel(image, x, 2 * row), level);
    const lower = code(pixel(image, x, Math.min(2 * row + 1, image.height - 1)), level);
    const style = `${ESC}38;${upper};48;${lower}m`;
    line += style === last ? UPPER_HALF : style + UPPER_HALF;
    last = style;
  }
  return line + RESET;
}

/** One character per cell; with 16 colours in the brightest colour of its hue, for the character tells how light it is. */
function rampRow(image: RgbImage, row: number, level: 'none' | '16'): string {
  let line = '';
  let last = '';
  for (let x = 0; x < image.width; x++) {
    const color = mean(pixel(image, x, 2 * row), pixel(image, x, Math.min(2 * row + 1, image.height - 1)));
    const step = Math.min(RAMP.length - 1, Math.floor(lightness(color) * RAMP.length));
    const style = level === '16' ? `${ESC}${foreground16(brightest(color))}m` : '';
    line += style === last ? RAMP[step] : style + RAMP[step];
    last = style;
  }
  return level === '16' ? line + RESET : line;
}

/** SGR parameters of a colour, without the 38 or 48 before it. */
export function code(color: Rgb, level: '256' | 'truecolor'): string {
  return level === 'truecolor' ? `2;${color.join(';')}` : `5;${nearest256(color)}`;
}

/** SGR parameters of a text colour at any level that has them. */
export function foreground(color: Rgb, level: Exclude<ColorLevel, 'none'>): string {
  return level === '16' ? foreground16(color) : `38;${code(color, level)}`;
}

function foreground16(color: Rgb): string {
  const index = nearest16(color);
  return `${index < 8 ? 30 + index : 82 + index}`;
}

function brightest(color: Rgb): Rgb {
  const most = Math.max(...color);
  if (most === 0) return [127, 127, 127];
  return color.map((value) => Math.round((value * 255) / most)) as unknown as Rgb;
}

function mean(a: Rgb, b: Rgb): Rgb {
  return [(a[0] + b[0]) >> 1, (a[1] + b[1]) >> 1, (a[2] + b[2]) >> 1];
}

function pixel({ width, data }: RgbImage, x: number, y: number): Rgb {
  const at = (y * width + x) * 3;
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}
