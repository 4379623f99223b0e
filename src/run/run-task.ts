/** A run: one task, one or more scorers, one folder. An async generator of what happens. */

import { hostname } from 'node:os';
import { ResultsError } from '../errors.ts';
import { withoutTokens } from '../hub/secret.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import type { Manifest } from '../results/manifest.ts';
import { writeAtomically } from '../results/run-folder.ts';
import type { LockOptions } from '../results/run-lock.ts';
import { shardFolders } from '../results/shard-folders.ts';
import { writeExamples } from '../results/stored-examples.ts';
import type { RunEvent, ScorerPlan } from './events.ts';
import { type Failure, storableFailures } from './failures.ts';
import { openResults } from './open-results.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import { readStored } from './read-stored.ts';
import { evaluationsOf, pendingOf, runScorer, type ScorerRun } from './run-scorer.ts';
import type { ScorerView } from './scorer-view.ts';
import { readSummary } from './stored-summary.ts';
import type { Analysis } from './summary-schema.ts';
import { writeOutcome } from './write-outcome.ts';

export interface RunTaskOptions {
  analysis: Analysis;
  /** What to do with an example whose input is bad. */
  onError: 'stop' | 'skip';
  signal?: AbortSignal;
  /** Seconds that a worker may be silent before it is given up; see `PoolWatch`. */
  workerSeconds?: number;
  /** Told once where it must be waited for whether another machine's process lives. */
  onWait?: LockOptions['onWait'];
  /** Told once what the scorers have stored; the same objects grow as results come in. For screens. */
  onOpen?: (views: ReadonlyMap<string, ScorerView>) => void;
}

/**
 * Carries out a prepared run; what was stored before is not evaluated again. Whatever ends it, all that was computed
 * is on disk, and the same command goes on from there.
 * @throws WinoscopeError where an input, a model, a worker or the disk fails.
 */
export async function* runTask(
  run: PreparedRun,
  request: RunRequest,
  options: RunTaskOptions,
): AsyncGenerator<RunEvent> {
  const { folder } = run;
  const { examples } = request.task;
  folder.create();
  const { onWait } = options;
  const lock = await folder.lock({
    ...(onWait && { onWait }),
    ...(options.signal && { signal: options.signal }),
  });
  const signal = options.signal ? AbortSignal.any([options.signal, lock.lost]) : lock.lost;
  try {
    checkUnchanged(run);
    const views = openResults({
      folder,
      manifest: run.manifest,
      examples,
      session: run.manifest.sessions.length + 1,
      numerics: run.numerics,
      seconds: readSeconds(run),
      maps: request.scoring.maps,
    });
    options.onOpen?.(views);
    const { selected } = run;
    const isPending = run.scorers.some(({ name }) => pendingOf(views.get(name)!, selected).length > 0);
    if (isPending && !run.shard) checkNoShards(run);
    const manifest = recordSession(run, request, isPending || !run.stored);
    yield beginEvent(run, request, views);
    const damage = [...views.values()].flatMap(({ results }) => results.damage);
    for (const message of [...run.warnings, ...damage]) yield { type: 'warning', message };
    for (const failure of run.failures) yield { type: 'example-failed', ...failure };
    const failures: Failure[] = [...request.task.failures, ...run.failures];
    let interrupted = false;
    for (const scorer of run.scorers) {
      const view = views.get(scorer.name)!;
      if (pendingOf(view, selected).length === 0 && !hasSegments(run, scorer.name)) continue;
      interrupted = yield* runAndClose({ scorer, view, examples, selected, failures, ...options, signal });
      lock.lost.throwIfAborted();
      if (interrupted) break;
      lock.check();
      view.results.compact();
    }
    lock.check();
    storeFailures(run, manifest, failures);
    const { analysis } = options;
    const summary = writeOutcome({
      folder,
      manifest,
      examples,
      views,
      analysis,
      numerics: run.numerics,
      failures,
      task: request.task,
    });
    yield { type: 'end', summary, interrupted };
  } finally {
    lock.release();
  }
}

/** Demands, under the lock, that no other session wrote since the run was prepared. @throws ResultsError */
function checkUnchanged({ folder, stored }: PreparedRun): void {
  const now = readStored(folder);
  if (canonicalJson(now ?? null) === canonicalJson(stored ?? null)) return;
  throw new ResultsError({
    what: 'another session worked on the run meanwhile',
    where: folder.path,
    fix: 'Run the command again.',
  });
}

