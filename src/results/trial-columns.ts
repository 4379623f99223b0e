/** Rows of trials in memory, and as the columns of a file. */

import { BOUND_PARTS, LOSSES, type Loss } from '../diffusion/denoising-error.ts';
import type { PairIndex } from '../scoring/conditions.ts';
import type { Example } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { TrialColumns } from './arrow.ts';

/** What a row has in its columns, in this order; the parts of the bound only where the model has them. */
export const KINDS = [...LOSSES, ...BOUND_PARTS] as const;
/** One of them. */
export type TrialKind = (typeof KINDS)[number];

/** The values of one row of columns, in the store's order. */
export function trialValues(
  columns: Pick<TrialColumns, Loss> & Partial<Pick<TrialColumns, 'kl' | 'nll'>>,
  row: number,
): number[] {
  return KINDS.flatMap((kind) => (columns[kind] ? [columns[kind][row]!] : []));
}

/** Errors of one example under one numeric setting. */
export interface StoredErrors {
  /** float64 `[kind][pair][trial]` */
  values: Float64Array;
  /** `[pair][trial]`: 1 where evaluated. Not told by NaN, which a broken model may give. */
  present: Uint8Array;
  /** Per pair, trials of the plan's order that are there without a gap; each grows only. */
  prefixes: Int32Array;
  /** Where its first row came from, to name two files that contradict each other. */
  origin: string;
}

/** What a store holds. */
export interface StoredTrials {
  examples: readonly Example[];
  /** In the plan's order. */
  trials: Plan['trials'];
  /** Place in the plan's order by noise. */
  order: Int32Array;
  /** Per example, in stored order. */
  pairs: readonly (readonly PairIndex[])[];
  /** Per example, per numeric setting. */
  errors: readonly ReadonlyMap<number, StoredErrors>[];
  kinds: readonly TrialKind[];
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
  const column = (kind: TrialKind) => {
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
