/** The flags of `winoscope report`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { addAnalysisFlags, addEmbedFlag, type SharedFlags } from './options.ts';
import { addPresetFlag, type PresetFlags, withPreset } from './preset-flags.ts';

/** The forms of a report. */
export const REPORT_FORMATS = ['text', 'md', 'html', 'latex', 'csv', 'json'] as const;

export interface ReportFlags extends Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'>, PresetFlags {
  format: (typeof REPORT_FORMATS)[number];
  embedImages?: number;
  output?: string;
  published?: boolean;
  probabilities?: string;
  prior?: string;
  confidence?: string;
}

/** Adds `report` to the program. */
export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('the numbers of stored runs, for a terminal, a page, a paper or a script; needs no model')
    .argument('<runs...>', 'run folders; several stand in one table')
    .addOption(
      new Option(
        '--format <name>',
        'text, md, html (a page with plots and examples), latex (booktabs), csv (a score per row) or json',
      )
        .choices(REPORT_FORMATS)
        .default('md'),
    )
    .option('--output <file>', 'write there instead of to stdout')
    .option('--published', "also Winoground's published scores, each with its source (default: of that task)")
    .option('--no-published', 'leave them out')
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
    addEmbedFlag(addAnalysisFlags(command)),
    'loss, error space and weighting of a published rule, where they are not given; what was evaluated stays',
  ).action(async (paths: string[], flags: ReportFlags) =>
    (await import('./report.ts')).report(paths, withPreset(flags, command)),
  );
}
