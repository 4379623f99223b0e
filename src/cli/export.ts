/** `winoscope export`: a stored run's scores for other programs. */

import { exportScores } from '../run/export-scores.ts';
import { openRun } from '../run/open-run.ts';
import type { ExportFlags } from './export-command.ts';
import { analysisOf } from './options.ts';
import { printOrWrite } from './output.ts';

/** Carries out `winoscope export`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export function exportRun(path: string, flags: ExportFlags): void {
  const { format, scorer, raw = false, output } = flags;
  const analysis = analysisOf(flags);
  const text = exportScores(openRun(path), {
    format,
    raw,
    analysis,
    ...(scorer !== undefined && { scorer }),
  });
  printOrWrite(output, text, 'the scores');
}