/** A run in parts is not computed again beside them without a word. @throws ResultsError */
function checkNoShards({ folder }: PreparedRun): void {
  if (!shardFolders(folder).some((shard) => shard.folder.hasResults())) return;
  throw new ResultsError({
    what: 'the run was begun in shards, and what is missing may be in them',
    where: folder.path,
    fix: `Merge them with \`winoscope merge ${folder.path} --partial --remove-shards\` to go on here, pass --shard i/n, or use another --out.`,
  });
}

/**
 * One scorer's part; its results are closed whatever ends it. Returns whether it was interrupted.
 * @throws what ended it; else what closing met, which an interruption does not hide.
 */
async function* runAndClose(run: ScorerRun): AsyncGenerator<RunEvent, boolean> {
  const { view, signal } = run;
  const started = performance.now();
  const errors: unknown[] = [];
  try {
    yield* runScorer(run);
  } catch (error) {
    errors.push(error);
  } finally {
    view.seconds += (performance.now() - started) / 1000;
    try {
      view.results.close();
    } catch (error) {
      errors.push(error);
    }
  }
  const isInterruption = (error: unknown) => signal?.aborted === true && error === signal.reason;
  const failure = errors.find((error) => !isInterruption(error));
  if (failure !== undefined) throw failure;
  return errors.length > 0;
}

/** Whether a scorer has results that a killed session did not compact. */
function hasSegments({ folder }: PreparedRun, scorer: string): boolean {
  const kinds = ['trials', 'maps', 'scores'] as const;
  return kinds.some((kind) => folder.segmentFiles(scorer, kind).length > 0);
}

/** Keeps in the manifest what this session could not score, for reports. */
function storeFailures({ folder }: PreparedRun, manifest: Manifest, failures: readonly Failure[]): void {
  const storable = storableFailures(failures, manifest.about.task.redistribution);
  if (canonicalJson(storable) === canonicalJson(manifest.about.failures ?? [])) return;
  manifest.about.failures = storable;
  folder.writeManifest(manifest);
}

/** Adds this session to the manifest and writes it with the examples. */
function recordSession(
  { folder, manifest, scorers, shard }: PreparedRun,
  { task, selection, scoring, force, command }: RunRequest,
  isNew: boolean,
): Manifest {
  const { limit, ids, tag } = selection;
  const session = {
    started: new Date().toISOString(),
    host: hostname(),
    node: process.versions.node,
    workers: Math.max(...scorers.map((scorer) => scorer.workers)),
    selection: {
      ...(limit !== undefined && { limit }),
      ...(ids && { ids: [...ids] }),
      ...(tag !== undefined && { tag }),
    },
    ...(shard && { shard: { index: shard.index, of: shard.of } }),
    maps: scoring.maps,
    ...(force && { force }),
    ...(command && { command: command.map((word) => withoutTokens(word)) }),
  };
  // One that finds nothing to do is not a session; but tags, title and licence may have changed since the last.
  if (isNew) manifest.sessions.push(session);
  folder.writeManifest(manifest);
  const hashes = task.images.map((images) => images.map((image) => image.sha256));
  writeAtomically(folder.examplesFile, writeExamples(task.examples, hashes, task.redistribution === 'free'));
  return manifest;
}

function beginEvent(
  run: PreparedRun,
  { task }: RunRequest,
  views: ReadonlyMap<string, ScorerView>,
): RunEvent {
  const scorers = run.scorers.map((scorer): ScorerPlan => {
    const { results } = views.get(scorer.name)!;
    const sum = (count: (index: number) => number) =>
      run.selected.reduce((total, index) => total + count(index), 0);
    return {
      name: scorer.name,
      kind: scorer.settings.kind,
      workers: scorer.workers,
      batch: scorer.settings.kind === 'diffusion' ? scorer.settings.batch : 1,
      evaluations: sum((index) => evaluationsOf(scorer, task.examples[index]!)),
      stored: sum((index) => results.evaluations(index)),
      spared: sum((index) => results.spared(index)),
    };
  });
  return {
    type: 'begin',
    folder: run.folder.path,
    task: task.name,
    selected: run.selected.length,
    count: task.examples.length,
    scorers,
    resumed: run.resumed,
    ...(run.shard && { shard: { index: run.shard.index, of: run.shard.of } }),
  };
}

/** Seconds per scorer of earlier sessions, from the last summary; none where there is no whole one. */
function readSeconds({ folder }: PreparedRun): Record<string, number> {
  try {
    const scorers = readSummary(folder)?.scorers ?? {};
    return Object.fromEntries(Object.entries(scorers).map(([name, { seconds }]) => [name, seconds]));
  } catch {
    return {};
  }
}
