/** What a merge puts together: run folders, the shards in them, and who still works there. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ResultsError, UsageError } from '../errors.ts';
import type { LockHolder } from '../results/lock-holder.ts';
import type { Manifest } from '../results/manifest.ts';
import { readStoredText } from '../results/read-stored-text.ts';
import type { RunFolder } from '../results/run-folder.ts';
import { type LockOptions, livingHolder } from '../results/run-lock.ts';
import { type Shard, shardFolders } from '../results/shard-folders.ts';
import { readExamples } from '../results/stored-examples.ts';
import type { Example } from '../scoring/example.ts';
import { readStored } from './read-stored.ts';
import type { ResultPart } from './result-sources.ts';
import type { Summary } from './summary-schema.ts';

/** A folder that takes part in a merge. */
export interface MergePart extends ResultPart {
  /** Where it lies in a `shards/`. */
  shard?: Shard;
  /** Whether anything is stored; a session that was killed early leaves a manifest alone. */
  hasResults: boolean;
  /** The living process that works on it. */
  holder?: LockHolder;
  /** `summary.json` as the last session left it; undefined where there is none, or none that is whole. */
  last?: Summary;
}

/**
 * All parts of the given run folders: each one's own results first, then its shards.
 * @param options of waiting for processes on other machines; without it, holders are looked at once.
 * @throws UsageError where a folder holds no run; ResultsError where a manifest is damaged; AbortError.
 */
export async function findParts(
  runs: readonly RunFolder[],
  options?: Pick<LockOptions, 'onWait' | 'signal'>,
): Promise<MergePart[]> {
  const parts: MergePart[] = [];
  for (const run of runs) {
    const found = [
      ...(readStored(run) ? [{ folder: run }] : []),
      ...shardFolders(run).map(({ folder, index, of }) => ({ folder, shard: { index, of } })),
    ];
    const before = parts.length;
    for (const { folder, ...rest } of found) {
      const hasResults = folder.hasResults();
      const manifest = hasResults ? readStored(folder) : folder.readManifest();
      if (!manifest) continue; // begun, and killed before it said of what
      const holder = options ? await livingHolder(folder.lockFile, options) : folder.holder();
      const last = readLast(folder);
      parts.push({ folder, ...rest, manifest, hasResults, ...(holder && { holder }), ...(last && { last }) });
    }
    if (parts.length > before) continue;
    throw new UsageError({
      what: 'no run in this folder',
      where: run.path,
      expected: 'results, or a folder "shards" with some',
      fix: 'Pass a folder that `winoscope score` wrote.',
    });
  }
  return parts;
}

/** Whether a path is a shard's folder within a run's, and not a run's. */
export function isShardPath(path: string): boolean {
  return /^\d+-of-\d+$/.test(basename(path)) && basename(dirname(path)) === 'shards';
}

/**
 * The examples of a run, which every part must have alike, with the text that they are stored as.
 * @throws ResultsError where they are missing, damaged, or not the same.
 */
export function examplesOf(parts: readonly MergePart[]): { text: string; examples: Example[] } {
  let found: { text: string; examples: Example[]; path: string } | undefined;
  for (const { folder, hasResults } of parts) {
    const path = folder.examplesFile;
    if (!existsSync(path)) {
      if (!hasResults) continue;
      throw new ResultsError({ what: 'the run folder lacks its examples', where: path });
    }
    const text = readStoredText(path);
    if (text === found?.text) continue;
    const examples = readExamples(text, path);
    const ids = (list: readonly Example[]) => list.map(({ id }) => id).join('\n');
    if (found && ids(found.examples) !== ids(examples))
      throw new ResultsError({
        what: 'two parts store different examples',
        where: `${found.path} and ${path}`,
      });
    found ??= { text, examples, path };
  }
  if (!found) throw new ResultsError({ what: 'no part has any results yet', where: parts[0]!.folder.path });
  return found;
}

function readLast(folder: RunFolder): Summary | undefined {
  try {
    return JSON.parse(readFileSync(folder.summaryFile, 'utf8')) as Summary;
  } catch {
    return undefined;
  }
}

/** The sessions of all parts, each once, in the order in which they began. */
export function sessionsOf(parts: readonly ResultPart[]): Manifest['sessions'] {
  const known = new Map<string, Manifest['sessions'][number]>();
  for (const { manifest } of parts) {
    for (const session of manifest.sessions) known.set(JSON.stringify(session), session);
  }
  return [...known.values()].sort((a, b) => compareText(a.started, b.started) || compareText(a.host, b.host));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
