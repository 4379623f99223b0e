/** What a run leaves at its end beside its trials: scores, decisions and the summary, all derived from what is stored. */

import type { Task } from '../../tasks/task.ts';
import type { Manifest } from '../results/manifest.ts';
import { type RunFolder, writeAtomically } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
import { derivedFiles } from './derived-files.ts';
import { countFailures, type Failure } from './failures.ts';
import { withOwnMetrics } from './own-metrics.ts';
import type { ScorerView } from './scorer-view.ts';
import { writeSummary } from './stored-summary.ts';
import { summarize } from './summary.ts';
import type { Analysis, Summary } from './summary-schema.ts';

/** A run whose results are all in memory. */
export interface Outcome {
  folder: RunFolder;
  manifest: Manifest;
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  analysis: Analysis;
  /** The numeric setting under which the views were opened. */
  numerics: number;
  failures: readonly Failure[];
  /** For metrics that it brings as code. */
  task?: Task;
}

/** Computes and writes scores, decisions and summary. @throws ResultsError where the disk refuses. */
export function writeOutcome(outcome: Outcome): Summary {
  const { folder, manifest, examples, views, analysis, numerics, failures, task } = outcome;
  const computed = summarize({
    run: folder.path,
    manifest,
    examples,
    scorers: views,
    analysis,
    numerics,
    ...countFailures(failures),
  });
  const summary = task ? withOwnMetrics(computed, task, views) : computed;
  for (const [path, text] of derivedFiles(folder, { views, examples, summary })) writeAtomically(path, text);
  writeSummary(folder, summary);
  return summary;
}
