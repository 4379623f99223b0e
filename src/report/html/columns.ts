/** The scorers that a page sets side by side, of one run or of several runs of a task. */

import { UsageError } from '../../errors.ts';
import type { StoredRun } from '../../run/open-run.ts';
import type { ScorerSummary, Summary } from '../../run/summary-schema.ts';
import type { RunModel, ScorerInfo } from '../run-model.ts';

/** A run with all that a page tells of it. */
export interface PageRun {
  /** As reports call it; unique among the runs of a page. */
  name: string;
  stored: StoredRun;
  model: RunModel;
  summary: Summary;
}

/** A scorer of a run. */
export interface Column {
  run: PageRun;
  scorer: string;
  kind: ScorerInfo['kind'];
  /** Its name on the page, unique there. */
  label: string;
  numbers: ScorerSummary;
}

/**
 * All scorers of the runs, in their order. A name that two runs have gets its run's before it.
 * @throws UsageError where the runs are of different tasks.
 */
export function columnsOf(runs: readonly PageRun[]): Column[] {
  const [first, ...others] = runs;
  const stranger = others.find(
    ({ stored }) => stored.manifest.identity.task.hash !== first?.stored.manifest.identity.task.hash,
  );
  if (first && stranger) {
    throw new UsageError({
      what: 'one page cannot hold runs of different tasks',
      where: stranger.model.path,
      expected: `the task of ${first.model.path}, "${first.model.task.name}"`,
      got: `"${stranger.model.task.name}", or another version of it`,
      fix: 'Make a page for each.',
    });
  }
  const names = runs.flatMap(({ model }) => model.scorers.map(({ name }) => name));
  const isTwice = (name: string) => names.filter((other) => other === name).length > 1;
  return runs.flatMap((run) =>
    run.model.scorers.map(({ name, kind }) => ({
      run,
      scorer: name,
      kind,
      label: isTwice(name) ? `${run.name}: ${name}` : name,
      numbers: run.summary.scorers[name]!,
    })),
  );
}

/** A summary of the columns alone, under their labels: what functions that read summaries need of several runs. */
export function summaryOf(columns: readonly Column[]): Summary {
  return {
    ...columns[0]!.run.summary,
    scorers: Object.fromEntries(columns.map(({ label, numbers }) => [label, numbers])),
  };
}
