/** Reading what earlier sessions of a run stored in Arrow files. */

import { existsSync, readFileSync } from 'node:fs';
import { messageOf, ResultsError, WinoscopeError } from '../errors.ts';
import { type Columns, decodeBatches, readMetadata, type TableKind } from './arrow.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Batches of the compacted file, then of the segments, each with its path. A segment that was cut off gives what of it
 * is whole.
 * @throws ResultsError where a file is of another run or damaged.
 */
export function* readTables<K extends TableKind>(
  kind: K,
  compacted: string,
  { folder, scorer, identity }: { folder: RunFolder; scorer: string; identity: string },
): Generator<[string, Columns<K>]> {
  const paths = [...(existsSync(compacted) ? [compacted] : []), ...folder.segmentFiles(scorer, kind)];
  for (const path of paths) {
    const bytes = readFileSync(path);
    const torn = path !== compacted;
    const found = readMetadata(bytes)?.get('identity');
    if (found === undefined && torn) continue; // cut off before its first batch was whole
    if (found !== identity) {
      throw new ResultsError({
        what: found === undefined ? 'a results file is damaged' : 'a results file is of another run',
        where: path,
        expected: `identity ${identity.slice(0, 12)}`,
        got: found?.slice(0, 12) ?? 'none',
        fix: 'Score into another --out.',
      });
    }
    try {
      for (const columns of decodeBatches(kind, bytes, { torn })) yield [path, columns];
    } catch (error) {
      if (error instanceof WinoscopeError) throw error;
      throw new ResultsError({
        what: 'a results file is damaged',
        where: path,
        got: reasonOf(error),
        fix: 'Score into another --out.',
        cause: error,
      });
    }
  }
}

/** What a reader says that met what it did not reckon with tells nothing of the file. */
function reasonOf(error: unknown): string {
  const isSurprise = error instanceof TypeError || error instanceof RangeError;
  return isSurprise ? 'bytes that are no Arrow table' : messageOf(error);
}
