/** Weights of the timesteps, fitted on a stored run, as the file that `--weighting` takes. */

import { verdict } from '../metrics/evaluate.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import { type ErrorReading, type FittedWeights, readingOf, weightAt } from '../scoring/weighting.ts';
import { type CrossFitOptions, crossFit } from './cross-fit.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import type { StoredRun } from './open-run.ts';
import { type DiffusionView, toMatrix } from './scorer-view.ts';
import { selectTrials } from './trial-reader.ts';

export interface FitOptions extends CrossFitOptions {
  scorer?: string | undefined;
}

/**
 * Fits weights on the examples that have the whole plan, and counts what they do for examples that they were not fitted on.
 * @throws UsageError where the run has no such scorer, and as `crossFit`.
 */
export function fitWeights(run: StoredRun, options: FitOptions): FittedWeights {
  const [scorer, view] = diffusionScorerOf(run, options.scorer);
  const { points, ridge, folds, heldOut } = crossFit(
    { run, scorer, view, reader: selectTrials(view, {}) },
    options,
  );
  const tallies = { uniform: new Tally(run, view, options), fitted: new Tally(run, view, options) };
  for (const [index, own] of heldOut) {
    tallies.uniform.add(index, () => 1);
    tallies.fitted.add(index, (t) => weightAt({ points: own }, t));
  }
  return {
    format: 1,
    kind: 'timestep-weights',
    loss: options.loss,
    errorSpace: options.errorSpace,
    points,
    from: {
      task: run.manifest.identity.task.name,
      examples: heldOut.size,
      folds,
      ridge,
      heldOut: { uniform: tallies.uniform.counts(), fitted: tallies.fitted.counts() },
    },
  };
}

/** Right verdicts by metric under some weights. */
class Tally {
  readonly #run: StoredRun;
  readonly #view: DiffusionView;
  readonly #reading: Pick<ErrorReading, 'loss' | 'errorSpace'>;
  readonly #counts: Record<string, { correct: number; count: number }> = {};

  constructor(run: StoredRun, view: DiffusionView, reading: Pick<ErrorReading, 'loss' | 'errorSpace'>) {
    this.#run = run;
    this.#view = view;
    this.#reading = reading;
  }

  add(index: number, weight: (timestep: number) => number): void {
    const { plan, schedule, results } = this.#view;
    const { factor } = readingOf(schedule, this.#reading);
    const scores = scoreExample(plan, results.errors(index, this.#reading.loss), {
      factor: (t) => factor(t) * weight(t),
    });
    for (const [metric, isRight] of Object.entries(verdict(toMatrix(scores, this.#run.examples[index]!)))) {
      this.#counts[metric] ??= { correct: 0, count: 0 };
      this.#counts[metric].count++;
      if (isRight) this.#counts[metric].correct++;
    }
  }

  counts(): Record<string, { correct: number; count: number }> {
    return this.#counts;
  }
}
