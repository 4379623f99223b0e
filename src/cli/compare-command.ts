/** The flags of `winoscope compare`. What it does is loaded when it is called. */

import type { Command } from 'commander';
import { addAnalysisFlags, addEmbedFlag, atLeast, repeatable, type SharedFlags } from './options.ts';
import { addTableFlags, type PageTableFlags } from './table-formats.ts';

export interface CompareFlags extends PageTableFlags, Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'> {
  scorer?: string[];
  examples: number;
  embedImages?: number;
}

/** Adds `compare` to the program. */
export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('two runs of one task against each other, example by example; needs no model')
    .argument('<a>', 'a run folder')
    .argument('<b>', 'another one')
    .option(
      '--scorer <name[:name]>',
      'which scorer to compare, or of each run one (repeatable; default: all of the same name)',
      repeatable,
    )
    .option(
      '--examples <n>',
      'examples that are listed where the runs disagree; JSON has all',
      atLeast(0),
      20,
    );
  addTableFlags(addEmbedFlag(addAnalysisFlags(command)), 'plots and examples').action(
    async (a: string, b: string, flags: CompareFlags) =>
      (await import('./compare.ts')).compareStored(a, b, flags),
  );
}
