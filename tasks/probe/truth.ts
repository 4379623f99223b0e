/** The forms in which a record may state its true pairs. */

import { counted } from '../../src/errors.ts';
import { unpack } from './fields.ts';

type Truth = [image: number, caption: number][];

/** What the statement is read against. */
export interface TruthContext {
  images: number;
  captions: readonly string[];
  /** What places are counted from. */
  from: 0 | 1;
  /** Name of the field, for messages. */
  field: string;
}

/**
 * The true pairs, as [image, caption] from 0:
 * - nothing: image k belongs to caption k, where there are as many of both;
 * - `"diagonal"`: the same, said;
 * - pairs `[[0, 2], [1, 0]]`;
 * - a place or several, where there is one image (of captions) or one caption (of images);
 * - the text of the true caption, where there is one image.
 * @returns a phrase saying what is wrong with it otherwise.
 */
export function readTruth(stated: unknown, context: TruthContext): Truth | string {
  const { images, captions, from, field } = context;
  const size = `${counted(images, 'image')}, ${counted(captions.length, 'caption')}`;
  const value = digits(unpack(stated));
  if (value === undefined || value === null || value === 'diagonal') {
    if (images === captions.length) return Array.from({ length: images }, (_, k) => [k, k]);
    return value === 'diagonal'
      ? `"diagonal" needs as many images as captions: ${size}`
      : `field "${field}" is needed: ${size}`;
  }
  if (typeof value === 'string') {
    const found = captions.flatMap((caption, c) => (caption === value.trim() ? [c] : []));
    if (images !== 1 || found.length !== 1)
      return `field "${field}" names "${value.slice(0, 60)}", which is not one of the captions of one image`;
    return [[0, found[0]!]];
  }
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const pairs: Truth = [];
  for (const [k, entry] of list.entries()) {
    const pair = Array.isArray(entry)
      ? entry.map(digits)
      : flatPair(digits(entry), images, captions.length, from);
    const at = Array.isArray(value) ? `${field}.${k}` : field;
    if (typeof pair === 'string') return `field "${at}" ${pair}: ${size}`;
    if (pair.length !== 2) return `field "${at}" needs two numbers, [image, caption]`;
    const bad = pair.findIndex((number) => !Number.isSafeInteger(number) || (number as number) < from);
    if (bad >= 0) return `field "${at}.${bad}" is not a whole number of at least ${from}`;
    const [image, caption] = pair.map((number) => (number as number) - from) as [number, number];
    if (image >= images || caption >= captions.length)
      return `truth [${pair}] lies outside ${counted(images, 'image')} x ${counted(captions.length, 'caption')}${from === 1 ? ', counted from 1' : ''}`;
    pairs.push([image, caption]);
  }
  return pairs;
}

/** Text of digits, as tables hold numbers, and big integers, as Parquet does. */
function digits(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^\s*-?\d{1,9}\s*$/.test(value) ? Number(value) : value;
}

/** A place among the options of an example with one image or one caption, as a pair; a phrase where there is no such list. */
function flatPair(place: unknown, images: number, captions: number, from: 0 | 1): unknown[] | string {
  if (typeof place !== 'number') return 'is not a pair [image, caption] or a place';
  if (images === 1) return [from, place];
  if (captions === 1) return [place, from];
  return 'needs pairs [image, caption]';
}
