/** Pictures in the terminal's own pixels, where it has confirmed that it can: what is sent outside of Ink's text. */

import type { RgbImage } from '../../src/images/decode.ts';
import { resize } from '../../src/images/resize.ts';
import type { CellSize } from './fit-image.ts';
import { deletion, MOST_CELLS, placeholderRows, readSupport, SUPPORT_QUERY, transmission } from './kitty.ts';

/** An image at a size, as text that shows it once it is handed over. */
export interface Placement {
  id: number;
  rows: string[];
}

/** Images in the terminal; a placement is there while anybody holds it. */
export interface Graphics {
  /** The placement of an image, the same each time; undefined where it is too large to be named. Sends nothing. */
  place(image: RgbImage, size: CellSize): Placement | undefined;
  /** Hands the image over, at the first holder. */
  hold(placement: Placement): void;
  /** Takes it back, at the last one. */
  release(placement: Placement): void;
  /** Takes every image back: nothing may stay in the terminal's memory. */
  clear(): void;
}

/** Long enough for a terminal behind a slow connection; every terminal answers the second question at once. */
const PATIENCE_MS = 300;

interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: { write(text: string): unknown };
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks the terminal for the kitty graphics protocol, in one query with a time limit. Multiplexers are not asked: what
 * passes through them is not cleared when their windows change. Raw mode is left as it was found.
 * @returns undefined where it is not confirmed.
 */
export async function openGraphics({ stdin, stdout, env }: Terminal): Promise<Graphics | undefined> {
  if (!stdin.isTTY || env.TMUX !== undefined || env.STY !== undefined || env.TERM === 'dumb')
    return undefined;
  if (env.NO_COLOR) return undefined; // an image number is a colour
  const wasRaw = stdin.isRaw;
  stdin.setRawMode(true);
  try {
    const isSupported = await new Promise<boolean>((resolve) => {
      let answer = '';
      const end = (result: boolean) => {
        clearTimeout(timer);
        stdin.off('data', listen);
        stdin.pause();
        resolve(result);
      };
      const listen = (chunk: Buffer | string) => {
        answer += chunk.toString();
        const support = readSupport(answer);
        // The second answer is waited for too: it must not reach the keymap.
        if (support === false || (support && /\[\?[\d;]*c/.test(answer))) end(support);
      };
      const timer = setTimeout(() => end(false), PATIENCE_MS);
      stdin.on('data', listen);
      stdin.resume();
      stdout.write(SUPPORT_QUERY);
    });
    return isSupported ? makeGraphics(stdout) : undefined;
  } finally {
    stdin.setRawMode(wasRaw);
  }
}

/** A cell in pixels: more than most fonts have, so that nothing looks coarse. */
const CELL = { width: 12, height: 24 };

/** Graphics on a terminal that is known to have them. */
export function makeGraphics(stdout: { write(text: string): unknown }): Graphics {
  const known = new WeakMap<RgbImage, Map<string, Placement>>();
  const sources = new WeakMap<Placement, { image: RgbImage; size: CellSize }>();
  /** How many hold what the terminal has; nothing else keeps images alive. */
  const held = new Map<Placement, number>();
  let next = 1 + (process.pid % 50_000) * 256; // other programs on this terminal have their own numbers
  return {
    place(image, size) {
      if (size.columns > MOST_CELLS || size.rows > MOST_CELLS) return undefined;
      const sizes = known.get(image) ?? new Map<string, Placement>();
      known.set(image, sizes);
      const key = `${size.columns}x${size.rows}`;
      let placement = sizes.get(key);
      if (!placement) {
        const id = next++;
        placement = { id, rows: placeholderRows(id, size) };
        sizes.set(key, placement);
        sources.set(placement, { image, size });
      }
      return placement;
    },
    hold(placement) {
      const holders = held.get(placement) ?? 0;
      held.set(placement, holders + 1);
      if (holders > 0) return;
      const { image, size } = sources.get(placement)!;
      stdout.write(transmission(placement.id, sharp(image, size), size));
    },
    release(placement) {
      const holders = held.get(placement) ?? 0;
      if (holders > 1) held.set(placement, holders - 1);
      else if (held.delete(placement)) stdout.write(deletion(placement.id));
    },
    clear() {
      for (const { id } of held.keys()) stdout.write(deletion(id));
      held.clear();
    },
  };
}

/** The image with no more pixels than its cells can show: a photograph need not be sent whole. */
function sharp(image: RgbImage, { columns, rows }: CellSize): RgbImage {
  const [width, height] = [columns * CELL.width, rows * CELL.height];
  if (image.width <= width && image.height <= height) return image;
  return resize(image, Math.min(image.width, width), Math.min(image.height, height), 'bilinear');
}
