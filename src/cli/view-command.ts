/** The flags of `winoscope view`. What it does is loaded when it is called. */

import type { Command } from 'commander';
import { addAnalysisFlags, type SharedFlags } from './options.ts';

export interface ViewFlags extends Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'> {
  plain?: boolean;
  screenReader?: boolean;
}

/** Adds `view` to the program. */
export function addViewCommand(program: Command): void {
  const command = program
    .command('view')
    .description('look at stored runs: examples, pairs, scorers and runs compared; needs no model')
    .argument('[runs...]', 'run folders; none: choose among those in ./runs');
  addAnalysisFlags(command)
    .option('--plain', 'print the tables instead of opening the dashboard')
    .option('--screen-reader', 'linear text instead of screens')
    .action(async (paths: string[], flags: ViewFlags) => (await import('./view.ts')).view(paths, flags));
}
