import { existsSync } from 'node:fs';
import { ResultsError, UsageError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import { readStoredText } from '../results/read-stored-text.ts';
import { RunFolder } from '../results/run-folder.ts';
import { readExamples } from '../results/stored-examples.ts';
import type { Example } from '../scoring/example.ts';
import { refuseUnmerged } from './divisions.ts';
import { countFailures } from './failures.ts';
import { lostResults, type StoredParts } from './lost-results.ts';
import { openResults } from './open-results.ts';
import { withStoredMetrics } from './own-metrics.ts';
import type { ScorerView } from './scorer-view.ts';
import { readSummary } from './stored-summary.ts';
import { summarize } from './summary.ts';
import type { Analysis, Summary } from './summary-schema.ts';

/** A run as it lies on disk. */
export interface StoredRun extends StoredParts {
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
 * @throws UsageError where the folder holds no run; ResultsError where its files are damaged, or results are missing
 *   that its summary counts.
 */
export function openRun(path: string): StoredRun {
  const { folder, manifest } = readRecord(path);
  const examples = readRunExamples(folder, manifest);
  const last = readSummary(folder);
  const record = { folder, manifest, examples, last };
  const run = { ...record, views: openViews(record) };
  const [lost] = lostResults(run);
  if (lost) throw lost;
  return storedRun(run);
}

/** The folder's manifest. @throws UsageError where it holds no run; ResultsError where run.json is damaged. */
export function readRecord(path: string): { folder: RunFolder; manifest: Manifest } {
  const folder = new RunFolder(path);
  const manifest = folder.readManifest();
  if (!folder.hasResults()) refuseUnmerged(folder);
  if (manifest) return { folder, manifest };
  throw new UsageError({
    what: 'no run in this folder',
    where: path,
    expected: 'a run.json',
    fix: 'Pass a folder that `winoscope score` wrote.',
  });
}

/** The examples of a run. @throws ResultsError where they are missing, damaged, or not as many as the run has. */
export function readRunExamples({ examplesFile: where }: RunFolder, manifest: Manifest): Example[] {
  const fix = 'Run the same `winoscope score` again to write them anew.';
  if (!existsSync(where)) throw new ResultsError({ what: 'the run folder lacks its examples', where, fix });
  const examples = readExamples(readStoredText(where), where);
  const { count } = manifest.identity.task;
  if (examples.length === count) return examples;
  throw new ResultsError({
    what: 'the stored examples are damaged',
    where,
    expected: `${count} records`,
    got: `${examples.length}`,
    fix,
  });
}

/** What the scorers of a manifest have stored, for reading. @throws ResultsError as `openResults` */
export function openViews({
  folder,
  manifest,
  examples,
  last,
}: Omit<StoredParts, 'views'>): Map<string, ScorerView> {
  const seconds = Object.entries(last?.scorers ?? {}).map(([name, scorer]) => [name, scorer.seconds]);
  return openResults({
    folder,
    manifest,
    examples,
    session: 0,
    numerics: settingOf(manifest, last),
    seconds: Object.fromEntries(seconds),
  });
}

/** The numeric setting that decides what counts of unfinished examples: as the last summary was made. */
function settingOf({ numerics }: Manifest, last: Summary | undefined): number {
  return last?.numerics ?? numerics.length - 1;
}

/** A run from its parts. */
export function storedRun(parts: StoredParts): StoredRun {
  const { folder, manifest, examples, views, last } = parts;
  return {
    ...parts,
    summarize: (analysis) =>
      withStoredMetrics(
        last,
        summarize({
          run: folder.path,
          manifest,
          examples,
          scorers: views,
          analysis,
          numerics: settingOf(manifest, last),
          ...countFailures(manifest.about.failures ?? []),
        }),
      ),
  };
}
