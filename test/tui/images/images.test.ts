/** Images as text: colours, half blocks, characters, sizes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../src/images/decode.ts';
import { imageRows } from '../../../tui/images/cells.ts';
import { cellPixels, fitCells } from '../../../tui/images/fit-image.ts';
import {
  BASIC,
  lightness,
  nearest16,
  nearest256,
  paletteColor,
  type Rgb,
} from '../../../tui/images/palette.ts';
import { width } from '../../../tui/text.ts';

const ESC = '\u001b[';

function image(rows: readonly (readonly Rgb[])[]): RgbImage {
  return { width: rows[0]!.length, height: rows.length, data: Uint8Array.from(rows.flat(2)) };
}

const RED: Rgb = [255, 0, 0];
const BLUE: Rgb = [0, 0, 255];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

describe('palettes', () => {
  test('every entry from 16 on is its own nearest, but for greys that the cube has too', () => {
    for (let index = 16; index < 256; index++)
      expect(paletteColor(nearest256(paletteColor(index)))).toEqual(paletteColor(index));
  });

  test('no other entry of the 256 colours is nearer', () => {
    const squared = (a: Rgb, b: Rgb) =>
      2 * (a[0] - b[0]) ** 2 + 4 * (a[1] - b[1]) ** 2 + 3 * (a[2] - b[2]) ** 2;
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), (color) => {
        const found = squared(color, paletteColor(nearest256(color)));
        for (let index = 16; index < 232; index++)
          if (squared(color, paletteColor(index)) < found) return false;
        return true;
      }),
    );
  });

  test('of 16 colours the one with the hue and lightness is taken', () => {
    for (const [index, color] of BASIC.entries()) expect(BASIC[nearest16(color)]).toEqual(BASIC[index]);
    expect(nearest16([250, 20, 20])).toBe(9);
    expect(nearest16([10, 12, 8])).toBe(0);
  });

  test('lightness goes from black to white', () => {
    expect(lightness(BLACK)).toBe(0);
    expect(lightness(WHITE)).toBeCloseTo(1, 12);
    expect(lightness([0, 255, 0])).toBeGreaterThan(lightness(BLUE));
  });
});

describe('rows of cells', () => {
  test('true colour: the upper pixel in front, the lower behind, equal neighbours share one code', () => {
    expect(
      imageRows(
        image([
          [RED, RED],
          [BLUE, BLUE],
        ]),
        'truecolor',
      ),
    ).toEqual([`${ESC}38;2;255;0;0;48;2;0;0;255m▀▀${ESC}0m`]);
  });

  test('256 colours: the nearest entries', () => {
    expect(imageRows(image([[RED], [BLUE]]), '256')).toEqual([`${ESC}38;5;196;48;5;21m▀${ESC}0m`]);
  });

  test('an odd last row is doubled', () => {
    expect(imageRows(image([[RED], [BLUE], [WHITE]]), 'truecolor')).toHaveLength(2);
  });

  test('16 colours: a character by lightness in the hue', () => {
    const [row] = imageRows(
      image([
        [WHITE, [120, 0, 0], BLACK],
        [WHITE, [120, 0, 0], BLACK],
      ]),
      '16',
    );
    expect(row).toBe(`${ESC}97m@${ESC}91m.${ESC}90m ${ESC}0m`);
  });

  test('no colours: characters alone, from dark to light', () => {
    const greys = [0, 60, 130, 200, 255].map((v): Rgb => [v, v, v]);
    const [row] = imageRows(image([greys, greys]), 'none');
    expect(row).toBe(' :+#@');
    expect(row).not.toContain(ESC);
  });

  test.each(['truecolor', '256', '16', 'none'] as const)('%s rows have the width of the image', (level) => {
    const found = imageRows(
      image([
        [RED, BLUE, WHITE],
        [BLACK, RED, RED],
      ]),
      level,
    );
    expect(found.map(width)).toEqual([3]);
  });
});

describe('sizes', () => {
  test.each([
    [
      { width: 64, height: 64 },
      { columns: 40, rows: 10 },
      { columns: 20, rows: 10 },
    ],
    [
      { width: 640, height: 320 },
      { columns: 40, rows: 20 },
      { columns: 40, rows: 10 },
    ],
    [
      { width: 100, height: 400 },
      { columns: 40, rows: 20 },
      { columns: 10, rows: 20 },
    ],
    [
      { width: 4000, height: 2 },
      { columns: 40, rows: 20 },
      { columns: 40, rows: 1 },
    ],
  ])('%o in %o takes %o: a cell is twice as high as wide', (size, space, wanted) => {
    expect(fitCells(size, space)).toEqual(wanted);
  });

  test('pixels of a size are computed once, and small images are not smoothed when enlarged', () => {
    const source = image([
      [RED, BLUE],
      [BLUE, RED],
    ]);
    const pixels = cellPixels(source, { columns: 4, rows: 2 });
    expect(pixels).toMatchObject({ width: 4, height: 4 });
    expect([...pixels.data.subarray(0, 6)]).toEqual([...RED, ...RED]);
    expect(cellPixels(source, { columns: 4, rows: 2 })).toBe(pixels);
  });
});
