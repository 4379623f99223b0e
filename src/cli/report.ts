/** `winoscope report`: a stored run's numbers as JSON or Markdown. */

import { markdown } from '../report/markdown.ts';
import { writeAtomically } from '../results/run-folder.ts';
import { openRun } from '../run/open-run.ts';
import { analysisOf } from './options.ts';
import type { ReportFlags } from './report-command.ts';

/** Carries out `winoscope report`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export function report(path: string, flags: ReportFlags): void {
  const { format, output } = flags;
  const summary = openRun(path).summarize(analysisOf(flags));
  const text = format === 'json' ? `${JSON.stringify(summary, null, 2)}\n` : markdown(summary);
  if (output === undefined) process.stdout.write(text);
  else writeAtomically(output, text);
}
