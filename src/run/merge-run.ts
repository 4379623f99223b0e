/** Puts the parts of a run together: proves that they are one run and all of it, then writes it as one process would. */

import { existsSync, statSync } from 'node:fs';
import type { Task } from '../../tasks/task.ts';
import { PlanMismatchError, ResultsError, UsageError } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { FORMAT, type Manifest } from '../results/manifest.ts';
import { RunFolder, writeAtomically } from '../results/run-folder.ts';
import type { LockOptions, RunLock } from '../results/run-lock.ts';
import { removeShards } from '../results/shard-folders.ts';
import type { Example } from '../scoring/example.ts';
import type { Failure } from './failures.ts';
import { examplesOf, findParts, isShardPath, type MergePart, sessionsOf } from './merge-parts.ts';
import { askedFor, askedForMaps, groupMissing, type Missing } from './missing-examples.ts';
import { openResults } from './open-results.ts';
import { checkOneRun, checkOneSetting, putTogether } from './result-sources.ts';
import type { ScorerView } from './scorer-view.ts';
import type { Analysis, Summary } from './summary-schema.ts';
import { writeOutcome } from './write-outcome.ts';

export interface MergeRequest {
  /** Run folders; the shards in them are found. The first takes the result unless `out` is given. */
  runs: readonly string[];
  out?: string;
  /** By default the one that all parts were summarized with. */
  analysis?: Analysis;
  /** Whether parts may have been computed under different numeric settings. */
  allowMixed: boolean;
  /** Whether a run that is not complete is written too, and one that is worked on is read. */
  partial: boolean;
  /** Whether `shards/` goes once all that was in it is in the run. */
  removeShards: boolean;
  /** For metrics that the task brings as code. */
  task?: Task;
  onWait?: LockOptions['onWait'];
  signal?: AbortSignal;
}

export interface MergeReport {
  folder: string;
  /** Folders with results that were read. */
  parts: number;
  missing: Missing[];
  /** Undefined where nothing was written. */
  summary?: Summary;
}

/**
 * Merges. Nothing is written unless everything that was asked for is there, or `partial`. Doing it again gives the same
 * files, whenever it was cut off.
 * @throws UsageError, PlanMismatchError, ResultsError in one sentence, before anything is written.
 */
export async function mergeRuns(request: MergeRequest): Promise<MergeReport> {
  const runs = request.runs.map((path) => new RunFolder(path));
  if (request.out === undefined && isShardPath(runs[0]!.path)) {
    throw new UsageError({
      what: 'a shard cannot take the whole run',
      where: runs[0]!.path,
      fix: 'Pass the run folder that its "shards" lies in, or --out DIR.',
    });
  }
  const into = request.out === undefined ? runs[0]! : new RunFolder(request.out);
  for (const { path } of runs) {
    const isThere = existsSync(path);
    if (isThere && statSync(path).isDirectory()) continue;
    throw new UsageError({
      what: 'no such folder',
      where: path,
      ...(isThere && { got: 'a file' }),
      fix: 'Pass a folder that `winoscope score` wrote.',
    });
  }
  const wait = {
    ...(request.onWait && { onWait: request.onWait }),
    ...(request.signal && { signal: request.signal }),
  };
  const sources = runs.some(({ path }) => path === into.path) || !into.hasResults() ? runs : [into, ...runs];
  into.make();
  const lock = await into.lock(wait);
  try {
    return await mergeLocked(request, { into, sources, wait, lock });
  } finally {
    lock.release();
  }
}

/** Of several numeric settings, the folder's own first one decides what counts of unfinished examples. */
const MERGED = 0;

interface Place {
  into: RunFolder;
  sources: readonly RunFolder[];
  wait: Pick<LockOptions, 'onWait' | 'signal'>;
  lock: RunLock;
}

