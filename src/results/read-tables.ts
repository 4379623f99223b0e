/** Reading what earlier sessions of a run stored in Arrow files. */

import { existsSync, readFileSync } from 'node:fs';
import { messageOf, ResultsError, WinoscopeError } from '../errors.ts';
import { type Columns, decodeBatches, readMetadata, type TableKind } from './arrow.ts';
import type { RunFolder } from './run-folder.ts';

/** Where the tables of a scorer are read from. */
export interface TableSource {
  folder: RunFolder;
  scorer: string;
  identity: string;
  /** Filled with a sentence for every segment of which something is lost. */
  damage?: string[];
}

/** Another folder with results of the same run: a shard, or the run as another machine has it. */
export interface ResultSource {
  folder: RunFolder;
  /** Places in the run's list of numeric settings, by place in the list of that folder's own manifest. */
  numerics: readonly number[];
}

/**
 * As `readTables`, of the run's own folder and then of others, whose numeric settings are renumbered as the run's.
 * @throws ResultsError as `readTables`, or where a row names a setting that its manifest does not have.
 */
export function* readAllTables<K extends TableKind>(
  kind: K,
  options: TableSource & { sources?: readonly ResultSource[] },
): Generator<[string, Columns<K>]> {
  const compacted = (folder: RunFolder) =>
    kind === 'trials' ? folder.trialsFile(options.scorer) : folder.mapsFile(options.scorer);
  yield* readTables(kind, compacted(options.folder), options);
  for (const { folder, numerics } of options.sources ?? []) {
    for (const [path, columns] of readTables(kind, compacted(folder), { ...options, folder })) {
      const renumbered = columns.numerics.map((setting) => numerics[setting] ?? -1);
      if (renumbered.includes(-1))
        throw new ResultsError({
          what: 'a results file names numeric settings that its run.json lacks',
          where: path,
        });
      yield [path, { ...columns, numerics: renumbered }];
    }
  }
}

/**
 * Batches of the compacted file, then of the segments, each with its path. A segment that was cut off gives what of it
 * is whole.
 * @throws ResultsError where a file is of another run or damaged.
 */
export function* readTables<K extends TableKind>(
  kind: K,
  compacted: string,
  { folder, scorer, identity, damage = [] }: TableSource,
): Generator<[string, Columns<K>]> {
  const paths = [...(existsSync(compacted) ? [compacted] : []), ...folder.segmentFiles(scorer, kind)];
  for (const path of paths) {
    const bytes = readFileSync(path);
    const torn = path !== compacted;
    const found = readMetadata(bytes)?.get('identity');
    if (found === undefined && torn) {
      damage.push(lost(path)); // cut off before its first batch was whole, or damaged there
      continue;
    }
    if (found !== identity) {
      throw found === undefined
        ? damaged(path, 'bytes that are no Arrow table')
        : new ResultsError({
            what: 'a results file is of another run',
            where: path,
            expected: `identity ${identity.slice(0, 12)}`,
            got: found.slice(0, 12),
            fix: 'Score into another --out.',
          });
    }
    try {
      const end = { cut: false };
      for (const columns of decodeBatches(kind, bytes, { torn, end })) yield [path, columns];
      if (torn && end.cut) damage.push(lost(path));
    } catch (error) {
      if (error instanceof WinoscopeError) throw error;
      throw damaged(path, reasonOf(error), error);
    }
  }
}

/** What can be done about a file that holds finished results and is damaged. */
export const PUT_BACK =
  'Put back a copy of the file, or move it away and run the same command again: what it held is then computed anew.';

function damaged(where: string, got: string, cause?: unknown): ResultsError {
  return new ResultsError({ what: 'a results file is damaged', where, got, fix: PUT_BACK, cause });
}

/** The sentence for a segment that is not whole. */
export function lost(path: string): string {
  return `${path} was cut off or damaged: what follows its last whole piece is computed again`;
}

/** What a reader says that met what it did not reckon with tells nothing of the file. */
function reasonOf(error: unknown): string {
  const isSurprise = error instanceof TypeError || error instanceof RangeError;
  return isSurprise ? 'bytes that are no Arrow table' : messageOf(error);
}
