/** Reports and comparisons as HTML: loaded only when one is asked for. */

import { UsageError } from '../errors.ts';
import type { PageRun } from '../report/html/columns.ts';
import { MOST_LIMITED } from '../report/html/pictures.ts';
import { reportPage } from '../report/html/report-page.ts';
import { storedRunModel } from '../report/stored-run-model.ts';
import { openRun } from '../run/open-run.ts';
import type { Analysis } from '../run/summary-schema.ts';

export interface PageFlags {
  /** `--embed-images`. */
  embedImages?: number;
}

/**
 * The page of one run or of several runs of a task.
 * @throws UsageError where images are asked for that the task's licence keeps out of copies, or tasks differ.
 */
export function htmlReport(
  paths: readonly string[],
  analysis: Analysis,
  { embedImages }: PageFlags,
): Promise<string> {
  const runs = [...new Set(paths)].map((path) => pageRun(path, analysis));
  for (const run of runs) checkTerms(run, embedImages);
  return reportPage(runs, embedImages === undefined ? {} : { images: embedImages });
}

/** A run as pages want it. */
export function pageRun(path: string, analysis: Analysis): PageRun {
  const stored = openRun(path);
  return { stored, model: storedRunModel(stored, analysis), summary: stored.summarize(analysis) };
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
