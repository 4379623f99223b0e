/** Rows of one trial, whose errors are filled in as they are known. */

import type { PairIndex } from './conditions.ts';
import type { ExampleWork, TrialRows } from './scorer.ts';

/**
 * A row per pair, with zeros for errors.
 * @param hasBound whether the model gives the parts of the variational bound too.
 */
export function rowsOfTrial(
  trial: number,
  rows: readonly { work: ExampleWork; pair: PairIndex }[],
  hasBound: boolean,
): TrialRows {
  const errors = () => new Float64Array(rows.length);
  return {
    type: 'trials',
    index: Int32Array.from(rows, ({ work }) => work.index),
    image: Int16Array.from(rows, ({ pair }) => pair.image),
    caption: Int16Array.from(rows, ({ pair }) => pair.caption),
    trial: new Int32Array(rows.length).fill(trial),
    mse: errors(),
    mae: errors(),
    huber: errors(),
    ...(hasBound && { kl: errors(), nll: errors() }),
  };
}
