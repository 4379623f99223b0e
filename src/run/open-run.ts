import { existsSync, readFileSync } from 'node:fs';
import { ResultsError, UsageError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import { RunFolder } from '../results/run-folder.ts';
import { readExamples } from '../results/stored-examples.ts';
import type { Example } from '../scoring/example.ts';
import { refuseUnmerged } from './divisions.ts';
import { countFailures } from './failures.ts';
import { openResults } from './open-results.ts';
import { withStoredMetrics } from './own-metrics.ts';
import type { ScorerView } from './scorer-view.ts';
import { readSummary } from './stored-summary.ts';
import { summarize } from './summary.ts';
import type { Analysis, Summary } from './summary-schema.ts';

/** A run as it lies on disk. */
export interface StoredRun {
  folder: RunFolder;
  manifest: Manifest;
  /** Without pixels; captions only where the task's licence let them be kept. */
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  /** `summary.json` as the last session left it; what was stored since is not in it. */
  last: Summary | undefined;
  /** The numbers under another loss or error space: a moment's work, no model. */
  summarize(analysis: Analysis): Summary;
}

/**
 * Opens a stored run for reading.
 * @throws UsageError where the folder holds no run; ResultsError where its files are damaged.
 */
export function openRun(path: string): StoredRun {
  const folder = new RunFolder(path);
  const manifest = folder.readManifest();
  if (!folder.hasResults()) refuseUnmerged(folder);
  if (!manifest) {
    throw new UsageError({
      what: 'no run in this folder',
      where: path,
      expected: 'a run.json',
      fix: 'Pass a folder that `winoscope score` wrote.',
    });
  }
  if (!existsSync(folder.examplesFile)) {
    throw new ResultsError({ what: 'the run folder lacks its examples', where: folder.examplesFile });
  }
  const examples = readExamples(readFileSync(folder.examplesFile, 'utf8'), folder.examplesFile);
  if (examples.length !== manifest.identity.task.count) {
    throw new ResultsError({
      what: 'the stored examples are damaged',
      where: folder.examplesFile,
      expected: `${manifest.identity.task.count} records`,
      got: `${examples.length}`,
      fix: 'Run the same `winoscope score` again to write them anew.',
    });
  }
  const last = readSummary(folder);
  const seconds = Object.fromEntries(
    Object.entries(last?.scorers ?? {}).map(([name, scorer]) => [name, scorer.seconds]),
  );
  const views = openResults({
    folder,
    manifest,
    examples,
    session: 0,
    numerics: manifest.numerics.length - 1,
    seconds,
  });
  return {
    folder,
    manifest,
    examples,
    views,
    last,
    summarize: (analysis) =>
      withStoredMetrics(
        last,
        summarize({
          run: path,
          manifest,
          examples,
          scorers: views,
          analysis,
          ...countFailures(manifest.about.failures ?? []),
        }),
      ),
  };
}
