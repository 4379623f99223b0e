/** What a store of trials holds, as the columns of a file. */

import type { BOUND_PARTS, Loss } from '../diffusion/denoising-error.ts';
import type { PairIndex } from '../scoring/conditions.ts';
import type { Example } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { TrialColumns } from './arrow.ts';

type Kind = Loss | (typeof BOUND_PARTS)[number];

/** What a store holds. */
export interface StoredTrials {
  examples: readonly Example[];
  /** In the plan's order. */
  trials: Plan['trials'];
  /** Place in the plan's order by noise. */
  order: Int32Array;
  /** Per example, in stored order. */
  pairs: readonly (readonly PairIndex[])[];
  /** Per example, per numeric setting: values `[kind][pair][trial]`, and `[pair][trial]` whether they were evaluated. */
  errors: readonly ReadonlyMap<number, { values: Float64Array; present: Uint8Array }>[];
  /** In the order of the values. */
  kinds: readonly Kind[];
}

/**
 * Every stored row in task order, then numeric setting, image, caption and noise: the same however they came in.
 * Rows of a setting that does not count are kept too: they were computed, and may count again.
 */
export function columnsOf({ examples, trials, order, pairs, errors, kinds }: StoredTrials): TrialColumns {
  const rows: { index: number; numerics: number; slot: number; trial: number }[] = [];
  for (const [index, bySetting] of errors.entries()) {
    for (const numerics of [...bySetting.keys()].sort((a, b) => a - b)) {
      const { present } = bySetting.get(numerics)!;
      for (const slot of pairs[index]!.keys()) {
        for (const trial of order) {
          if (present[slot * trials.length + trial]) rows.push({ index, numerics, slot, trial });
        }
      }
    }
  }
  const column = (kind: Kind) => {
    const place = kinds.indexOf(kind);
    return Float64Array.from(rows, ({ index, numerics, slot, trial }) => {
      const { values } = errors[index]!.get(numerics)!;
      return values[(place * pairs[index]!.length + slot) * trials.length + trial]!;
    });
  };
  return {
    example: rows.map((row) => examples[row.index]!.id),
    image: Int16Array.from(rows, (row) => pairs[row.index]![row.slot]!.image),
    caption: Int16Array.from(rows, (row) => pairs[row.index]![row.slot]!.caption),
    timestep: Float32Array.from(rows, (row) => trials[row.trial]!.timestep),
    noise: Int32Array.from(rows, (row) => trials[row.trial]!.noise),
    mse: column('mse'),
    mae: column('mae'),
    huber: column('huber'),
    ...(kinds.includes('kl') && { kl: column('kl'), nll: column('nll') }),
    numerics: Int16Array.from(rows, (row) => row.numerics),
  };
}
