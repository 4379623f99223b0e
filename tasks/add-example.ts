/** `task add`: one more example for a probe that exists, checked before anything is written. */

import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError, withFiles } from '../src/errors.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import { decodeImage, readSource } from '../src/images/decode.ts';
import { OddPictures } from './check/traits.ts';
import { examplesFile, readRows } from './probe/rows.ts';
import { readTruth } from './probe/truth.ts';
import { readRecord } from './probe-records.ts';
import { sha256 } from './sha256.ts';
import { findTaskFile, readTaskFile } from './task-file.ts';

export interface AddedExample {
  /** Files, anywhere. */
  images: readonly string[];
  captions: readonly string[];
  /** @default picture k belongs to caption k; with one picture or one caption, the first option is the true one */
  truth?: readonly (readonly [image: number, caption: number])[];
  tags: readonly string[];
  id?: string;
}

/**
 * Copies the pictures and appends a record. Nothing is written unless the whole example can be used.
 * @returns its id and truth, how many records the probe has now, and warnings of pictures that are read otherwise than
 * viewers show them.
 * @throws InputError where the folder is no probe of JSON lines, or the example cannot be used; ResultsError where it cannot be written.
 */
export async function addExample(
  folder: string,
  { images, captions, truth: stated, tags, id: wanted }: AddedExample,
): Promise<{
  id: string;
  count: number;
  truth: readonly (readonly [number, number])[];
  warnings: string[];
}> {
  const { task, path: taskPath } = readTaskFile(folder);
  const file = existsSync(join(folder, 'examples.jsonl'))
    ? join(folder, 'examples.jsonl')
    : examplesFile(folder, task.examples);
  const refuse = (what: string, got?: string, fix?: string): never => {
    throw new InputError({
      what,
      where: folder,
      ...(got !== undefined && { got }),
      ...(fix !== undefined && { fix }),
    });
  };
  const { fields } = task;
  if (extname(file) !== '.jsonl' || (task.examples !== undefined && task.examples !== 'examples.jsonl'))
    refuse(
      'examples can only be added to an examples.jsonl',
      basename(file),
      'Add a line to that file yourself.',
    );
  if (
    fields.images !== undefined ||
    fields.captions !== undefined ||
    fields.id !== undefined ||
    fields.truth !== undefined
  )
    refuse(
      'this probe names its fields in its own way',
      `fields in ${taskPath}`,
      `Add a line to ${file} yourself.`,
    );
  const empty = captions.findIndex((caption) => caption.trim() === '');
  if (empty >= 0) refuse(`caption ${empty} is empty`);
  const single = images.length === 1 || captions.length === 1;
  const truth = readTruth(stated ?? (single ? [[0, 0]] : undefined), {
    images: images.length,
    captions,
    from: 0,
    field: '--truth',
  });
  if (typeof truth === 'string') return refuse(truth);
  if (tags.length > 0 && task.tags.length === 0)
    refuse('this probe has no tags', `tags: [] in ${findTaskFile(folder)}`);
  const rows = await readRows(file);
  const ids = new Set(rows.flatMap(({ value }) => idIn(value, task)));
  const id = wanted ?? freeId(ids);
  if (ids.has(id)) refuse(`the id "${id}" is taken`);
  const odd = new OddPictures();
  const pictures: { name: string; bytes: Uint8Array }[] = [];
  for (const path of images) {
    await decodeImage({ path });
    const bytes = await readSource({ path });
    await odd.add({ bytes, name: path }, basename(path));
    pictures.push({ name: nameFor({ folder, path, bytes }, pictures), bytes });
  }
  const record: Record<string, unknown> = { id, images: pictures.map(({ name }) => name), captions, truth };
  const tagField = task.tags[0];
  if (tags.length > 0 && tagField !== undefined) record[tagField] = tags.length === 1 ? tags[0] : tags;
  withFiles({ what: 'cannot add to the probe', where: folder }, () => {
    makeFolder(join(folder, 'images'));
    for (const { name, bytes } of pictures) writeFileSync(join(folder, 'images', name), bytes);
    appendFileSync(file, `${endsOpen(file) ? '\n' : ''}${JSON.stringify(record)}\n`);
  });
  return { id, count: rows.length + 1, truth, warnings: odd.warnings() };
}

function idIn(value: unknown, rules: Parameters<typeof readRecord>[1]): string[] {
  const record = readRecord(value, rules);
  return typeof record === 'string' ? [] : [record.id];
}

function freeId(taken: ReadonlySet<string>): string {
  let number = taken.size + 1;
  while (taken.has(`example-${number}`)) number++;
  return `example-${number}`;
}

/** The picture's own name; another picture that has it already makes it longer by a bit of its hash. */
function nameFor(
  { folder, path, bytes }: { folder: string; path: string; bytes: Uint8Array },
  taken: readonly { name: string; bytes: Uint8Array }[],
): string {
  const name = basename(path).replaceAll('\\', '_');
  const file = join(folder, 'images', name);
  const known =
    taken.find((picture) => picture.name === name)?.bytes ??
    (existsSync(file) ? readFileSync(file) : undefined);
  if (!known || Buffer.compare(known, bytes) === 0) return name;
  const ending = extname(name);
  return `${basename(name, ending)}-${sha256(bytes).slice(0, 8)}${ending}`;
}

/** Whether a last line without its end would swallow the new record. */
function endsOpen(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  } finally {
    closeSync(handle);
  }
}
