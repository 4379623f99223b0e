/** The flags of `winoscope pull`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';

export interface PullFlags {
  revision?: string;
  type: 'model' | 'dataset';
  include?: string[];
  check?: boolean;
  offline?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `pull` to the program. */
export function addPullCommand(program: Command): void {
  program
    .command('pull')
    .description('fetch a model or data set from the Hugging Face Hub into its cache, and verify it')
    .argument('<ref>', 'ORG/NAME or ORG/NAME@REVISION')
    .option('--revision <name>', 'branch, tag or commit (default: main)')
    .addOption(
      new Option('--type <type>', 'what it is on the Hub').choices(['model', 'dataset']).default('model'),
    )
    .option(
      '--include <glob>',
      'these files instead of those that scoring needs; "*" also stands for slashes (repeatable)',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--check', 'read what the cache holds again and compare it with its hashes; needs no connection')
    .option('--offline', 'no connection: only verify that everything is in the cache')
    .option('--json', 'print what is there as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nThe cache is the one that Python uses (HF_HUB_CACHE, HF_HOME). Gated repositories need HF_TOKEN.',
    )
    .action(async (ref: string, flags: PullFlags) => (await import('./pull.ts')).pullRef(ref, flags));
}
