/** Reads a probe: a folder with a task file, its examples and `images/`. Runs no code of it. */

import { InputError } from '../src/errors.ts';
import type { Example } from '../src/scoring/example.ts';
import { passes, type RawRecord } from './probe/fields.ts';
import { openImages, type ProbeImages } from './probe/images.ts';
import { examplesFile, type Row, readRows } from './probe/rows.ts';
import { type ProbeRecord, readRecord, toExample } from './probe-records.ts';
import { hashExamples, type ImageFacts, type Task } from './task.ts';
import { readTaskFile, type TaskFile } from './task-file.ts';

export interface ProbeOptions {
  /** Leave out records that cannot be used, and list them, instead of failing. @default false */
  skipBad?: boolean;
}

/** A record that was read, with its images found, and where it stands. */
export interface FoundExample {
  place: string;
  /** As its file has it. */
  raw: RawRecord;
  example: Example;
  facts: ImageFacts[];
}

/** Everything that is wrong with one record. */
export interface BadRecord {
  place: string;
  errors: InputError[];
}

/** A probe as read record by record, good and bad ones in their order. */
export interface ReadProbe {
  /** Of the examples. */
  file: string;
  /** Of the task. */
  taskPath: string;
  config: TaskFile;
  /** Fields of the task file that mean nothing. */
  unknown: string[];
  /** Records that the filter leaves. */
  records: AsyncIterable<FoundExample | BadRecord>;
}

/**
 * Opens the probe in `folder`; its images are read as the records are gone through.
 * @throws InputError where the folder is no probe, or a file of it cannot be read at all.
 */
export async function readProbe(folder: string): Promise<ReadProbe> {
  const { path: taskPath, task: config, unknown } = readTaskFile(folder);
  const file = examplesFile(folder, config.examples);
  const rows = await readRows(file);
  const images = await openImages(folder);
  return { file, taskPath, config, unknown, records: findExamples(rows, { file, config, images }) };
}

/**
 * Loads the probe in `folder`. Every image is read once, for its hash and its size.
 * @throws InputError naming the file and line of the first record that cannot be used.
 */
export async function loadProbeFolder(folder: string, { skipBad = false }: ProbeOptions = {}): Promise<Task> {
  const { file, config, records } = await readProbe(folder);
  const examples: Example[] = [];
  const images: ImageFacts[][] = [];
  const failures: { id: string; message: string }[] = [];
  for await (const record of records) {
    if ('errors' in record) {
      if (!skipBad) throw record.errors[0]!;
      failures.push({ id: record.place, message: record.errors[0]!.message });
      continue;
    }
    examples.push(record.example);
    images.push(record.facts);
  }
  if (examples.length === 0) {
    throw new InputError({
      what: 'the probe has no usable example',
      where: file,
      ...(failures.length > 0 && { got: failures[0]!.message.replace(/\.$/, '') }),
    });
  }
  const { name, version, title = name, license, redistribution, citation, metrics, expected } = config;
  return {
    name,
    version,
    title,
    license,
    redistribution,
    citation,
    source: folder,
    examples,
    images,
    failures,
    hash: hashExamples(examples, images),
    ...(metrics && { metrics }),
    ...(expected && { expected }),
  };
}

interface Reading {
  file: string;
  config: TaskFile;
  images: ProbeImages;
}

async function* findExamples(
  rows: readonly Row[],
  { file, config, images }: Reading,
): AsyncGenerator<FoundExample | BadRecord> {
  const places = new Map<string, string>();
  for (const row of rows) {
    const { place } = row;
    const where = `${file}, ${place}`;
    const bad = (got: string): BadRecord => ({
      place,
      errors: [new InputError({ what: 'a record cannot be used', where, got })],
    });
    if (row.fault !== undefined) {
      yield bad(row.fault);
      continue;
    }
    const raw = row.value as RawRecord;
    if (typeof raw === 'object' && raw !== null && !passes(raw, config.filter)) continue;
    const record = readRecord(raw, config);
    if (typeof record === 'string') {
      yield bad(record);
      continue;
    }
    const earlier = places.get(record.id);
    if (earlier !== undefined) {
      const what = `the id "${record.id}" is used twice`;
      yield { place, errors: [new InputError({ what, where, got: `it is ${earlier}'s` })] };
      continue;
    }
    const found = await findImages(record, where, images);
    if ('errors' in found) yield { place, errors: found.errors };
    else {
      places.set(record.id, place);
      yield { place, raw, example: toExample(record, found.sources), facts: found.facts };
    }
  }
}

/** All images of a record, or all that is wrong with them. */
async function findImages({ images: names, boxes }: ProbeRecord, where: string, images: ProbeImages) {
  const sources: Example['images'][number][] = [];
  const facts: ImageFacts[] = [];
  const errors: InputError[] = [];
  for (const [k, name] of names.entries()) {
    try {
      const found = await images.find(name, where, boxes?.[k]);
      sources.push(found.source);
      facts.push(found.facts);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(placed(error, where));
    }
  }
  return errors.length > 0 ? { errors } : { sources, facts };
}

/** What is wrong with a picture's file, after the record that names it. */
function placed(error: InputError, record: string): InputError {
  const { where } = error.parts;
  if (where?.startsWith(record)) return error;
  return new InputError({ ...error.parts, where: where === undefined ? record : `${record}: ${where}` });
}
