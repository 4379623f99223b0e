/** Which examples a shard takes: a pure function of their order and of i/n, so that nobody has to talk to anybody. */

import { UsageError } from '../errors.ts';
import type { Identity, ScorerIdentity } from '../results/manifest.ts';
import type { Shard } from '../results/shard-folders.ts';
import type { Example } from '../scoring/example.ts';
import { type PlanSpec, trialsOf } from '../scoring/plan.ts';
import { evaluatedPairs } from './prune.ts';

/** Reads `i/n`, counted from 1. @throws UsageError */
export function parseShard(text: string, where = `--shard ${text}`): Shard {
  const [, index, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text.trim()) ?? [];
  if (index === undefined || Number(index) > Number(of)) {
    throw new UsageError({
      what: 'cannot read the shard',
      where,
      expected: 'i/n with 1 <= i <= n, as in 3/8, or "none"',
    });
  }
  return { index: Number(index), of: Number(of) };
}

/**
 * Deals examples out to `of` shards in their order, each to the shard with the least work so far, the first of several.
 * Examples of one size go round in turn; of any sizes no shard has more than one example's work more than another.
 * What comes later changes nothing for what came before: a selection that grows keeps its shards.
 * @param work of each example, at least 0.
 * @returns the shard of each, from 1.
 */
export function dealShards(work: readonly number[], of: number): number[] {
  const loads = new Float64Array(of);
  return work.map((amount) => {
    let least = 0;
    for (let shard = 1; shard < of; shard++) if (loads[shard]! < loads[least]!) least = shard;
    // Even what is nothing has its turn.
    loads[least]! += Math.max(amount, 1);
    return least + 1;
  });
}

/** Model evaluations that an example takes at most under a run's identity: what shards are balanced by. */
export function workOf(example: Example, { scorers }: Identity): number {
  const amounts = Object.values(scorers).map((scorer) => evaluations(example, scorer));
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function evaluations(example: Example, scorer: ScorerIdentity): number {
  if (scorer.kind === 'imported') return 0;
  if (scorer.kind !== 'diffusion') return example.images.length * example.captions.length;
  return evaluatedPairs(example, scorer.uncond, scorer.prune) * trialsOf(scorer.plan as PlanSpec);
}

/**
 * Places in the task of the selected examples that one shard takes, in task order.
 * @param selected places, in task order.
 */
export function takeShard(
  selected: readonly number[],
  examples: readonly Example[],
  { identity, shard }: { identity: Identity; shard: Shard },
): number[] {
  const work = selected.map((index) => workOf(examples[index]!, identity));
  const dealt = dealShards(work, shard.of);
  return selected.filter((_, k) => dealt[k] === shard.index);
}
