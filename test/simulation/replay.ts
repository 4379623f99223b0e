/** Stored runs with several noises per timestep, as material for replays. */

import { openRun } from '../../src/run/open-run.ts';
import type { DiffusionView } from '../../src/run/scorer-view.ts';
import { type Contest, contestsOf, differencesOf } from '../../src/scoring/contests.ts';

/** One example's contests with their differences: [contest][timestep of the grid, ascending][noise]. */
export interface ReplayExample {
  contests: readonly Contest[];
  differences: readonly (readonly Float64Array[])[];
}

export interface Replay {
  timesteps: readonly number[];
  repeats: number;
  seed: number;
  /** Whether noises 2 j and 2 j + 1 of a timestep are each other's negatives. */
  antithetic: boolean;
  examples: readonly ReplayExample[];
}

/** Opens a run for replays; ends the process with a sentence where it has no diffusion scorer with repeats. */
export function openReplay(folder: string): Replay {
  const run = openRun(folder);
  const view = [...run.views.values()].find((each): each is DiffusionView => each.kind === 'diffusion');
  if (!view || view.plan.repeats < 2) {
    process.stderr.write('simulate: the run needs a diffusion scorer with --repeats 2 or more\n');
    process.exit(2);
  }
  const { plan, results } = view;
  const identity = Object.values(run.manifest.identity.scorers).find(({ kind }) => kind === 'diffusion')!;
  const uncond = identity.kind === 'diffusion' ? identity.uncond : 'auto';
  const complete = [...run.examples.keys()].filter(
    (index) => results.store.done(index) === plan.trials.length,
  );
  const examples = complete.map((index): ReplayExample => {
    const contests = contestsOf(run.examples[index]!, uncond);
    return { contests, differences: contests.map((contest) => gridOf(view, index, contest)) };
  });
  const { timesteps, repeats, seed, antithetic = false } = plan;
  return { timesteps, repeats, seed, antithetic, examples };
}

function gridOf({ plan, results }: DiffusionView, index: number, contest: Contest): Float64Array[] {
  const differences = differencesOf(contest, plan.trials.length, (slot) =>
    results.store.values(index, slot, 'mse'),
  );
  const byTimestep = new Map<number, number[]>(plan.timesteps.map((t) => [t, []]));
  for (const [k, { timestep }] of plan.trials.entries()) byTimestep.get(timestep)!.push(differences[k]!);
  return [...byTimestep.values()].map((values) => Float64Array.from(values));
}

/** The mean of numbers; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum / values.length;
}
