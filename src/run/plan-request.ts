/** From what a user asked for to the specification of a plan. */

import { UsageError } from '../errors.ts';
import type { ScorerIdentity } from '../results/manifest.ts';
import { type PlanSpec, parseTimesteps, stageTimesteps } from '../scoring/plan.ts';
import type { ScoringOptions } from './settings.ts';

/**
 * The plan of the options for a schedule of `total` timesteps. Li et al.'s stages bring their own grid; rules that were
 * published with plain means of the trials so far are read by those.
 * @throws UsageError as `parseTimesteps`, or where a seed is named twice.
 */
export function planOf(
  { timesteps, repeats, seed, moreSeeds = [], antithetic = false, stop }: ScoringOptions,
  total: number,
): PlanSpec {
  const twice = moreSeeds.find((other, k) => other === seed || moreSeeds.indexOf(other) !== k);
  if (twice !== undefined)
    throw new UsageError({ what: 'a seed is named twice', where: '--seed', got: `${twice}` });
  const stages = stop?.rule === 'stages' ? stop.samples : undefined;
  return {
    timesteps: stages ? stageTimesteps(stages.at(-1)!, total) : parseTimesteps(timesteps, total),
    repeats: antithetic ? 2 * repeats : repeats,
    seed,
    ...(moreSeeds.length > 0 && { moreSeeds }),
    ...(antithetic && { antithetic: true as const }),
    ...(stages && { stages }),
    ...((stop?.rule === 'stages' || stop?.rule === 'ttest') && { prefix: 'plain' as const }),
  };
}

/** The specification as it stands in the manifest. */
export function storedPlan(plan: PlanSpec): Extract<ScorerIdentity, { kind: 'diffusion' }>['plan'] {
  const { timesteps, repeats, seed, moreSeeds, antithetic, stages, prefix } = plan;
  return {
    timesteps: [...timesteps],
    repeats,
    seed,
    ...(moreSeeds && { moreSeeds: [...moreSeeds] }),
    ...(antithetic && { antithetic }),
    ...(stages && { stages: [...stages] }),
    ...(prefix && { prefix }),
  };
}
