/** The flags of `winoscope import`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { repeatable } from './options.ts';

export interface ImportFlags {
  task: string;
  data?: string;
  images?: string[];
  classes?: string;
  template?: string[];
  out?: string;
  onError: 'stop' | 'skip';
  offline?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `import` to the program. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('judge scores that another program computed, as a run of their own')
    .argument('<[name=]file...>', 'files of scores: lines {"label":"<id>_c0_i0","score":x}, or CSV')
    .requiredOption('--task <task>', 'name of the task that they are of, or a probe folder')
    .option('--data <dir|ref>', 'data of a task that comes without')
    .option(
      '--images <dir>',
      "folder of a benchmark's pictures, where --data has none (repeatable)",
      repeatable,
    )
    .option('--classes <file>', 'classification: names of the classes')
    .option('--template <text>', 'classification: the caption of a class (several take turns)', repeatable)
    .option('--out <dir>', 'run folder (default: runs/<task>-<identity>)')
    .addOption(
      new Option('--on-error <what>', 'an example without scores').choices(['stop', 'skip']).default('stop'),
    )
    .option('--offline', "no connection: a task's data must be in the Hub's cache")
    .option('--json', 'print the summary as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .action(async (files: string[], flags: ImportFlags) =>
      (await import('./import.ts')).importScores(files, flags),
    );
}
