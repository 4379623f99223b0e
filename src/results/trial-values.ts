/** What a stored trial consists of, by column. */

import {
  BOUND_PARTS,
  LOSSES,
  type Loss,
  lossOf,
  type ScoreLoss,
  type TrialLosses,
} from '../diffusion/denoising-error.ts';
import { UsageError } from '../errors.ts';
import type { TrialColumns } from './arrow.ts';

/** What a row has in its columns, in this order; the parts of the bound only where the model has them. */
export const KINDS = [...LOSSES, ...BOUND_PARTS] as const;
/** One of `KINDS`. */
export type Kind = (typeof KINDS)[number];

/** The values of one row of columns, in the store's order. */
export function trialValues(
  columns: Pick<TrialColumns, Loss> & Partial<Pick<TrialColumns, 'kl' | 'nll'>>,
  row: number,
): number[] {
  return KINDS.flatMap((kind) => (columns[kind] ? [columns[kind][row]!] : []));
}

/** Errors of a pair under a loss that several columns make up, per trial; NaN where not evaluated. */
export function combined(
  columns: readonly (readonly [Kind, Float64Array])[],
  loss: ScoreLoss,
  { trials, elements }: { trials: readonly { timestep: number }[]; elements: number | undefined },
): Float64Array {
  if (loss === 'l2norm' && elements === undefined)
    throw new Error('a trial store was not told the size of the latents');
  return Float64Array.from(trials, ({ timestep }, trial) => {
    const errors = Object.fromEntries(columns.map(([kind, values]) => [kind, values[trial]!]));
    return lossOf(errors as unknown as TrialLosses, loss, { timestep, elements: elements ?? Number.NaN });
  });
}

/** What is said where a loss needs parts of the bound that a scorer's results do not have. */
export function noBound(loss: ScoreLoss): UsageError {
  return new UsageError({
    what: 'no parts of the variational bound are stored here',
    where: `--loss ${loss}`,
    expected: 'a model that learns the width of the reverse step, as DiT does',
    fix: 'Use --loss mse, mae, huber or l2norm.',
  });
}
