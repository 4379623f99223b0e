/** The flags of `winoscope fit-weights`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { SCORE_LOSSES, type ScoreLoss } from '../diffusion/denoising-error.ts';
import { ERROR_SPACES, type ErrorSpace } from '../scoring/error-space.ts';
import { atLeast } from './options.ts';

export interface FitWeightsFlags {
  scorer?: string;
  loss: ScoreLoss;
  errorSpace: ErrorSpace;
  buckets: number;
  output?: string;
}

/** Adds `fit-weights` to the program. */
export function addFitWeightsCommand(program: Command): void {
  program
    .command('fit-weights')
    .description('fit weights of the timesteps on a stored run, for --weighting')
    .argument('<run>', 'a run folder')
    .option('--scorer <name>', 'which diffusion scorer of the run (default: the only one)')
    .addOption(
      new Option('--loss <name>', 'which stored error is weighted').choices(SCORE_LOSSES).default('mse'),
    )
    .addOption(
      new Option('--error-space <name>', 'space of the error').choices(ERROR_SPACES).default('native'),
    )
    .option('--buckets <n>', 'groups of timesteps with a weight each', atLeast(2), 20)
    .option('--output <file>', 'write there instead of to stdout')
    .action(async (path: string, flags: FitWeightsFlags) =>
      (await import('./fit-weights.ts')).fitRunWeights(path, flags),
    );
}
