/** A run: one task, one or more scorers, one folder. An async generator of what happens. */

import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { writeAtomically } from '../results/run-folder.ts';
import { scoreLines } from '../results/score-files.ts';
import { writeExamples } from '../results/stored-examples.ts';
import type { RunEvent, ScorerPlan } from './events.ts';
import { openResults } from './open-results.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import { evaluationsOf, runScorer } from './run-scorer.ts';
import { type ScorerView, scoresOf, summarize } from './summary.ts';
import type { Analysis, Summary } from './summary-schema.ts';

export interface RunTaskOptions {
  analysis: Analysis;
  /** What to do with an example whose input is bad. */
  onError: 'stop' | 'skip';
  signal?: AbortSignal;
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
    const session = recordSession(run, request);
    const { manifest, numerics } = run;
    const views = openResults({ folder, manifest, examples, session, numerics, seconds: readSeconds(run) });
    yield beginEvent(run, request, views);
    for (const message of run.warnings) yield { type: 'warning', message };
    const failures = new Map<number, string>();
    let interrupted = false;
    for (const scorer of run.scorers) {
      const view = views.get(scorer.name)!;
      const started = performance.now();
      try {
        yield* runScorer({ scorer, view, examples, selected: run.selected, failures, ...options });
      } catch (error) {
        if (!options.signal?.aborted) throw error;
        interrupted = true;
        break;
      } finally {
        view.seconds += (performance.now() - started) / 1000;
        view.results.close();
      }
      view.results.compact();
    }
    const summary = summarize({
      run: folder.path,
      manifest,
      examples,
      scorers: views,
      analysis: options.analysis,
      failed: failures.size,
      unreadable: request.task.failures.length,
    });
    writeDiffusionScores(run, request, { views, analysis: options.analysis, summary });
    writeAtomically(folder.summaryFile, `${JSON.stringify(summary, null, 2)}\n`);
    yield { type: 'end', summary, interrupted };
  } finally {
    unlock();
  }
}

/** Adds this session to the manifest and writes it with the examples. Returns the session's number. */
function recordSession({ folder, manifest, scorers }: PreparedRun, { task, selection }: RunRequest): number {
  const { limit, ids, tag } = selection;
  const session = manifest.sessions.push({
    started: new Date().toISOString(),
    host: hostname(),
    node: process.versions.node,
    workers: Math.max(...scorers.map((scorer) => scorer.workers)),
    selection: {
      ...(limit !== undefined && { limit }),
      ...(ids && { ids: [...ids] }),
      ...(tag !== undefined && { tag }),
    },
  });
  folder.writeManifest(manifest);
  const hashes = task.images.map((images) => images.map((image) => image.sha256));
  writeAtomically(folder.examplesFile, writeExamples(task.examples, hashes, task.redistribution === 'free'));
  return session;
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

/** Scores of the diffusion scorers in Winoground's form: derived from the trials, so written anew at every end. */
function writeDiffusionScores(
  { folder }: PreparedRun,
  { task }: RunRequest,
  {
    views,
    analysis,
    summary,
  }: { views: ReadonlyMap<string, ScorerView>; analysis: Analysis; summary: Summary },
): void {
  for (const [name, view] of views) {
    if (view.kind !== 'diffusion') continue;
    const { primary } = summary.scorers[name]!;
    const lines = task.examples.map(({ id }, index) => {
      const scores = scoresOf(view, index, analysis);
      return scores
        ? scoreLines(id, (primary === 'normalized' ? scores.normalized : undefined) ?? scores.raw)
        : '';
    });
    writeAtomically(folder.scoresFile(name), lines.join(''));
  }
}

/** Seconds per scorer of earlier sessions, from the last summary; none where there is no whole one. */
function readSeconds({ folder }: PreparedRun): Record<string, number> {
  if (!existsSync(folder.summaryFile)) return {};
  try {
    const { scorers } = JSON.parse(readFileSync(folder.summaryFile, 'utf8')) as Summary;
    return Object.fromEntries(Object.entries(scorers).map(([name, { seconds }]) => [name, seconds]));
  } catch {
    return {};
  }
}
