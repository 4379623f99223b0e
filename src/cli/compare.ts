/** `winoscope compare`: two stored runs of one task. */

import { COMPARISON_COLUMNS, comparisonParts, comparisonRows } from '../report/comparison-parts.ts';
import { runNames } from '../report/report-parts.ts';
import { csvOf } from '../report/tables.ts';
import { compareRuns, type ScorerPair } from '../run/compare-runs.ts';
import { openRun } from '../run/open-run.ts';
import type { CompareFlags } from './compare-command.ts';
import { analysisOf } from './options.ts';
import { printTables } from './table-formats.ts';

/** Carries out `winoscope compare`; see `docs/reports.md`. @throws WinoscopeError for what the user can mend. */
export function compareStored(a: string, b: string, flags: CompareFlags): void {
  const comparison = compareRuns(openRun(a), openRun(b), {
    analysis: analysisOf(flags),
    pairs: flags.scorer?.map(pairOf),
  });
  const [first, second] = runNames([a, b]) as [string, string];
  const names =
    first === second ? { a: `${first} (first)`, b: `${second} (second)` } : { a: first, b: second };
  printTables(
    {
      title: `${names.a} and ${names.b}`,
      parts: () => comparisonParts(comparison, { names, most: flags.examples }),
      csv: () => csvOf(COMPARISON_COLUMNS, comparisonRows(comparison, names)),
      json: comparison,
    },
    flags,
    'the comparison',
  );
}

/** `NAME` of both runs, or `NAME:NAME`. */
function pairOf(text: string): ScorerPair {
  const [a = '', b = a] = text.split(':');
  return { a, b };
}
