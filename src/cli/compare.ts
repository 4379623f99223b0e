/** `winoscope compare`: two stored runs of one task. */

import { COMPARISON_COLUMNS, comparisonParts, comparisonRows } from '../report/comparison-parts.ts';
import { runNames } from '../report/report-parts.ts';
import { csvOf } from '../report/tables.ts';
import { compareRuns, type ScorerPair } from '../run/compare-runs.ts';
import { openRun, type StoredRun } from '../run/open-run.ts';
import type { CompareFlags } from './compare-command.ts';
import { analysisOf } from './options.ts';
import { printTables } from './table-formats.ts';

/** Carries out `winoscope compare`; see `docs/reports.md`. @throws WinoscopeError for what the user can mend. */
export async function compareStored(a: string, b: string, flags: CompareFlags): Promise<void> {
  const { format } = flags;
  const runs = [openRun(a), openRun(b)] as const;
  const comparison = compareRuns(...runs, {
    analysis: analysisOf(flags),
    pairs: flags.scorer?.map(pairOf),
  });
  const [first, second] = runNames([a, b]) as [string, string];
  const names =
    first === second ? { a: `${first} (first)`, b: `${second} (second)` } : { a: first, b: second };
  if (format === 'html') {
    const { htmlCompare, printPage } = await import('./html-page.ts');
    const opened = (stored: StoredRun, run: string) => ({
      run,
      stored,
      summary: stored.summarize(comparison.analysis),
    });
    const page = await htmlCompare([opened(runs[0], names.a), opened(runs[1], names.b)], comparison, flags);
    printPage(page, flags, 'the comparison');
    return;
  }
  printTables(
    {
      title: `${names.a} and ${names.b}`,
      parts: () => comparisonParts(comparison, { names, most: flags.examples }),
      csv: () => csvOf(COMPARISON_COLUMNS, comparisonRows(comparison, names)),
      json: comparison,
    },
    { ...flags, format },
    'the comparison',
  );
}

/** `NAME` of both runs, or `NAME:NAME`. */
function pairOf(text: string): ScorerPair {
  const [a = '', b = a] = text.split(':');
  return { a, b };
}
