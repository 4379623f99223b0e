/** Made-up examples and the errors that a made-up model has on them: always the same for the same trial. */
import { pairsOf } from '../../src/scoring/conditions.ts';
import type { Example } from '../../src/scoring/example.ts';
import { makePlan, type Plan } from '../../src/scoring/plan.ts';
import type { MapSums, TrialRows } from '../../src/scoring/scorer.ts';

/** Cells of one error map. */
export const CELLS = 4;

/** Examples of 2 x 2, 1 x 3 and 3 x 1 in turn, one of them named to need care. */
export function makeExamples(count: number): Example[] {
  return Array.from({ length: count }, (_, k) => {
    const [images, captions] = (
      [
        [2, 2],
        [1, 3],
        [3, 1],
      ] as const
    )[k % 3]!;
    return {
      id: k === 1 ? 'ex_c0_i0 猫' : `${k}`,
      images: Array.from({ length: images }, (_, i) => ({ path: `${k}-${i}.png` })),
      captions: Array.from({ length: captions }, (_, c) => `caption ${c}`),
      truth: [],
      tags: [],
    };
  });
}

export function smallPlan(count = 8): Plan {
  return makePlan({ timesteps: Array.from({ length: count }, (_, k) => 10 * k + 5), repeats: 1, seed: 3 });
}

/** The error of one trial, with all the digits that a float64 has. */
export function errorOf(example: number, pair: number, noise: number): number {
  return Math.abs(Math.sin(1 + example * 7919 + pair * 104729 + noise * 15485863)) + 0.01;
}

/** The rows of trial `k` for all pairs of an example, as a scorer hands them out. */
export function rowsOf(examples: readonly Example[], plan: Plan, index: number, k: number): TrialRows {
  const pairs = pairsOf(examples[index]!, 'auto');
  const mse = Float64Array.from(pairs, (_, pair) => errorOf(index, pair, plan.trials[k]!.noise));
  return {
    type: 'trials',
    index: new Int32Array(pairs.length).fill(index),
    image: Int16Array.from(pairs, ({ image }) => image),
    caption: Int16Array.from(pairs, ({ caption }) => caption),
    trial: new Int32Array(pairs.length).fill(k),
    mse,
    mae: mse.map(Math.sqrt),
    huber: mse.map((value) => value / 2),
  };
}

/** The maps of an example after its first `trials` trials, going on from those of the first `start`. */
export function mapsOf(
  examples: readonly Example[],
  {
    index,
    trials,
    start = 0,
    before,
  }: { index: number; trials: number; start?: number; before?: Float32Array | undefined },
): MapSums {
  const sums = before?.slice() ?? new Float32Array(pairsOf(examples[index]!, 'auto').length * CELLS);
  for (let k = start; k < trials; k++)
    for (let i = 0; i < sums.length; i++) sums[i]! += errorOf(index, i, 1000 + k);
  return { type: 'maps', index, trials, sums };
}

/** The same values in an order that depends on `seed`. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  return values
    .map((value, k) => ({ value, place: errorOf(seed, k, 0) }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
