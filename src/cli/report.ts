/** `winoscope report`: a stored run's numbers as JSON or Markdown. */

import { lstatSync, writeFileSync } from 'node:fs';
import { messageOf, ResultsError } from '../errors.ts';
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
  else writeOutput(output, text);
}

/** Replaces a regular file as a whole; a device, pipe or link is written through, never replaced. */
function writeOutput(path: string, text: string): void {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there && !there.isFile()) writeFileSync(path, text);
    else writeAtomically(path, text);
  } catch (error) {
    const cause = error instanceof ResultsError ? error.cause : error;
    throw new ResultsError({
      what: 'cannot write the report',
      where: path,
      got: messageOf(cause),
      fix: 'Choose another --output.',
      cause,
    });
  }
}
