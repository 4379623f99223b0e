/** One record of a probe's examples, in Winoground's form or any other, as an example. */

import type { Example } from '../src/scoring/example.ts';
import { type Box, readBoxes } from './probe/boxes.ts';
import { defaultFields, type FieldItem, itemsOf, lookUp, type RawRecord, tagsOf } from './probe/fields.ts';
import { readTruth } from './probe/truth.ts';
import type { TaskFile } from './task-file.ts';

/** An image as a record names it: a file of the probe, or bytes that lie in the record itself. */
export type NamedImage = string | Uint8Array;

/** A record as the folder states it; image names are not resolved yet. */
export interface ProbeRecord {
  id: string;
  images: NamedImage[];
  captions: string[];
  truth: [image: number, caption: number][];
  tags: string[];
  groups?: Record<string, string>;
  /** Per image, the part that is scored; undefined for the whole. */
  boxes?: (Box | undefined)[];
}

/** What of a task file decides how records are read. */
export type RecordRules = Pick<
  TaskFile,
  'fields' | 'truth' | 'truthFrom' | 'template' | 'separator' | 'tags' | 'groups' | 'crop'
>;

/** Records as they are read where the task file says nothing. */
export const PLAIN_RULES: RecordRules = { fields: {}, truthFrom: 0, tags: ['tags'] };

/**
 * One record.
 * @returns the record, or a phrase saying what is wrong with it.
 */
export function readRecord(value: unknown, rules: RecordRules): ProbeRecord | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'field "(record)" is not an object';
  const raw = value as RawRecord;
  const { fields } = rules;
  const id = idOf(lookUp(raw, fields.id ?? 'id'));
  if (id === undefined) return `field "${fields.id ?? 'id'}" is missing or is neither text nor a number`;
  // JSON can say what no file can hold: results would come back under another id.
  if (/\p{Cs}/u.test(id)) return `field "${fields.id ?? 'id'}" has half of a surrogate pair`;
  const winoground = isWinoground(raw, rules);
  const images = readItems(
    raw,
    fields.images ?? (winoground ? pairOf('image') : defaultFields(raw, 'image')),
    {
      separator: rules.separator,
      read: readImage,
    },
  );
  if (typeof images === 'string') return images;
  const captions = readItems(
    raw,
    fields.captions ?? (winoground ? pairOf('caption') : defaultFields(raw, 'caption')),
    {
      separator: rules.separator,
      read: (item) => readCaption(item),
    },
  );
  if (typeof captions === 'string') return captions;
  const field = fields.truth ?? 'truth';
  const stated = lookUp(raw, field);
  const isStated = stated !== undefined && stated !== null;
  // A task file counts from 0, whatever its records do.
  const truth = readTruth(isStated ? stated : rules.truth, {
    images: images.length,
    captions,
    from: isStated ? rules.truthFrom : 0,
    field,
  });
  if (typeof truth === 'string') return truth;
  const boxes = rules.crop === undefined ? undefined : readBoxes(raw, rules.crop, images.length);
  if (typeof boxes === 'string') return boxes;
  const groups = groupsOf(raw, rules.groups ?? []);
  return {
    id,
    images,
    captions: captions.map((caption) => rules.template?.replaceAll('{}', () => caption) ?? caption),
    truth,
    tags: tagsOf(raw, rules),
    ...(groups && { groups }),
    ...(boxes && { boxes }),
  };
}

/** An example made of a record, once its images are found. */
export function toExample(record: ProbeRecord, images: Example['images']): Example {
  const { id, captions, truth, tags, groups } = record;
  return { id, images, captions, truth, tags, ...(groups && { groups }) };
}

/** Winoground's own fields: two images, two captions, image k belongs to caption k; none of the four may be missing. */
function isWinoground(raw: RawRecord, { fields, truth }: RecordRules): boolean {
  const names = ['images', 'image', 'captions', 'caption', 'image_2', 'caption_2', fields.truth ?? 'truth'];
  const others = names.some((name) => Object.hasOwn(raw, name));
  const mapped = fields.images !== undefined || fields.captions !== undefined || truth !== undefined;
  return !others && !mapped && Object.hasOwn(raw, 'caption_0');
}

function pairOf(name: string): string[] {
  return [`${name}_0`, `${name}_1`];
}

/** The sets that a record is in, by field; one without a value is in none. */
function groupsOf(raw: RawRecord, fields: readonly string[]): Record<string, string> | undefined {
  const found = fields.flatMap((field) => {
    const value = idOf(lookUp(raw, field));
    return value === undefined ? [] : [[field, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** All items of one kind, or a phrase about the first that is wrong. */
function readItems<T>(
  raw: RawRecord,
  fields: string | readonly string[],
  { separator, read }: { separator: string | undefined; read: (value: unknown) => T | { fault: string } },
): T[] | string {
  const items: FieldItem[] = itemsOf(raw, fields, separator);
  const wanted = typeof fields === 'string' ? 1 : isPair(fields) ? 2 : 1;
  if (items.length < wanted) {
    const missing = typeof fields === 'string' ? fields : fields[items.length]!;
    return `field "${missing}" is missing or empty`;
  }
  const found: T[] = [];
  for (const { field, value } of items) {
    const item = read(value);
    if (typeof item === 'object' && item !== null && 'fault' in item) return `field "${field}" ${item.fault}`;
    found.push(item as T);
  }
  return found;
}

/** Winoground's two fields, both of which a record of its form must have. */
function isPair(fields: readonly string[]): boolean {
  return fields.length === 2 && fields.every((field) => /_[01]$/.test(field));
}

function readCaption(value: unknown): string | { fault: string } {
  if (value === undefined || value === null) return { fault: 'is missing' };
  if (typeof value !== 'string') return { fault: 'is not text' };
  const caption = value.trim();
  return caption === '' ? { fault: 'is empty' } : caption;
}

/** A name, bytes, or what Parquet files of pictures hold: `{ bytes, path }`. */
function readImage(value: unknown): NamedImage | { fault: string } {
  if (value instanceof Uint8Array) return value.length > 0 ? value : { fault: 'holds no bytes' };
  if (typeof value === 'string') return value.trim() === '' ? { fault: 'is empty' } : value;
  if (typeof value !== 'object' || value === null) return { fault: 'is missing or names no image' };
  const { bytes, path } = value as { bytes?: unknown; path?: unknown };
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  return typeof path === 'string' && path !== '' ? path : { fault: 'holds neither bytes nor a name' };
}
