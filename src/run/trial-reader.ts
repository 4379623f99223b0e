/** Some of a diffusion scorer's stored trials, read as if the plan had no others: fewer timesteps, or one noise bank. */

import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import type { ExampleErrors } from '../scoring/aggregate.ts';
import { type Plan, seedsOf } from '../scoring/plan.ts';
import type { DiffusionView } from './scorer-view.ts';

/** Which trials are read. */
export interface TrialSelection {
  /** Timesteps of the plan; all where absent. */
  timesteps?: readonly number[] | undefined;
  /** Seed of a noise bank; all of them together where absent. */
  seed?: number | undefined;
}

/** The trials selected, with a plan of their own. */
export interface TrialReader {
  plan: Plan;
  schedule: NoiseSchedule;
  /**
   * Errors of one example that is done, over the selected trials. Undefined where the example or one of its pairs was
   * left before any of them.
   */
  errors(index: number, loss: ScoreLoss): ExampleErrors | undefined;
  /** Errors of one pair by its slot, per selected trial; NaN where not evaluated. */
  values(index: number, slot: number, loss: ScoreLoss): Float64Array;
  /** Whether all pairs of an example have all selected trials. */
  isWhole(index: number): boolean;
}

/** Reads the trials of a selection, in the plan's order. */
export function selectTrials(view: DiffusionView, { timesteps, seed }: TrialSelection): TrialReader {
  const { plan, schedule, results } = view;
  const wanted = timesteps && new Set(timesteps);
  const bank = seed === undefined ? undefined : seedsOf(plan).indexOf(seed);
  const perBank = plan.timesteps.length * plan.repeats;
  const kept = plan.trials.flatMap(({ timestep, noise }, k) => {
    const isOfBank = bank === undefined || Math.floor(noise / perBank) === bank;
    return isOfBank && (!wanted || wanted.has(timestep)) ? [k] : [];
  });
  const before = new Int32Array(plan.trials.length + 1);
  const isKept = new Set(kept);
  for (let k = 0; k < plan.trials.length; k++) before[k + 1] = before[k]! + Number(isKept.has(k));
  const pick = (values: Float64Array) => Float64Array.from(kept, (k) => values[k]!);
  return {
    plan: subPlan(plan, kept, { wanted, seed }),
    schedule,
    errors(index, loss) {
      const { pairs, unconditional, done, left } = results.errors(index, loss);
      const counts = [...(left ? [...left.pairs.flat(), ...(left.unconditional ?? [])] : []), done];
      if (counts.some((count) => count > 0 && before[count] === 0)) return undefined;
      return {
        pairs: pairs.map((row) => row.map(pick)),
        ...(unconditional && { unconditional: unconditional.map(pick) }),
        done: before[done]!,
        ...(left && {
          left: {
            pairs: left.pairs.map((row) => row.map((count) => before[count]!)),
            ...(left.unconditional && { unconditional: left.unconditional.map((count) => before[count]!) }),
          },
        }),
      };
    },
    values: (index, slot, loss) => pick(results.store.values(index, slot, loss)),
    isWhole: (index) => results.store.done(index) === plan.trials.length,
  };
}

function subPlan(
  plan: Plan,
  kept: readonly number[],
  { wanted, seed }: { wanted: ReadonlySet<number> | undefined; seed: number | undefined },
): Plan {
  const { moreSeeds, stageEnds: _, ...rest } = plan;
  return {
    ...rest,
    timesteps: wanted ? plan.timesteps.filter((t) => wanted.has(t)) : plan.timesteps,
    trials: kept.map((k) => plan.trials[k]!),
    ...(seed === undefined ? moreSeeds && { moreSeeds } : { seed }),
  };
}

/** The same errors as after the first `trials` trials. */
export function firstTrials(errors: ExampleErrors, trials: number): ExampleErrors {
  const { pairs, unconditional, done, left } = errors;
  const cut = (count: number) => Math.min(count, trials);
  return {
    pairs,
    ...(unconditional && { unconditional }),
    done: cut(done),
    ...(left && {
      left: {
        pairs: left.pairs.map((row) => row.map(cut)),
        ...(left.unconditional && { unconditional: left.unconditional.map(cut) }),
      },
    }),
  };
}
