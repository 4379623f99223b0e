/** Reading a benchmark's JSON and CSV files, with errors that name the file and the record. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { InputError, issueOf, messageOf } from '../../src/errors.ts';
import type { BenchmarkRecord, BenchmarkRecords } from './benchmark.ts';

/** Folders of a copy of a repository in which its files may lie. */
const PLACES = ['data', ''];

/**
 * The path of a file that a benchmark publishes, in the folder of `--data` or its `data`.
 * @throws InputError saying what the folder holds instead.
 */
export function findFile(folder: string, names: readonly string[], what: string): string {
  const path = names
    .flatMap((name) => PLACES.map((place) => join(folder, place, name)))
    .find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  throw new InputError({
    what: `${what} is not in this folder`,
    where: folder,
    expected: names.join(' or '),
    got: existsSync(folder)
      ? readdirSync(folder).slice(0, 8).join(', ') || 'an empty folder'
      : 'no such folder',
    fix: 'Pass the folder with the published files as --data.',
  });
}

/** The value of a JSON file. @throws InputError where it cannot be read or is none. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the file', where: path, got: messageOf(error) });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InputError({
      what: 'the file is not JSON',
      where: path,
      got: messageOf(error),
      fix: 'Download it again.',
    });
  }
}

/**
 * The records of a JSON file, which holds them in a list or by key, as `[key, record]`; keys of a list are places.
 * @throws InputError where it holds neither.
 */
export function readJsonEntries(path: string): [key: string, value: unknown][] {
  const value = readJson(path);
  if (typeof value === 'object' && value !== null) return Object.entries(value);
  throw new InputError({ what: 'the file holds no records', where: path, got: typeof value });
}

/** What a reader makes of a record: an example, nothing (it is not counted), or a phrase saying what is wrong. */
export type Read = Omit<BenchmarkRecord, 'where'> | undefined | string;

/**
 * Turns entries into records, by `read`.
 * @throws InputError at the first that cannot be used, unless such are skipped.
 */
export function collect(
  entries: Iterable<readonly [key: string, value: unknown]>,
  { path, skipBad }: { path: string; skipBad: boolean },
  read: (value: unknown, key: string) => Read,
): BenchmarkRecords {
  const found: BenchmarkRecords = { records: [], failures: [] };
  for (const [key, value] of entries) {
    const where = `${path}, record ${key}`;
    const record = read(value, key);
    if (record === undefined) continue;
    if (typeof record !== 'string') found.records.push({ ...record, where });
    else if (skipBad) found.failures.push({ id: where, message: record });
    else throw new InputError({ what: 'a record cannot be used', where, got: record });
  }
  return found;
}

/** The value as the schema reads it, or a phrase saying what is wrong with it. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> | string {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  return `field "${issue.path.join('.') || '(record)'}" ${issueOf(issue)}`;
}

/** Several files' records as one. */
export function joined(parts: readonly BenchmarkRecords[]): BenchmarkRecords {
  return {
    records: parts.flatMap(({ records }) => records),
    failures: parts.flatMap(({ failures }) => failures),
  };
}
