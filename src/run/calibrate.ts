/** From a stored run to the calibration that `--stop sequential` needs. */

import { UsageError } from '../errors.ts';
import { type Contest, contestsOf, differencesOf } from '../scoring/contests.ts';
import type { Calibration, ErrorSpread, ErrorSpreads } from '../scoring/error-spread.ts';
import { type ContestVariances, fitErrorSpread } from '../scoring/fit-error-spread.ts';
import { meansOfUnits, planOfUnits, trialsOf, unitOf } from '../scoring/plan.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import type { StoredRun } from './open-run.ts';
import type { DiffusionView } from './scorer-view.ts';

/** Examples that a sort of contest is measured on at least. */
const FEWEST = 10;

/**
 * Measures, on the complete examples of a run with at least two noises per timestep, how differences of errors scatter.
 * Sorts of contest that the run does not have take the spread of those it has, captions' first.
 * @param scorer name of a diffusion scorer of the run; by default the only one.
 * @throws UsageError where the run has no such scorer, one noise per timestep only, or too few examples.
 */
export function calibrate(run: StoredRun, scorer?: string): Calibration {
  const [name, view] = diffusionScorerOf(run, scorer);
  const { plan, results } = view;
  const where = `scorer "${name}" of ${run.folder.path}`;
  const noises = trialsOf(plan) / plan.timesteps.length / unitOf(plan);
  if (noises < 2) {
    throw new UsageError({
      what: 'the run has one noise per timestep, which cannot tell noise from the timestep',
      where,
      fix: 'Score with --stop none --repeats 4; 2 is the least.',
    });
  }
  if (view.stop) {
    throw new UsageError({
      what: 'the run stopped examples early, and those that went on are not like the others',
      where,
      fix: 'Score with --stop none.',
    });
  }
  const identity = run.manifest.identity.scorers[name]!;
  const uncond = identity.kind === 'diffusion' ? identity.uncond : 'auto';
  const found: Record<Contest['over'], ContestVariances[]> = { captions: [], images: [], matchings: [] };
  const complete = [...run.examples.keys()].filter(
    (index) => results.store.done(index) === plan.trials.length,
  );
  if (complete.length < FEWEST) {
    throw new UsageError({
      what: 'too few examples to calibrate on',
      where,
      expected: `at least ${FEWEST} with the whole plan evaluated`,
      got: `${complete.length}`,
    });
  }
  const examples = { captions: 0, images: 0, matchings: 0 };
  for (const index of complete) {
    const contests = contestsOf(run.examples[index]!, uncond);
    for (const contest of contests) found[contest.over].push(variancesOf(view, index, contest));
    for (const over of new Set(contests.map((contest) => contest.over))) examples[over]++;
  }
  // A sort of contest that few examples have would look as if contests never differed in scale.
  const measure = (over: Contest['over']) =>
    examples[over] < FEWEST ? undefined : fitErrorSpread(found[over]);
  const fitted = {
    captions: measure('captions'),
    images: measure('images'),
    matchings: measure('matchings'),
  };
  const any = fitted.captions ?? fitted.images ?? fitted.matchings;
  if (!any)
    throw new UsageError({ what: 'nothing varies in this run', where, fix: 'Score a task with truths.' });
  const orAny = (spread: ErrorSpread | undefined) => spread ?? any;
  const spread: ErrorSpreads = {
    captions: orAny(fitted.captions),
    images: orAny(fitted.images),
    matchings: orAny(fitted.matchings),
  };
  return {
    format: 1,
    kind: 'error-spread',
    spread,
    from: {
      task: run.manifest.identity.task.name,
      examples: complete.length,
      timesteps: plan.timesteps.length,
      repeats: noises,
      seed: plan.seed,
      normalized: uncond !== 'never',
      ...(plan.antithetic && { antithetic: true as const }),
    },
  };
}

/** Per timestep, the variance of a contest's difference between its noises. */
function variancesOf({ plan, results }: DiffusionView, index: number, contest: Contest): ContestVariances {
  const differences = differencesOf(contest, plan.trials.length, (slot) =>
    results.store.values(index, slot, 'mse'),
  );
  const byTimestep = new Map<number, number[]>(plan.timesteps.map((t) => [t, []]));
  const means = meansOfUnits(plan, differences);
  for (const [k, { timestep }] of planOfUnits(plan).trials.entries())
    byTimestep.get(timestep)!.push(means[k]!);
  const variances = [...byTimestep.values()].map((list) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    return list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
  });
  return {
    timesteps: plan.timesteps,
    variances,
    dof: planOfUnits(plan).trials.length / plan.timesteps.length - 1,
  };
}
