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

/**
 * What a score may be the mean of: any stored error, or the un-squared norm of the difference, √(mse · C · H · W)
 * (`torch.norm(prediction - target)` of a row; Krojer et al. 2023), which follows from the stored mean square.
 */
export const SCORE_LOSSES = [...LOSSES, 'l2norm'] as const;
/** One of `SCORE_LOSSES`. */
export type ScoreLoss = (typeof SCORE_LOSSES)[number];

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
