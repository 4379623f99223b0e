/** Adds one example to a probe folder, making the folder where there is none. */

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { InputError, messageOf } from '../src/errors.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import type { Example } from '../src/scoring/example.ts';
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

/** Endings that the loader adds by itself; another is kept as part of the name. */
const ENDINGS = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Appends `example` to the probe in `folder`; its images are copied, each once. Returns the example's id there.
 * @throws InputError where the folder is something else, is bound by looser terms than the images, or cannot be written.
 */
export function appendExample(folder: string, example: NewExample): string {
  const path = resolve(folder);
  try {
    const ids = prepare(path, folder, example);
    const id = freeId(`${example.original.id}-edit`, ids);
    const images = example.images.map((image) => storeImage(path, image));
    const record = {
      id,
      images,
      captions: example.captions,
      truth: example.truth,
      tags: example.tags,
      variant_of: `${example.original.task}/${example.original.id}`,
    };
    appendFileSync(join(path, 'examples.jsonl'), `${JSON.stringify(record)}\n`);
    return id;
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

/** Makes the folder, or checks the one that is there. Returns the ids it holds. */
function prepare(path: string, folder: string, { terms }: NewExample): Set<string> {
  const config = ['task.yaml', 'task.yml', 'task.json']
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  if (config) {
    const settings = parse(readFileSync(config, 'utf8')) as {
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
    return idsIn(join(path, 'examples.jsonl'));
  }
  if (existsSync(path) && readdirSync(path).length > 0) {
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
  return new Set();
}

function idsIn(file: string): Set<string> {
  if (!existsSync(file)) return new Set();
  const text = readFileSync(file, 'utf8');
  // A last line without its end would swallow the new record.
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return new Set(lines.map((line) => String((JSON.parse(line) as { id?: unknown }).id)));
}

function freeId(base: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}

/** Copies an image under its hash. Returns the name that a record uses. */
function storeImage(path: string, { bytes, name }: NewExample['images'][number]): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const ending = extname(name).toLowerCase();
  const file = `${hash}${/^\.[a-z0-9]{1,5}$/.test(ending) ? ending : ''}`;
  makeFolder(join(path, 'images'));
  writeFileSync(join(path, 'images', file), bytes);
  return ENDINGS.includes(ending) ? hash : file;
}
