/** Adds one example to a probe folder, making the folder where there is none. */

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { InputError, messageOf } from '../src/errors.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import { isFolder } from '../src/hub/resolve-ref.ts';
import type { Example } from '../src/scoring/example.ts';
import { readUtf8 } from './read-text.ts';
import { REDISTRIBUTION, type Redistribution } from './task.ts';

/** An example to be written, and the one that it was made of. */
export interface NewExample {
  original: { task: string; id: string };
  images: readonly { bytes: Uint8Array; name: string }[];
  captions: readonly string[];
  truth: Example['truth'];
  tags: readonly string[];
  /** Of the task that the images come from: a copy of them is bound by it. */
  terms: { license: string; redistribution: Redistribution; citation: string };
}

/** Where an example stands. */
export interface Appended {
  id: string;
  /** The file that holds its record. */
  file: string;
  /** Whether it stood there before: the same pictures with the same captions, made of the same example. */
  isKnown: boolean;
}

/** Endings that the loader adds by itself; another is kept as part of the name. */
const ENDINGS = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Appends `example` to the probe in `folder`; its images are copied, each once. One that is there already is not added
 * again.
 * @throws InputError where the folder is something else, is bound by looser terms than the images, or cannot be written.
 */
export function appendExample(folder: string, example: NewExample): Appended {
  const path = resolve(folder);
  try {
    const records = prepare(path, folder, example);
    const file = join(folder, 'examples.jsonl');
    const fields = {
      images: example.images.map((image) => imageNames(image).inRecord),
      captions: example.captions,
      truth: example.truth,
      tags: example.tags,
      variant_of: `${example.original.task}/${example.original.id}`,
    };
    for (const image of example.images) storeImage(path, image);
    const known = records.find(({ id: _, ...others }) => isDeepStrictEqual(others, fields));
    if (known) return { id: String(known.id), file, isKnown: true };
    const id = freeId(`${example.original.id}-edit`, new Set(records.map((record) => String(record.id))));
    appendFileSync(join(path, 'examples.jsonl'), `${JSON.stringify({ id, ...fields })}\n`);
    return { id, file, isKnown: false };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      what: 'cannot save the example',
      where: folder,
      got: messageOf(error),
      cause: error,
    });
  }
}

/** A line of the file, as it was found. */
type ProbeRecord = Record<string, unknown>;

/** Makes the folder, or checks the one that is there. Returns the records it holds. */
function prepare(path: string, folder: string, { terms }: NewExample): ProbeRecord[] {
  const config = ['task.yaml', 'task.yml', 'task.json']
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  if (config) {
    const settings = parse(readUtf8(config, 'the task file cannot be read')) as {
      redistribution?: unknown;
      tags?: unknown;
    } | null;
    const known = REDISTRIBUTION.findIndex((name) => name === (settings?.redistribution ?? 'none'));
    if (known < REDISTRIBUTION.indexOf(terms.redistribution)) {
      throw new InputError({
        what: 'the probe in this folder may be passed on more freely than these images',
        where: folder,
        expected: `redistribution ${terms.redistribution}`,
        got: `${settings?.redistribution}`,
        fix: 'Choose another folder.',
      });
    }
    return recordsIn(join(path, 'examples.jsonl'));
  }
  if (existsSync(path) && !(isFolder(path) && readdirSync(path).length === 0)) {
    throw new InputError({
      what: 'the folder holds something else than a probe',
      where: folder,
      expected: 'a task.yaml, or no files',
      fix: 'Choose another folder.',
    });
  }
  makeFolder(join(path, 'images'));
  const name =
    basename(path)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'variants';
  const settings = { name, version: '1', title: 'Edited examples', ...terms, tags: ['tags'] };
  writeFileSync(join(path, 'task.yaml'), stringify(settings));
  return [];
}

function recordsIn(file: string): ProbeRecord[] {
  if (!existsSync(file)) return [];
  const text = readUtf8(file, 'cannot read the examples');
  // A last line without its end would swallow the new record.
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as ProbeRecord);
}

function freeId(base: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}

/** An image is called by its hash: its file, and the name that a record uses. */
function imageNames({ bytes, name }: NewExample['images'][number]): { file: string; inRecord: string } {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const ending = extname(name).toLowerCase();
  const file = `${hash}${/^\.[a-z0-9]{1,5}$/.test(ending) ? ending : ''}`;
  return { file, inRecord: ENDINGS.includes(ending) ? hash : file };
}

function storeImage(path: string, image: NewExample['images'][number]): void {
  makeFolder(join(path, 'images'));
  writeFileSync(join(path, 'images', imageNames(image).file), image.bytes);
}
