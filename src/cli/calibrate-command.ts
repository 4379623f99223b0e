/** The flags of `winoscope calibrate`. What it does is loaded when it is called. */

import type { Command } from 'commander';

export interface CalibrateFlags {
  scorer?: string;
  output?: string;
}

/** Adds `calibrate` to the program. */
export function addCalibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description('measure, from a stored run with --repeats 2 or more, what --stop sequential needs to know')
    .argument('<run>', 'a run folder')
    .option('--scorer <name>', 'which diffusion scorer of the run (default: the only one)')
    .option(
      '--output <file>',
      'write there instead of to stdout; as calibration.json in the model folder it is found',
    )
    .action(async (path: string, flags: CalibrateFlags) =>
      (await import('./calibrate.ts')).calibrateRun(path, flags),
    );
}
