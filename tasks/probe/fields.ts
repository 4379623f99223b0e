/** Finding the fields of a record that a task file names, and taking them apart. */

import type { TaskFile } from '../task-file.ts';

/** A record as its file has it. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** One of a record's images or captions, and what messages call the place it was found in. */
export interface FieldItem {
  value: unknown;
  field: string;
}

/** The value of a field; dots lead into nested ones unless a field has that very name. */
export function lookUp(record: RawRecord, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let found: unknown = record;
  for (const part of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** Text in brackets is the list that it spells, as cells of a table hold it; all else stays as it is. */
export function unpack(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[.*\]\s*$/s.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/**
 * The items of one field that holds one or a list, or of a field per item. Fields at the end that are absent count for
 * nothing: tables have as many columns as their longest record needs.
 */
export function itemsOf(
  record: RawRecord,
  fields: string | readonly string[],
  separator?: string,
): FieldItem[] {
  if (typeof fields !== 'string') {
    const items = fields.map((field) => ({ field, value: lookUp(record, field) }));
    while (items.length > 0 && (items.at(-1)!.value ?? undefined) === undefined) items.pop();
    return items;
  }
  const value = unpack(lookUp(record, fields));
  if (value === undefined || value === null) return [];
  if (Array.isArray(value))
    return value.map((item, k) => ({ field: `${fields}.${k}`, value: item as unknown }));
  if (typeof value === 'string' && separator !== undefined)
    return value.split(separator).map((item, k) => ({ field: `${fields}.${k}`, value: item.trim() }));
  return [{ field: fields, value }];
}

/** Where a record has its images or captions when the task file does not say: `images`, `image`, or `image_0`, `image_1`, … */
export function defaultFields(record: RawRecord, name: 'image' | 'caption'): string | string[] {
  for (const field of [`${name}s`, name]) if (Object.hasOwn(record, field)) return field;
  const numbers = Object.keys(record)
    .map((key) => new RegExp(`^${name}_(\\d{1,4})$`).exec(key)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  // From 0 or 1 on without a gap, so that one that was forgotten is missed.
  const first = numbers[0] === 1 ? 1 : 0;
  const last = numbers.at(-1);
  return last === undefined
    ? `${name}s`
    : Array.from({ length: last - first + 1 }, (_, k) => `${name}_${first + k}`);
}

/** Whether a record passes the task file's filter; values are compared as text. */
export function passes(record: RawRecord, filter: TaskFile['filter']): boolean {
  return Object.entries(filter ?? {}).every(([field, wanted]) =>
    [wanted].flat().some((value) => String(value) === String(lookUp(record, field) ?? '')),
  );
}

/** Tags of a record: empty values are none, lists are several. */
export function tagsOf(
  record: RawRecord,
  { tags, separator }: Pick<TaskFile, 'tags' | 'separator'>,
): string[] {
  return tags
    .flatMap((field) => unpack(lookUp(record, field)) ?? [])
    .flatMap((tag) => (separator !== undefined && typeof tag === 'string' ? tag.split(separator) : [tag]))
    .map((tag) => String(tag).trim())
    .filter((tag) => tag !== '');
}
