/** At which timesteps a denoiser tells right captions from wrong ones, over all examples of a run. */

import { studentTIsf } from '../stats/student-t.ts';
import type { RunModel } from './run-model.ts';

/** Mean over examples of err(wrong) − err(right) at one timestep, with its 95 % interval over examples. */
export interface MeanDifference {
  timestep: number;
  mean: number;
  low: number;
  high: number;
  /** Examples in the mean. */
  count: number;
}

const TAIL = 0.025;
/** Fewer examples have no interval. */
const FEWEST = 2;

/**
 * Mean squared errors in the model's own space. Within an example every wrong caption of an image is held against the
 * mean of its right ones, and all of that is averaged; examples weigh alike. Empty for scorers without trials.
 */
export function meanErrorDifference(model: RunModel, scorer: string): MeanDifference[] {
  const sums = new Map<number, { count: number; sum: number; squares: number }>();
  for (const index of model.examples.keys()) {
    for (const [timestep, value] of exampleDifferences(model, scorer, index)) {
      const entry = sums.get(timestep) ?? { count: 0, sum: 0, squares: 0 };
      sums.set(timestep, entry);
      entry.count++;
      entry.sum += value;
      entry.squares += value * value;
    }
  }
  return [...sums]
    .filter(([, { count }]) => count >= FEWEST)
    .sort(([a], [b]) => a - b)
    .map(([timestep, { count, sum, squares }]) => {
      const mean = sum / count;
      const variance = Math.max(0, (squares - count * mean * mean) / (count - 1));
      const reach = studentTIsf(TAIL, count - 1) * Math.sqrt(variance / count);
      return { timestep, mean, low: mean - reach, high: mean + reach, count };
    });
}

/** The difference of one example by timestep; timesteps at which a side was not evaluated are absent. */
function exampleDifferences(model: RunModel, scorer: string, index: number): Map<number, number> {
  const found = model.judge(scorer, index) && model.errors(scorer, index);
  const differences = new Map<number, number>();
  if (!found) return differences;
  const { truth } = model.examples[index]!;
  for (const [t, timestep] of found.timesteps.entries()) {
    const contrasts = found.errors.flatMap((captions, image) => {
      const isTrue = (caption: number) => truth.some(([i, c]) => i === image && c === caption);
      const means = captions.map((noises) => meanOf(noises[t] ?? []));
      const right = meanOf(means.filter((value, c) => isTrue(c) && !Number.isNaN(value)));
      return means.filter((value, c) => !isTrue(c) && !Number.isNaN(value)).map((value) => value - right);
    });
    const mean = meanOf(contrasts);
    if (Number.isFinite(mean)) differences.set(timestep, mean);
  }
  return differences;
}

/** NaN of nothing. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
