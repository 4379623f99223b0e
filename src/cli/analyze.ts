/** `winoscope analyze`: a stored run's errors under other settings, as a table of variants. */

import { ANALYSIS_COLUMNS, analysisParts, analysisRows } from '../report/analysis-tables.ts';
import { runNames } from '../report/report-parts.ts';
import { csvOf } from '../report/tables.ts';
import { analyze } from '../run/analyze.ts';
import { openRun } from '../run/open-run.ts';
import type { AnalyzeFlags } from './analyze-command.ts';
import { readWeighting } from './options.ts';
import { printTables } from './table-formats.ts';

/** Carries out `winoscope analyze`; see `docs/analysis.md`. @throws WinoscopeError for what the user can mend. */
export function analyzeRun(path: string, flags: AnalyzeFlags): void {
  const { scorer, loss, errorSpace, weighting, normalization, timesteps, trials, seed, buckets } = flags;
  const weightings = weighting?.map((name) => (name === 'learned' ? name : readWeighting(name)));
  const analysis = analyze(openRun(path), {
    scorer,
    buckets,
    ...(loss && { losses: loss }),
    ...(errorSpace && { errorSpaces: errorSpace }),
    ...(weightings && { weightings }),
    ...(normalization && { normalizations: normalization }),
    ...(timesteps && { timesteps }),
    ...(trials && { trials }),
    ...(seed && { seeds: seed }),
  });
  const [name] = runNames([path]) as [string];
  printTables(
    {
      title: `${name} under other settings`,
      parts: () => analysisParts(analysis),
      csv: () => csvOf(ANALYSIS_COLUMNS, analysisRows(analysis, name)),
      json: analysis,
    },
    flags,
    'the analysis',
  );
}
