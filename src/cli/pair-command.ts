/** The flags of `winoscope pair`. What it does is loaded when it is called. */

import type { Command } from 'commander';
import { addAnalysisFlags, addScoringFlags, type SharedFlags } from './options.ts';
import { addExternalFlags, type OtherFlags } from './other-scorers.ts';
import { addPresetFlag, type PresetFlags, presetsHelp, withPreset } from './preset-flags.ts';

export interface PairFlags extends SharedFlags, OtherFlags, PresetFlags {
  caption: string[];
  strict?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `pair` to the program. */
export function addPairCommand(program: Command): void {
  const command = program
    .command('pair')
    .description('score pictures against captions and print the matrix')
    .argument('<image...>', 'image files')
    .requiredOption('--caption <text>', 'a caption (repeatable)', (text: string, before: string[] = []) => [
      ...before,
      text,
    ]);
  addExternalFlags(addScoringFlags(command));
  addPresetFlag(addAnalysisFlags(command))
    .option('--strict', 'refuse captions that are longer than a model can read')
    .option('--force', 'score words and pictures that a model of a small world cannot know')
    .option('--json', 'print the scores as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .addHelpText('after', presetsHelp())
    .action(async (images: string[], flags: PairFlags) =>
      (await import('./pair.ts')).pair(images, withPreset(flags, command)),
    );
}
