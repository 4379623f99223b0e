/** The flags of `winoscope paper`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { atLeast } from './options.ts';

export interface PaperFlags {
  out: string;
  format: 'html' | 'text' | 'md' | 'latex' | 'csv' | 'json';
  output?: string;
  quick?: boolean;
  limit?: number;
  quiet?: boolean;
}

/** Adds `paper` to the program. */
export function addPaperCommand(program: Command): void {
  program
    .command('paper')
    .description(
      "the paper's comparisons on the embedded world: baselines, CLIP, ablations, the supervised model",
    )
    .option(
      '--out <dir>',
      'folder of the runs and of the report; what is there already is not scored again',
      'paper',
    )
    .addOption(
      new Option('--format <name>', 'form of the report')
        .choices(['html', 'text', 'md', 'latex', 'csv', 'json'])
        .default('html'),
    )
    .option('--output <file>', 'write the report there (default: in the folder)')
    .option('--quick', 'few examples and trials, to see the form in a minute or two; the report says so')
    .option('--limit <n>', 'only the first n examples of every task; the report says so', atLeast(1))
    .option('--quiet', 'no progress')
    .action(async (flags: PaperFlags) => (await import('./paper.ts')).paper(flags));
}
