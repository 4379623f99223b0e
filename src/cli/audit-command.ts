/** The flags of `winoscope audit`. What it does is loaded when it is called. */

import type { Command } from 'commander';
import { atLeast, repeatable } from './options.ts';

export interface AuditFlags {
  trials: number;
  seed: number;
  /** `--no-replay` */
  replay: boolean;
  task?: string;
  data?: string;
  images?: string[];
  classes?: string;
  template?: string[];
  json?: boolean;
}

/** Adds `audit` to the program. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('check that the numbers of a stored run are what its data and its models give')
    .argument('<run>', 'a run folder')
    .option(
      '--trials <k>',
      'trials of each diffusion model, and examples of each CLIP model, that are computed again',
      atLeast(1),
      8,
    )
    .option('--seed <n>', 'which ones, by chance', atLeast(0), 0)
    .option('--no-replay', 'compute nothing again')
    .option('--task <task>', 'the task, where it is not where the run was made')
    .option('--data <dir>', 'data of a task that comes without')
    .option('--images <dir>', "folder of a benchmark's pictures (repeatable)", repeatable)
    .option('--classes <file>', 'classification: names of the classes')
    .option('--template <text>', 'classification: the caption of a class (repeatable)', repeatable)
    .option('--json', 'print the checks as JSON')
    .action(async (path: string, flags: AuditFlags) => (await import('./audit.ts')).audit(path, flags));
}
