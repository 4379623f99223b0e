/** The flags of `winoscope analyze`. What it does is loaded when it is called. */

import { type Command, InvalidArgumentError } from 'commander';
import { SCORE_LOSSES, type ScoreLoss } from '../diffusion/denoising-error.ts';
import { NORMALIZATIONS, type Normalization } from '../run/analysis-setting.ts';
import { ERROR_SPACES, type ErrorSpace } from '../scoring/error-space.ts';
import { atLeast, listOf, repeatable } from './options.ts';
import { addTableFlags, type TableFlags } from './table-formats.ts';

export interface AnalyzeFlags extends TableFlags {
  scorer?: string;
  loss?: ScoreLoss[];
  errorSpace?: ErrorSpace[];
  weighting?: string[];
  normalization?: Normalization[];
  timesteps?: string[];
  trials?: number[] | 'curve';
  seed?: number[] | 'each';
  buckets: number;
}

/** Some of a list of names, separated by commas. */
function someOf<T extends string>(names: readonly T[]) {
  return (text: string): T[] =>
    text.split(',').map((part) => {
      const name = names.find((one) => one === part.trim());
      if (name !== undefined) return name;
      throw new InvalidArgumentError(`Expected some of ${names.join(', ')}.`);
    });
}

/** A word that stands for all, or whole numbers separated by commas. */
function wordOr<T extends string>(word: T, least: number) {
  const list = listOf(least);
  return (text: string): T | number[] => (text === word ? word : list(text));
}

/** Adds `analyze` to the program. */
export function addAnalyzeCommand(program: Command): void {
  const command = program
    .command('analyze')
    .description('what a stored run would have scored with other settings; needs no model')
    .argument('<run>', 'a run folder')
    .option('--scorer <name>', 'which diffusion scorer of the run (default: all)')
    .option(`--loss <list>`, `losses: ${SCORE_LOSSES.join(', ')}`, someOf(SCORE_LOSSES))
    .option('--error-space <list>', `spaces of the error: ${ERROR_SPACES.join(', ')}`, someOf(ERROR_SPACES))
    .option(
      '--weighting <list>',
      'weights of the timesteps: uniform, clark2023, learned (fitted here, in folds), files of `winoscope fit-weights`',
      (text: string) => text.split(','),
    )
    .option('--normalization <list>', 'scores: normalized, raw', someOf(NORMALIZATIONS))
    .option(
      '--timesteps <n|list|a:b:step>',
      'some of the stored timesteps: so many spread evenly, a list, or a range (repeatable)',
      repeatable,
    )
    .option('--trials <list|curve>', 'the first so many trials, as in 4,8,16', wordOr('curve', 1))
    .option('--seed <list|each>', 'noise banks, each alone, by their seeds', wordOr('each', 0))
    .option('--buckets <n>', 'learned weights: groups of timesteps with a weight each', atLeast(2), 20);
  addTableFlags(command)
    .addHelpText(
      'after',
      "\nEvery combination of what is listed is a row; what is not listed stays as in the run. Without any list: the run's own\nsetting with one thing changed at a time.",
    )
    .action(async (path: string, flags: AnalyzeFlags) =>
      (await import('./analyze.ts')).analyzeRun(path, flags),
    );
}
