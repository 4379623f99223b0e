/** Scoring one ad-hoc example without a run folder. */

import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { InputError } from '../errors.ts';
import { TrialStore } from '../results/trial-store.ts';
import { trialValues } from '../results/trial-values.ts';
import { type ExampleScores, scoreExample, trialWeights } from '../scoring/aggregate.ts';
import type { Example } from '../scoring/example.ts';
import { makePlan } from '../scoring/plan.ts';
import type { ScorerOutput } from '../scoring/scorer.ts';
import { type ErrorReading, readingOf } from '../scoring/weighting.ts';
import type { TrialErrors } from './pair-confidence.ts';
import type { PreparedScorer } from './settings.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ScorePairsOptions extends ErrorReading {
  signal?: AbortSignal;
  /** Told after every model call. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Scores of all pairs of one example by one scorer; of diffusion also the errors that they are made of.
 * @throws WorkerError, InputError as a run does.
 */
export async function scorePairs(
  example: Example,
  { settings }: PreparedScorer,
  options: ScorePairsOptions,
): Promise<ExampleScores & { trials?: TrialErrors }> {
  const pool = new WorkerPool(settings, 1);
  let scores: number[][] | undefined;
  let failure: string | undefined;
  const plan = settings.kind === 'diffusion' ? makePlan(settings.plan) : undefined;
  const store =
    plan && settings.kind === 'diffusion'
      ? new TrialStore({
          examples: [example],
          plan,
          uncond: settings.uncond,
          elements: settings.description.latent.reduce((product, side) => product * side, 1),
          bound: settings.description.learnsWidth ?? false,
        })
      : undefined;
  let evaluated = 0;
  const accept = (output: ScorerOutput) => {
    if (output.type === 'failed') failure = output.message;
    if (output.type === 'scores') scores = output.scores;
    if (output.type !== 'trials' || !store || !plan) return;
    for (let r = 0; r < output.index.length; r++) {
      store.put(0, 0, {
        pair: { image: output.image[r]!, caption: output.caption[r]! },
        trial: output.trial[r]!,
        values: trialValues(output, r),
      });
    }
    evaluated += output.index.length;
    options.onProgress?.(evaluated, store.pairs(0).length * plan.trials.length);
  };
  try {
    await pool.ready();
    await pool.run([[{ index: 0, example, start: 0 }]], accept, options.signal);
  } finally {
    await pool.close();
  }
  if (failure !== undefined) throw new InputError({ what: failure.replace(/\.$/, '') });
  if (scores) return { raw: scores };
  if (settings.kind !== 'diffusion' || !plan || !store) throw new Error('a scorer gave no scores');
  const reading = readingOf(noiseSchedule(settings.description.schedule), options);
  const errors = store.errors(0, options.loss);
  const { pairs, unconditional } = errors;
  const trials = {
    plan,
    pairs,
    weights: trialWeights(plan, reading),
    ...(unconditional && { unconditional }),
  };
  return { ...scoreExample(plan, errors, reading), trials };
}
