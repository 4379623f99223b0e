/** The flags of `winoscope verify`. What it does is loaded when it is called. */

import type { Command } from 'commander';

export interface VerifyFlags {
  data?: string;
  offline?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `verify` to the program. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description("recompute Winoground's published scores from its published score files")
    .option(
      '--data <dir|ref>',
      'a copy of the dataset, or the dataset on the Hub (default: facebook/winoground)',
    )
    .option('--offline', 'no connection: the files must be in the cache')
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'no progress of downloads')
    .action(async (flags: VerifyFlags) => (await import('./verify.ts')).verify(flags));
}
