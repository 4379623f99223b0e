/** The loss of one trial under one condition, and where in the image it arises. */

/** Reductions over C, H, W of (prediction − target) of one row. */
export interface DenoisingError {
  /** Mean squared, `F.mse_loss`. */
  mse: number;
  /** Mean absolute, `F.l1_loss`. */
  mae: number;
  /** Mean Huber with δ = 1, `F.smooth_l1_loss`. */
  huber: number;
}

/** Every error that is stored of a trial, by its name in `DenoisingError`. */
export const LOSSES = ['mse', 'mae', 'huber'] as const;
/** One of `LOSSES`. */
export type Loss = (typeof LOSSES)[number];

/** What is stored besides of models that learn the width of the reverse step; see `BoundTerms`. */
export const BOUND_PARTS = ['kl', 'nll'] as const;

/**
 * What a score may be the mean of: any stored error; the un-squared norm of the difference, √(mse · C · H · W)
 * (`torch.norm(prediction - target)` of a row; Krojer et al. 2023), which follows from the stored mean square; the
 * trial's part of the variational bound (the divergence, at t = 0 the likelihood); or its sum with the mean square
 * (Li et al. 2023, section 6.3).
 */
export const SCORE_LOSSES = [...LOSSES, 'l2norm', 'vlb', 'mse+vlb'] as const;
/** One of `SCORE_LOSSES`. */
export type ScoreLoss = (typeof SCORE_LOSSES)[number];

/** Whether a loss needs the parts of the variational bound. */
export function needsBound(loss: ScoreLoss): boolean {
  return loss === 'vlb' || loss === 'mse+vlb';
}

/** What is stored of one trial; the parts of the bound where the model has them. */
export interface TrialLosses extends DenoisingError {
  kl?: number;
  nll?: number;
}

/**
 * One trial's error under a loss. NaN where it needs parts of the bound that are not there.
 * @param elements C · H · W
 */
export function lossOf(
  errors: TrialLosses,
  loss: ScoreLoss,
  { timestep, elements }: { timestep: number; elements: number },
): number {
  if (loss === 'l2norm') return Math.sqrt(errors.mse * elements);
  if (!needsBound(loss)) return errors[loss as Loss];
  const bound = (timestep === 0 ? errors.nll : errors.kl) ?? Number.NaN;
  return loss === 'vlb' ? bound : errors.mse + bound;
}

/** A row of a batch: values `[offset, offset + target.length)` of `predictions`. */
export interface PredictedRow {
  predictions: Float32Array;
  offset: number;
  /** `[C · H · W]` */
  target: Float32Array;
}

/**
 * All three errors in one pass, summed in float64 over float32 differences.
 * @param map where given, float32 `[H · W]`: the squared error summed over channels is added to each cell.
 */
export function denoisingError(
  { predictions, offset, target }: PredictedRow,
  map?: Float32Array,
): DenoisingError {
  const count = target.length;
  const cells = map?.length ?? 0;
  let squared = 0;
  let absolute = 0;
  let huber = 0;
  for (let i = 0, cell = 0; i < count; i++) {
    const difference = Math.fround(predictions[offset + i]! - target[i]!);
    const size = Math.abs(difference);
    const square = difference * difference;
    squared += square;
    absolute += size;
    huber += size < 1 ? 0.5 * square : size - 0.5;
    if (map) {
      map[cell] = map[cell]! + square;
      if (++cell === cells) cell = 0;
    }
  }
  return { mse: squared / count, mae: absolute / count, huber: huber / count };
}
