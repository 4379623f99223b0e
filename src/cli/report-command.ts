/** `winoscope report`: a stored run's numbers as JSON or Markdown. */

import { type Command, Option } from 'commander';
import { markdown } from '../report/markdown.ts';
import { writeAtomically } from '../results/run-folder.ts';
import { openRun } from '../run/open-run.ts';
import { addAnalysisFlags, analysisOf, type SharedFlags } from './options.ts';

interface ReportFlags extends Pick<SharedFlags, 'loss' | 'errorSpace'> {
  format: 'json' | 'md';
  output?: string;
}

/** Adds `report` to the program. */
export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('the numbers of a stored run; needs no model')
    .argument('<run>', 'a run folder')
    .addOption(new Option('--format <name>', 'json or md').choices(['json', 'md']).default('md'))
    .option('--output <file>', 'write there instead of to stdout');
  addAnalysisFlags(command).action((path: string, flags: ReportFlags) => {
    const { format, output } = flags;
    const summary = openRun(path).summarize(analysisOf(flags));
    const text = format === 'json' ? `${JSON.stringify(summary, null, 2)}\n` : markdown(summary);
    if (output === undefined) process.stdout.write(text);
    else writeAtomically(output, text);
  });
}
