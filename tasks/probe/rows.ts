/** The records of a probe as its file has them, whichever kind of file: each with its place, none judged yet. */

import { existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { InputError, messageOf } from '../../src/errors.ts';
import { readUtf8 } from '../read-text.ts';
import { readCsv } from './csv.ts';
import { requireInside } from './inside.ts';
import { readParquet } from './parquet.ts';

/** One record and where it stands: a value, or what is wrong with the line. */
export interface Row {
  /** `line 3` or `row 3`, counted as an editor counts. */
  place: string;
  value?: unknown;
  fault?: string;
}

const NAMES = ['examples.jsonl', 'examples.csv', 'examples.tsv', 'examples.parquet'];

/** What is read as a whole; longer files are Parquet's business. */
const MOST_TEXT = 256 * 2 ** 20;

/** The file of a probe's records. @throws InputError where there is none, or it leads out of the folder. */
export function examplesFile(folder: string, named?: string): string {
  const name = named ?? NAMES.find((file) => existsSync(join(folder, file))) ?? NAMES[0]!;
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new InputError({
      what: 'cannot read the examples',
      where: path,
      ...(named === undefined && { expected: `one of ${NAMES.join(', ')}` }),
      got: 'no such file',
    });
  }
  requireInside(folder, path, 'the file of examples');
  if (!statSync(path).isFile()) throw unreadable(path, 'a folder');
  return path;
}

/** All records of a file of text; undefined for a Parquet file, which only `readRows` reads. */
export function readTextRows(path: string): Row[] | undefined {
  const ending = extname(path).toLowerCase();
  if (ending === '.parquet') return undefined;
  if (ending !== '.csv' && ending !== '.tsv') return readJsonLines(readText(path));
  try {
    return readCsv(readText(path), path, ending === '.tsv' ? '\t' : ',');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(path, messageOf(error), error);
  }
}

/** All records, in order. @throws InputError where the file as a whole cannot be read. */
export async function readRows(path: string): Promise<Row[]> {
  const rows = readTextRows(path);
  if (rows) return rows;
  try {
    return await readParquet(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(path, 'no Parquet file, or a damaged one', error);
  }
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MOST_TEXT) throw new Error(`${size} bytes of text, more than ${MOST_TEXT}; use Parquet`);
    return readUtf8(path, 'cannot read the examples');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(path, messageOf(error), error);
  }
}

function readJsonLines(text: string): Row[] {
  const rows: Row[] = [];
  for (const [k, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const place = `line ${k + 1}`;
    try {
      rows.push({ place, value: JSON.parse(line) });
    } catch (error) {
      rows.push({ place, fault: `it is not JSON: ${messageOf(error)}` });
    }
  }
  return rows;
}

function unreadable(where: string, got: string, cause?: unknown): InputError {
  return new InputError({ what: 'cannot read the examples', where, got, cause });
}
