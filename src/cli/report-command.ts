/** The flags of `winoscope report`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { addAnalysisFlags, atLeast, type SharedFlags } from './options.ts';
import { addPresetFlag, type PresetFlags, withPreset } from './preset-flags.ts';

export interface ReportFlags extends Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'>, PresetFlags {
  format: 'json' | 'md' | 'html';
  embedImages?: number;
  output?: string;
  probabilities?: string;
  prior?: string;
  confidence?: string;
}

/** Adds `report` to the program. */
export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('the numbers of a stored run; needs no model')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--format <name>', 'json, md or html').choices(['json', 'md', 'html']).default('md'),
    )
    .option('--output <file>', 'write there instead of to stdout')
    .option(
      '--embed-images <n>',
      'html: at most so many images, and of data with limited licences any at all (default: all small copies of free ones)',
      atLeast(0),
    )
    .option(
      '--probabilities <file>',
      'also write p(caption | image) there, a line per image, where a temperature can be fitted',
    )
    .option(
      '--prior <file>',
      'with --probabilities: JSON that gives each caption a weight, as in {"a cat": 3, "a dog": 1} (default: all equal)',
    )
    .option(
      '--confidence <file>',
      'also write there, a line per image, how many trials it took to decide and the confidence that follows',
    );
  addPresetFlag(
    addAnalysisFlags(command),
    'loss, error space and weighting of a published rule, where they are not given; what was evaluated stays',
  ).action(async (path: string, flags: ReportFlags) =>
    (await import('./report.ts')).report(path, withPreset(flags, command)),
  );
}