async function mergeLocked(
  request: MergeRequest,
  { into, sources, wait, lock }: Place,
): Promise<MergeReport> {
  // The lock of the folder that is written to is ours; a run elsewhere, or a shard, may be at work.
  const found = await findParts(sources, request.partial ? undefined : wait);
  const parts = found.map((part): MergePart => {
    const { holder: _, ...rest } = part;
    return part.folder.path === into.path ? rest : part;
  });
  checkOneRun(parts);
  if (!request.allowMixed) checkOneSetting(parts);
  checkQuiet(parts, request);
  const stored = parts.filter((part) => part.hasResults);
  const { text, examples } = examplesOf(parts);
  // First what the folder itself has: its rows keep their numbers.
  const ordered = [...stored].sort(
    (a, b) => Number(b.folder.path === into.path) - Number(a.folder.path === into.path),
  );
  const { numerics, sources: read } = putTogether(ordered);
  const sessions = sessionsOf(parts);
  const first = ordered[0] ?? parts[0]!;
  const manifest: Manifest = {
    format: FORMAT,
    version: packageVersion(),
    identity: first.manifest.identity,
    identityHash: first.manifest.identityHash,
    numerics: numerics.length > 0 ? numerics : first.manifest.numerics,
    sessions,
    about: {
      ...first.manifest.about,
      warnings: [...new Set(parts.flatMap((part) => part.manifest.about.warnings))],
    },
  };
  const views = openResults({
    folder: into,
    manifest,
    examples,
    session: sessions.length + 1,
    numerics: MERGED,
    seconds: secondsOf(parts, into),
    maps: true,
    sources: read.filter(({ folder }) => folder.path !== into.path),
  });
  const failures = failuresOf(parts, examples, views);
  manifest.about.failures = failures;
  const lacking = lackingOf({ sessions, examples, views, failures });
  const missing = groupMissing(lacking, { parts, sessions, examples, identity: manifest.identity });
  const report = { folder: into.path, parts: stored.length, missing };
  if (missing.length > 0 && !request.partial) return report;
  const analysis = request.analysis ?? commonAnalysis(parts);
  const { task } = request;
  checkTask(parts, task);
  if (!request.partial) await checkUnchanged(parts, sources);
  // Reading much takes long, and no sign of life was given meanwhile.
  lock.check();
  into.create();
  into.writeManifest(manifest);
  writeAtomically(into.examplesFile, text);
  for (const view of views.values()) view.results.compact();
  const summary = writeOutcome({
    folder: into,
    manifest,
    examples,
    views,
    analysis,
    numerics: MERGED,
    failures,
    ...(task && { task }),
  });
  if (request.removeShards) removeShards(into);
  return { ...report, summary };
}

/** Places of examples that were asked for and that some scorer lacks, results or error maps; failed ones do not count. */
function lackingOf({
  sessions,
  examples,
  views,
  failures,
}: {
  sessions: Manifest['sessions'];
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  failures: readonly Failure[];
}): number[] {
  const failed = new Set(failures.map(({ id }) => id));
  const withMaps = askedForMaps(sessions, examples);
  const pending = new Set(
    [...views.values()].flatMap(({ results }) =>
      results
        .pending()
        .filter(({ index }) => withMaps.has(index) || !results.isDone(index))
        .map(({ index }) => index),
    ),
  );
  const asked = askedFor(sessions, examples);
  return [...examples.keys()].filter(
    (index) => asked.has(index) && pending.has(index) && !failed.has(examples[index]!.id),
  );
}

/** What the parts could not score and no other part did, each once: records first, then examples in task order. */
function failuresOf(
  parts: readonly MergePart[],
  examples: readonly Example[],
  views: ReadonlyMap<string, ScorerView>,
): Failure[] {
  const place = new Map(examples.map(({ id }, index) => [id, index]));
  const known = new Map<string, Failure>();
  for (const { manifest } of parts) {
    for (const failure of manifest.about.failures ?? [])
      known.set(canonicalJson([failure.scorer, failure.id]), failure);
  }
  const isDone = (index: number) => [...views.values()].every(({ results }) => results.isDone(index));
  return [...known.values()]
    .filter(({ scorer, id }) => scorer === undefined || !isDone(place.get(id) ?? -1))
    .sort((a, b) => orderOf(a) - orderOf(b));
  function orderOf({ scorer, id }: Failure): number {
    return scorer === undefined ? -1 : (place.get(id) ?? examples.length);
  }
}

