/** The flags of `winoscope export`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import type { ExportFormat } from '../run/export-scores.ts';
import { addAnalysisFlags, type SharedFlags } from './options.ts';

export interface ExportFlags extends Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'> {
  format: ExportFormat;
  scorer?: string;
  raw?: boolean;
  output?: string;
}

/** Adds `export` to the program. */
export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('the scores of a stored run, pair by pair, for other programs; needs no model')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--format <name>', "jsonl: Winoground's lines; csv: a pair per row; vismin: VisMin's table")
        .choices(['jsonl', 'csv', 'vismin'])
        .default('jsonl'),
    )
    .option('--scorer <name>', 'which scorer, where the run has several')
    .option('--raw', 'scores as they are, where the main ones are normalized')
    .option('--output <file>', 'write there instead of to stdout');
  addAnalysisFlags(command).action(async (path: string, flags: ExportFlags) =>
    (await import('./export.ts')).exportRun(path, flags),
  );
}
