/** What a run leaves at its end beside its trials: scores, decisions and the summary, all derived from what is stored. */

import type { Task } from '../../tasks/task.ts';
import type { Manifest } from '../results/manifest.ts';
import { type RunFolder, writeAtomically } from '../results/run-folder.ts';
import { scoreLines } from '../results/score-files.ts';
import type { Example } from '../scoring/example.ts';
import { countFailures, type Failure } from './failures.ts';
import { withOwnMetrics } from './own-metrics.ts';
import { type ScorerView, scoresOf } from './scorer-view.ts';
import { summarize } from './summary.ts';
import type { Analysis, Summary } from './summary-schema.ts';

/** A run whose results are all in memory. */
export interface Outcome {
  folder: RunFolder;
  manifest: Manifest;
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  analysis: Analysis;
  failures: readonly Failure[];
  /** For metrics that it brings as code. */
  task?: Task;
}

/** Computes and writes scores, decisions and summary. @throws ResultsError where the disk refuses. */
export function writeOutcome(outcome: Outcome): Summary {
  const { folder, manifest, examples, views, analysis, failures, task } = outcome;
  const computed = summarize({
    run: folder.path,
    manifest,
    examples,
    scorers: views,
    analysis,
    ...countFailures(failures),
  });
  const summary = task ? withOwnMetrics(computed, task, views) : computed;
  writeDiffusionScores(outcome, summary);
  writeDecisions(outcome);
  writeAtomically(folder.summaryFile, `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

/** Scores of the diffusion scorers in Winoground's form: derived from the trials, so written anew at every end. */
function writeDiffusionScores({ folder, examples, views, analysis }: Outcome, summary: Summary): void {
  for (const [name, view] of views) {
    if (view.kind !== 'diffusion') continue;
    const { primary } = summary.scorers[name]!;
    const lines = examples.map(({ id }, index) => {
      const scores = scoresOf(view, index, analysis);
      return scores
        ? scoreLines(id, (primary === 'normalized' ? scores.normalized : undefined) ?? scores.raw)
        : '';
    });
    writeAtomically(folder.scoresFile(name), lines.join(''));
  }
}

/** What a stopping rule decided, example by example: derived from the trials, so written anew at every end. */
function writeDecisions({ folder, examples, views }: Outcome): void {
  const lines: string[] = [];
  for (const [scorer, view] of views) {
    if (view.kind !== 'diffusion' || !view.stop) continue;
    const { rule } = view.stop;
    const level = view.stop.rule === 'stages' ? {} : { alpha: view.stop.alpha };
    for (const [index, { id }] of examples.entries()) {
      const trials = view.results.trialsOf(index);
      const end = Math.max(...trials);
      const left = view.results.store
        .pairs(index)
        .flatMap(({ image, caption }, slot) => (trials[slot]! < end ? [[image, caption, trials[slot]]] : []));
      const decision = view.results.decision(index);
      if (!decision && (left.length === 0 || !view.results.isDone(index))) continue;
      const told = { trials: end, metrics: {}, ...decision, ...(left.length > 0 && { left }) };
      lines.push(`${JSON.stringify({ scorer, example: id, rule, ...level, ...told })}\n`);
    }
  }
  if (lines.length > 0) writeAtomically(folder.decisionsFile, lines.join(''));
}
