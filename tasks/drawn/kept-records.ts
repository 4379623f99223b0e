/** Records of drawn pictures that a folder has already, and those of the pictures that were asked for now. */

/** Lines of a file, and how many. */
export interface RecordLines {
  text: string;
  count: number;
}

export interface KeepOptions {
  /** Whether somebody changed the file since it was written here: then every line of it stays as it is. */
  isEdited: boolean;
  /** What tells a record from the others. */
  keyOf: (record: Record<string, unknown>) => string;
  /** Whether a record is of pictures that were asked for now alone: it is among the made ones, or in another form. */
  isAsked: (record: Record<string, unknown>) => boolean;
}

/**
 * The file anew: what of `text` is of other pictures stays, before the made records; of an edited one all of it stays, and
 * made records follow where theirs are not there yet.
 * @param text the file as it is; empty where there is none.
 */
export function keepRecords(
  text: string,
  made: readonly Record<string, unknown>[],
  { isEdited, keyOf, isAsked }: KeepOptions,
): RecordLines {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const stored = lines.map((line) => ({ line, record: recordIn(line) }));
  const kept = stored.filter(({ record }) => isEdited || (record !== undefined && !isAsked(record)));
  const known = new Set(kept.flatMap(({ record }) => (record ? [keyOf(record)] : [])));
  const added = made.filter((record) => !known.has(keyOf(record))).map((record) => JSON.stringify(record));
  const all = [...kept.map(({ line }) => line), ...added];
  return { text: all.map((line) => `${line}\n`).join(''), count: all.length };
}

function recordIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
