/** The names of classes: what stands for `{}` in a template. */

import { z } from 'zod';
import { InputError, messageOf } from '../../src/errors.ts';
import { readUtf8 } from '../read-text.ts';

/** A class of the data and the name that captions call it by. */
export interface NamedClass {
  /** The folder, or the label's own name. */
  key: string;
  name: string;
}

const listSchema = z.array(z.string().trim().min(1));
const mapSchema = z.record(z.string(), z.string().trim().min(1));

/** A name as a sentence has it: `apple_pie` becomes `apple pie`. */
export function spoken(key: string): string {
  return key.replaceAll('_', ' ').replace(/\s+/g, ' ').trim();
}

/**
 * Names of the data's classes from a file: JSON, a list in the classes' order or an object by class; or text, a class per
 * line as `class<TAB>name`, `n01440764 tench, Tinca tinca` (the first name counts), or the name alone in the classes'
 * order. A file by class may name classes that the data has no picture of: they are captions all the same.
 * @param keys the data's classes in their order
 * @throws InputError where it cannot be read, names too few or too many, or lacks a class.
 */
export function readClassNames(path: string, keys: readonly string[]): NamedClass[] {
  let text: string;
  try {
    text = readUtf8(path, 'cannot read the class names');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ what: 'cannot read the class names', where: path, got: messageOf(error) });
  }
  const found = /^\s*[[{]/.test(text) ? fromJson(text, path) : fromLines(text, new Set(keys));
  if (found.length === 0) throw new InputError({ what: 'the file names no class', where: path });
  if (typeof found[0] === 'string') {
    if (found.length === keys.length) return keys.map((key, k) => ({ key, name: found[k] as string }));
    throw new InputError({
      what: 'the file names another number of classes than the data has',
      where: path,
      expected: `${keys.length} names in the order of ${keys.slice(0, 3).join(', ')}, …, or class<TAB>name lines`,
      got: `${found.length} names`,
    });
  }
  const classes = found as NamedClass[];
  const known = new Set(classes.map(({ key }) => key));
  const lacking = keys.filter((key) => !known.has(key));
  if (known.size < classes.length)
    throw new InputError({ what: 'the file names a class twice', where: path, got: twice(classes) });
  if (lacking.length === 0) return classes;
  throw new InputError({
    what: 'the file does not name every class of the data',
    where: path,
    got: `nothing for ${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? `, … (${lacking.length})` : ''}`,
  });
}

function fromJson(text: string, path: string): string[] | NamedClass[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({ what: 'the class names are not JSON', where: path, got: messageOf(error) });
  }
  const list = listSchema.safeParse(value);
  if (list.success) return list.data;
  const map = mapSchema.safeParse(value);
  if (map.success) return Object.entries(map.data).map(([key, name]) => ({ key, name }));
  throw new InputError({
    what: 'the file holds no class names',
    where: path,
    expected: '["cat", "dog"] or {"n02123045": "cat"}',
  });
}

/** By class where every line begins with one of the data's or has a tab, else in order. */
function fromLines(text: string, keys: ReadonlySet<string>): string[] | NamedClass[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = lines.map((line): NamedClass | undefined => {
    const [, key, name] = /^([^\t]+)\t+(.+)$/.exec(line) ?? /^(\S+)\s+(.+)$/.exec(line) ?? [];
    if (key === undefined || name === undefined) return undefined;
    return { key, name: name.split(',')[0]!.trim() };
  });
  const tabbed = lines.length > 0 && lines.every((line) => line.includes('\t'));
  const isListed = pairs.some((pair) => pair && keys.has(pair.key));
  if (
    pairs.every((pair) => pair?.name) &&
    (tabbed || (isListed && [...keys].every((key) => has(pairs, key))))
  )
    return pairs as NamedClass[];
  return lines;
}

function has(pairs: readonly (NamedClass | undefined)[], key: string): boolean {
  return pairs.some((pair) => pair?.key === key);
}

function twice(classes: readonly NamedClass[]): string {
  const seen = new Set<string>();
  return `"${classes.find(({ key }) => seen.has(key) || !seen.add(key))?.key}"`;
}
