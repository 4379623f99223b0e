/** The flags of `winoscope merge`. What it does is loaded when it is called. */

import type { Command } from 'commander';
import { addAnalysisFlags, type SharedFlags } from './options.ts';

export interface MergeFlags extends Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'> {
  out?: string;
  allowMixed?: boolean;
  partial?: boolean;
  removeShards?: boolean;
  task?: string;
  json?: boolean;
  /** Whether any flag about losses and weights was given. */
  analysisGiven?: boolean;
}

/** Adds `merge` to the program. */
export function addMergeCommand(program: Command): void {
  const command = program
    .command('merge')
    .description('put the shards of a run together, after proving that they are one run and all of it')
    .argument(
      '<runs...>',
      'a run folder with shards, or several from several machines; the first takes the result',
    )
    .option('--out <dir>', 'run folder that takes the result (default: the first)')
    .option('--partial', 'merge what is there by now, though some is missing or still being computed')
    .option('--allow-mixed', 'parts may have been computed on different hardware or with other call settings')
    .option('--remove-shards', 'remove "shards" once all that is in it is in the run')
    .option('--task <task>', 'the task again, where it brings metrics as code')
    .option('--json', 'print the summary as JSON on stdout and nothing else there');
  addAnalysisFlags(command).action(async (runs: string[], flags: MergeFlags) => {
    const analysisGiven = ['loss', 'errorSpace', 'weighting'].some(
      (name) => command.getOptionValueSource(name) === 'cli',
    );
    await (await import('./merge.ts')).merge(runs, { ...flags, analysisGiven });
  });
}
