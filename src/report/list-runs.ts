/** The run folders under a folder, each with how far it is. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { isFolder } from '../hub/resolve-ref.ts';
import { RunFolder } from '../results/run-folder.ts';
import { readAgreement, shardFolders } from '../results/shard-folders.ts';
import { divisionLine, divisionsOf } from '../run/divisions.ts';
import { readSummary } from '../run/stored-summary.ts';
import { partState } from './part-state.ts';
import { runFacts } from './run-facts.ts';

/**
 * `complete`: every example by every scorer; `part`: all of the part of the task that was asked for; `interrupted`: the
 * same command goes on; `resumable`: one of these two, nobody can tell; `running`: a process works on it; `shards`: it
 * is in parts that are not merged, and `why` says how far they are; `torn`: something of it is damaged or missing, and
 * `why` says what.
 */
export type RunState = 'complete' | 'part' | 'interrupted' | 'resumable' | 'running' | 'shards' | 'torn';

/** What a list shows of a run folder, without reading its results. */
export interface RunEntry {
  path: string;
  name: string;
  state: RunState;
  task: string;
  scorers: readonly string[];
  /** Examples done by every scorer at the end of the last session; undefined where it left no summary. */
  done: number | undefined;
  count: number;
  /** Models, trials and rules in words; empty where the manifest cannot be read. */
  facts: string;
  /** Milliseconds since 1970 of the last change of its summary or manifest. */
  changed: number;
  why?: string;
}

/** All run folders directly under `root`, the latest first; a `root` that is none itself has none. */
export function listRuns(root: string): RunEntry[] {
  if (!isFolder(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => new RunFolder(join(root, name)))
    .filter((folder) => existsSync(folder.manifestFile) || looksLikeRun(folder));
  return folders.map(describeRun).sort((a, b) => b.changed - a.changed || a.name.localeCompare(b.name));
}

/** One run folder. */
function describeRun(folder: RunFolder): RunEntry {
  const name = folder.path.split(/[/\\]/).at(-1)!;
  const empty = { path: folder.path, name, task: '', scorers: [], done: undefined, count: 0, facts: '' };
  const changed = changedAt(folder);
  try {
    const inShards = !folder.hasResults() && divisionsOf(folder);
    const manifest = inShards && inShards.length > 0 ? readAgreement(folder) : folder.readManifest();
    if (!manifest) return { ...empty, state: 'torn', changed, why: 'its run.json is missing' };
    const { task, scorers } = manifest.identity;
    // Diffusion first, as in every report.
    const names = Object.keys(scorers).sort(
      (a, b) => Number(scorers[a]!.kind === 'clip') - Number(scorers[b]!.kind === 'clip'),
    );
    const known = {
      ...empty,
      task: task.name,
      scorers: names,
      facts: runFacts(manifest, names),
      count: task.count,
      changed,
    };
    if (inShards && inShards.length > 0) {
      const done = Math.max(
        ...inShards.map(({ shards }) => shards.reduce((sum, shard) => sum + shard.done, 0)),
      );
      const why = `${inShards.map((division) => divisionLine(division).slice(0, -1)).join('; ')}; \`winoscope merge\` puts them together`;
      return { ...known, state: 'shards', done, why };
    }
    if (folder.holder()) return { ...known, state: 'running' };
    if (!existsSync(folder.examplesFile))
      return { ...known, state: 'torn', why: 'its examples.jsonl is missing' };
    const summary = readSummary(folder);
    if (!summary) return { ...known, state: 'interrupted' };
    const complete = summary.complete && !folder.hasSegments();
    return {
      ...known,
      done: summary.examples.done,
      state: complete ? 'complete' : partState(folder, manifest, summary),
    };
  } catch (error) {
    return { ...empty, state: 'torn', changed, why: messageOf(error) };
  }
}

function looksLikeRun(folder: RunFolder): boolean {
  try {
    return folder.hasResults() || shardFolders(folder).length > 0;
  } catch {
    return false;
  }
}

function changedAt(folder: RunFolder): number {
  const times = [folder.summaryFile, folder.manifestFile, folder.path].flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? [found.mtimeMs] : [];
  });
  return times[0] ?? 0;
}