/** Seconds per scorer over all parts; what the run itself counted before is not counted again. */
function secondsOf(parts: readonly MergePart[], into: RunFolder): Record<string, number> {
  const own = parts.find(({ folder }) => folder.path === into.path);
  const counted = new Set(own?.manifest.sessions.map((session) => JSON.stringify(session)));
  const seconds: Record<string, number> = {};
  for (const part of parts) {
    const isNew = part.manifest.sessions.some((session) => !counted.has(JSON.stringify(session)));
    if (part !== own && !isNew) continue;
    for (const [name, scorer] of Object.entries(part.last?.scorers ?? {}))
      seconds[name] = (seconds[name] ?? 0) + scorer.seconds;
  }
  return seconds;
}

/** Demands that nobody works on a part. @throws ResultsError naming who does. */
function checkQuiet(parts: readonly MergePart[], { partial, removeShards: remove }: MergeRequest): void {
  if (partial && !remove) return;
  const busy = parts.find(({ holder }) => holder);
  if (!busy) return;
  const { pid, host } = busy.holder!;
  throw new ResultsError({
    what: 'a part of the run is still being computed',
    where: busy.folder.path,
    got: `process ${pid} on ${host} works on it`,
    fix: remove ? 'Wait for it.' : 'Wait for it, or pass --partial for what is there by now.',
  });
}

/** Demands that no part was worked on while it was read. @throws ResultsError */
async function checkUnchanged(parts: readonly MergePart[], sources: readonly RunFolder[]): Promise<void> {
  const told = (list: readonly MergePart[]) =>
    JSON.stringify(list.map(({ folder, manifest }) => [folder.path, manifest.sessions.length]));
  const now = await findParts(sources);
  if (told(now) === told(parts)) return;
  throw new ResultsError({
    what: 'a part of the run was worked on meanwhile',
    where: sources[0]!.path,
    fix: 'Run the command again.',
  });
}

/** How the parts turned errors into scores. @throws UsageError where they did it differently. */
function commonAnalysis(parts: readonly MergePart[]): Analysis {
  const found = new Map(
    parts.flatMap(({ last }) => (last ? [[canonicalJson(last.analysis), last.analysis] as const] : [])),
  );
  if (found.size > 1) {
    throw new UsageError({
      what: 'the parts were summarized in different ways',
      got: [...found.keys()].map((text) => (text.length > 80 ? `${text.slice(0, 77)}…` : text)).join(' and '),
      fix: 'Say which with --loss, --error-space and --weighting.',
    });
  }
  return [...found.values()][0] ?? { loss: 'mse', errorSpace: 'native' };
}

/** Demands the task where it brings metrics as code, and that it is the one that was scored. @throws UsageError */
function checkTask(parts: readonly MergePart[], task: Task | undefined): void {
  const { identity } = parts[0]!.manifest;
  if (task && task.hash !== identity.task.hash) {
    throw new PlanMismatchError({
      what: 'this is not the task that was scored',
      where: `--task ${task.name}`,
      expected: `${identity.task.name} ${identity.task.hash.slice(0, 12)}`,
      got: `${task.name} ${task.hash.slice(0, 12)}`,
    });
  }
  const needs = parts.some(({ last }) =>
    Object.values(last?.scorers ?? {}).some((scorer) => scorer.ownMetrics),
  );
  if (!needs || task) return;
  throw new UsageError({
    what: 'the task brings metrics as code, which are computed on the whole',
    where: identity.task.name,
    fix: 'Pass the task again with --task.',
  });
}
