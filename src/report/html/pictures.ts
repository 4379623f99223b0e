/** Which images a page may hold, and their small copies. */

import { createHash } from 'node:crypto';
import { thumbnail } from '../../images/thumbnail.ts';
import type { RunModel } from '../run-model.ts';

/** Longer side of a picture in a page, in pixels. */
export const PICTURE_SIDE = 224;
/** Most bytes that the pictures of a page take as text. */
export const PICTURE_BUDGET = 20 * 2 ** 20;
/** Most images of a data set whose licence allows a limited number of copies. */
export const MOST_LIMITED = 100;

/** How many images a page may hold. */
export interface PictureTerms {
  /** Whether captions may stand in the page: those of all examples, or of those whose images do. */
  captions: 'all' | 'with images' | 'none';
  /** Most images. */
  images: number;
}

/**
 * What the licence of a task lets a page hold.
 * @param asked the value of `--embed-images`
 */
export function pictureTerms(
  redistribution: RunModel['task']['redistribution'],
  asked: number | undefined,
): PictureTerms {
  if (redistribution === 'free') return { captions: 'all', images: asked ?? Number.POSITIVE_INFINITY };
  if (redistribution === 'limited' && asked)
    return { captions: 'with images', images: Math.min(asked, MOST_LIMITED) };
  return { captions: 'none', images: 0 };
}

/** An example whose images a page would show: its row in the page, and its place in a run. */
export interface PictureSource {
  row: number;
  model: RunModel;
  index: number;
}

/** The pictures of a page. */
export interface Pictures {
  /** Data URIs, each once. */
  uris: string[];
  /** By row of the example: places in `uris` by image, −1 where there is none. */
  places: Map<number, number[]>;
  /** Why some are not here, a sentence each. */
  notes: string[];
}

/**
 * Small copies of the images, example by example in the order given, until as many as may be are there.
 * An example's images are in the page all or not at all.
 */
export async function collectPictures(
  sources: readonly PictureSource[],
  terms: PictureTerms,
): Promise<Pictures> {
  const uris: string[] = [];
  const places = new Map<number, number[]>();
  const known = new Map<string, number>();
  const missing = new Set<string>();
  let [bytes, used, lost, cut] = [0, 0, 0, 0];
  for (const { row, model, index } of sources) {
    const count = model.examples[index]!.images.length;
    if (used + count > terms.images || bytes > PICTURE_BUDGET) {
      cut++;
      continue;
    }
    const own: number[] = [];
    for (let image = 0; image < count; image++) {
      const name = hashOf(model, index, image);
      let place = name === undefined ? undefined : known.get(name);
      if (place === undefined) {
        const uri = await pictureUri(model, index, image);
        if ('missing' in uri) {
          missing.add(uri.missing);
          break;
        }
        place = uris.push(uri.text) - 1;
        bytes += uri.text.length;
        if (name !== undefined) known.set(name, place);
      }
      own.push(place);
    }
    if (own.length < count) lost++;
    else {
      places.set(row, own);
      used += count;
    }
  }
  const notes: string[] = [];
  if (lost > 0)
    notes.push(`The images of ${lost} examples are not shown: ${[...missing].slice(0, 1).join('')}`);
  if (cut > 0 && terms.images > 0)
    notes.push(
      `To keep the page small, or to its licence, it shows the images of ${places.size} examples; those of ${cut} are left out, those on which scorers disagree least first.`,
    );
  return { uris, places, notes };
}

async function pictureUri(
  model: RunModel,
  index: number,
  image: number,
): Promise<{ text: string } | { missing: string }> {
  const found = await model.image(index, image);
  if ('missing' in found) return found;
  try {
    const { mime, bytes } = await thumbnail(found.bytes, PICTURE_SIDE);
    return { text: `data:${mime};base64,${Buffer.from(bytes).toString('base64')}` };
  } catch {
    return { missing: `${found.name} cannot be decoded.` };
  }
}

/** Stored examples name their images by hash: the same picture is read once. */
function hashOf(model: RunModel, index: number, image: number): string | undefined {
  const source = model.examples[index]!.images[image];
  if (!source || !('name' in source)) return undefined;
  return /^[0-9a-f]{64}$/.test(source.name)
    ? source.name
    : createHash('sha256').update(source.bytes).digest('hex');
}
