/** Reports and comparisons as HTML: loaded only when one is asked for. */

import { publishedRows } from '../../tasks/winoground/published.ts';
import { UsageError } from '../errors.ts';
import type { PageRun } from '../report/html/columns.ts';
import { comparePage } from '../report/html/compare-page.ts';
import { MOST_LIMITED } from '../report/html/pictures.ts';
import { reportPage } from '../report/html/report-page.ts';
import { publishedFor } from '../report/published.ts';
import { storedRunModel } from '../report/stored-run-model.ts';
import type { RunComparison } from '../run/compare-runs.ts';
import type { StoredRun } from '../run/open-run.ts';
import type { Analysis, Summary } from '../run/summary-schema.ts';
import { printOrWrite } from './output.ts';

export interface PageFlags {
  /** `--embed-images`. */
  embedImages?: number;
  /** `--published`, `--no-published`; by default of the task that they belong to. */
  published?: boolean;
}

/** An opened run with its numbers. */
export interface OpenedRun {
  /** The name that reports give it. */
  run: string;
  stored: StoredRun;
  summary: Summary;
}

/**
 * The page of one run or of several runs of a task.
 * @throws UsageError where images are asked for that the task's licence keeps out of copies, or tasks differ.
 */
export function htmlReport(
  opened: readonly OpenedRun[],
  analysis: Analysis,
  { embedImages, published }: PageFlags,
): Promise<string> {
  const runs = opened.map((one) => pageRun(one, analysis));
  for (const run of runs) checkTerms(run, embedImages);
  const isOwn = runs.some(({ summary }) => publishedFor(summary).length > 0);
  return reportPage(runs, {
    ...(embedImages !== undefined && { images: embedImages }),
    published: published || (published === undefined && isOwn) ? publishedRows() : [],
  });
}

/**
 * The page of a comparison.
 * @throws UsageError as `htmlReport`.
 */
export function htmlCompare(
  [a, b]: readonly [OpenedRun, OpenedRun],
  comparison: RunComparison,
  { embedImages }: PageFlags,
): Promise<string> {
  const { analysis } = comparison;
  const runs = [pageRun(a, analysis), pageRun(b, analysis)] as const;
  for (const run of runs) checkTerms(run, embedImages);
  return comparePage(runs, comparison, embedImages === undefined ? {} : { images: embedImages });
}

/**
 * Writes a page where the flags say.
 * @throws UsageError where another form is asked for too; ResultsError as `writeOutput`.
 */
export function printPage(
  text: string,
  { json, output }: { json?: boolean; output?: string },
  what: string,
): void {
  if (json) throw new UsageError({ what: 'two forms are asked for', got: '--json and --format html' });
  printOrWrite(output, text, what);
}

/** A run as pages want it. */
export function pageRun({ run, stored, summary }: OpenedRun, analysis: Analysis): PageRun {
  return { name: run, stored, model: storedRunModel(stored, analysis), summary };
}

/** @throws UsageError */
export function checkTerms({ model }: PageRun, images: number | undefined): void {
  if (!images) return;
  const { redistribution, title } = model.task;
  if (redistribution === 'none')
    throw new UsageError({
      what: `captions and images of "${title}" may not be copied`,
      where: '--embed-images',
      fix: 'Leave it out: the page then holds ids and scores.',
    });
  if (redistribution === 'limited' && images > MOST_LIMITED)
    throw new UsageError({
      what: `the licence of "${title}" allows few copies of its images`,
      where: '--embed-images',
      expected: `at most ${MOST_LIMITED}`,
      got: `${images}`,
    });
}
