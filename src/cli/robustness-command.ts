/** The flags of `winoscope robustness`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { addAnalysisFlags, repeatable, type SharedFlags } from './options.ts';
import { addTableFlags, type PageTableFlags } from './table-formats.ts';

export interface RobustnessFlags
  extends PageTableFlags,
    Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'> {
  id?: string[];
  shifted?: string[];
  metric?: MetricName;
  baseline?: string[];
  percent?: boolean;
}

/** Adds `robustness` to the program. */
export function addRobustnessCommand(program: Command): void {
  const command = program
    .command('robustness')
    .description('effective robustness: how far models lie above the line of others between two sets')
    .argument('[files...]', 'CSV of model,id_accuracy,ood_accuracy[,id_count,ood_count,group]')
    .option('--id <run>', 'a run on the set as it is (repeatable, with as many --shifted)', repeatable)
    .option('--shifted <run>', 'the run of the same models on the shifted set (repeatable)', repeatable)
    .addOption(
      new Option('--metric <name>', 'of the runs (default: accuracy, or the first that they share)').choices(
        metricNames,
      ),
    )
    .option(
      '--baseline <list>',
      'groups or models that the line is fitted to (default: those of a CSV whose group is "baseline" or "standard", else all of it; of runs alone all scorers but diffusion)',
      (text: string) => text.split(',').map((part) => part.trim()),
    )
    .option('--percent', 'the numbers of the CSV are percent');
  addTableFlags(addAnalysisFlags(command), 'the figure').action(
    async (files: string[], flags: RobustnessFlags) =>
      (await import('./robustness.ts')).robustness(files, flags),
  );
}
