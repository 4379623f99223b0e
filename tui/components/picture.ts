/** One image of an example with its heat map, as a block of lines. */

import type { RgbImage } from '../../src/images/decode.ts';
import type { Heat } from '../../src/report/heat.ts';
import type { CellSize } from '../images/fit-image.ts';
import { type HeatMode, heatPicture, heatSigns } from '../images/heat.ts';
import type { Painter } from '../images/painter.ts';
import { shown, wrap } from '../text.ts';
import { exactly } from './lines.ts';

export interface PictureOptions {
  space: CellSize;
  painter: Painter;
  /** The map to lay over the image, of which number, and how; undefined: the image alone. */
  heat?: { heat: Heat; image: number; mode: HeatMode } | undefined;
}

/** Exactly `space.rows` lines of an image, or of the sentence that says why there is none. */
export function pictureLines(
  found: { image: RgbImage } | { missing: string } | undefined,
  { space, painter, heat }: PictureOptions,
): string[] {
  const { theme } = painter;
  const hasColors = theme.level === '256' || theme.level === 'truecolor';
  if (heat && !hasColors) return exactly(signLines(heat, space, painter), space.rows);
  if (!found) return exactly([theme.paint('muted', 'loading …'.slice(0, space.columns))], space.rows);
  if ('missing' in found) {
    // The map needs no image: it is shown on its own.
    if (heat) return exactly(painter.image(heatOnly(heat), space).lines, space.rows);
    const lines = wrap(shown(found.missing), space.columns, space.rows);
    return exactly(
      lines.map((line) => theme.paint('warn', line)),
      space.rows,
    );
  }
  const drawn = heat ? overlaid(heat, found.image) : found.image;
  return exactly(painter.image(drawn, space).lines, space.rows);
}

/** Signs, each cell repeated so that the map fills the space. */
function signLines(
  { heat, image }: NonNullable<PictureOptions['heat']>,
  space: CellSize,
  { theme }: Painter,
): string[] {
  const map = heat.maps[image]!;
  const lines = heatSigns(map, heat.extent, space);
  const times = Math.max(
    1,
    Math.min(Math.floor(space.columns / (2 * map.width)), Math.floor(space.rows / map.height)),
  );
  return lines.flatMap((line) => {
    const cells = line.match(/../g) ?? [];
    const wide = cells
      .map((cell) => (theme.level === 'none' ? cell : theme.paint(roleOf(cell), cell)).repeat(times))
      .join('');
    return new Array<string>(times).fill(wide);
  });
}

function roleOf(cell: string) {
  return cell.includes('+') ? 'first' : cell.includes('-') ? 'second' : 'muted';
}

const overlays = new WeakMap<Heat, Map<string, { base: RgbImage; picture: RgbImage }>>();

/** The overlay of a map on an image, the same object as long as both are: the terminal may hold it. */
function overlaid({ heat, image, mode }: NonNullable<PictureOptions['heat']>, base: RgbImage): RgbImage {
  const known = overlays.get(heat) ?? new Map<string, { base: RgbImage; picture: RgbImage }>();
  overlays.set(heat, known);
  const key = `${image} ${mode}`;
  let overlay = known.get(key);
  if (overlay?.base !== base) {
    overlay = { base, picture: heatPicture(heat.maps[image]!, heat.extent, { image: base, mode }) };
    known.set(key, overlay);
  }
  return overlay.picture;
}

const blanks = new WeakMap<Heat, RgbImage>();

function heatOnly(heat: NonNullable<PictureOptions['heat']>): RgbImage {
  const map = heat.heat.maps[heat.image]!;
  const blank = blanks.get(heat.heat) ?? {
    width: map.width,
    height: map.height,
    data: new Uint8Array(map.width * map.height * 3),
  };
  blanks.set(heat.heat, blank);
  return overlaid({ ...heat, mode: 'alone' }, blank);
}
