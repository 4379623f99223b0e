/** A run: one task, one or more scorers, one folder. An async generator of what happens. */

import { hostname } from 'node:os';
import { ResultsError } from '../errors.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import type { Manifest } from '../results/manifest.ts';
import { writeAtomically } from '../results/run-folder.ts';
import { writeExamples } from '../results/stored-examples.ts';
import { derivedFiles } from './derived-files.ts';
import type { RunEvent, ScorerPlan } from './events.ts';
import { countFailures, type Failure, storableFailures } from './failures.ts';
import { openResults } from './open-results.ts';
import { withOwnMetrics } from './own-metrics.ts';
import { type PreparedRun, type RunRequest, readStored } from './prepare-run.ts';
import { evaluationsOf, pendingOf, runScorer, type ScorerRun } from './run-scorer.ts';
import type { ScorerView } from './scorer-view.ts';
import { readSummary, writeSummary } from './stored-summary.ts';
import { summarize } from './summary.ts';
import type { Analysis } from './summary-schema.ts';

export interface RunTaskOptions {
  analysis: Analysis;
  /** What to do with an example whose input is bad. */
  onError: 'stop' | 'skip';
  signal?: AbortSignal;
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
  const unlock = folder.lock();
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
      interrupted = yield* runAndClose({ scorer, view, examples, selected, failures, ...options });
      if (interrupted) break;
      folder.checkHeld();
      view.results.compact();
    }
    folder.checkHeld();
    storeFailures(run, manifest, failures);
    const computed = summarize({
      run: folder.path,
      manifest,
      examples,
      scorers: views,
      analysis: options.analysis,
      ...countFailures(failures),
    });
    const summary = withOwnMetrics(computed, request.task, views);
    for (const [path, text] of derivedFiles(folder, { views, examples, summary }))
      writeAtomically(path, text);
    writeSummary(folder, summary);
    yield { type: 'end', summary, interrupted };
  } finally {
    unlock();
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
  { folder, manifest, scorers }: PreparedRun,
  { task, selection }: RunRequest,
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
