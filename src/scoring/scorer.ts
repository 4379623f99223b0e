/** What gives pairs scores, as the workers see it. */

import type { Example } from './example.ts';

/** One example to evaluate, and how far an earlier session got. */
export interface ExampleWork {
  /** Place in the task's list; rows refer to it. */
  index: number;
  example: Example;
  /** Trials already stored: evaluation goes on with this one of the plan. */
  start: number;
  /** Evaluation ends before this trial. By default it runs to the plan's end. */
  end?: number;
  /** Error maps summed over those trials, `[pairs · H · W]`; undefined at the start or where maps are off. */
  maps?: Float32Array;
  /**
   * Errors that are stored under the loss that a stopping rule looks at, `[pair][trial]` of the whole plan, NaN where
   * there are none: those trials at least. Of those beyond, which are computed again, it looks at these.
   */
  errors?: Float64Array[];
  /** Slots of `pairsOf` that are not evaluated: pruned beforehand. */
  skip?: readonly number[];
}

/** Denoising errors of one model call, a column per field; all columns have one entry per row. */
export interface TrialRows {
  type: 'trials';
  /** `ExampleWork.index` of each row. */
  index: Int32Array;
  image: Int16Array;
  /** −1 for the empty caption. */
  caption: Int16Array;
  /** Place in the plan's order. */
  trial: Int32Array;
  mse: Float64Array;
  mae: Float64Array;
  huber: Float64Array;
  /** Parts of the variational bound (`BoundTerms`), of models that learn the width of the reverse step. */
  kl?: Float64Array;
  nll?: Float64Array;
}

/** Error maps of one example, summed over its first `trials` trials and all channels. */
export interface MapSums {
  type: 'maps';
  index: number;
  trials: number;
  /** float32 `[pairs · H · W]`, pairs in the order of `pairsOf`. */
  sums: Float32Array;
}

/** Similarities of one example, `[image][caption]`. */
export interface PairScores {
  type: 'scores';
  index: number;
  scores: number[][];
}

/** An example that cannot be scored: its input is bad. */
export interface ExampleFailure {
  type: 'failed';
  index: number;
  message: string;
}

/** A block ends soon, with this trial or a second later: the next one may be prepared. Not told where a rule ends it earlier. */
export interface NearlyDone {
  type: 'nearly-done';
}

/** Anything a scorer hands out; `type` tells which. */
export type ScorerOutput = TrialRows | MapSums | PairScores | ExampleFailure | NearlyDone;

/** Scores examples; one per worker. */
export interface Scorer {
  /** Told of the block that comes next while another one is evaluated: what can be done aside is begun. */
  prepare?(work: readonly ExampleWork[]): void;
  /**
   * Evaluates a block of examples together and hands out results as they come. Bad input of one example is an
   * output of type `failed`; the others go on.
   * @param stopping asked before every model call: once true, what was computed is handed out and the block is left.
   */
  evaluate(
    work: readonly ExampleWork[],
    emit: (output: ScorerOutput) => void,
    stopping?: () => boolean,
  ): Promise<void>;
  release(): Promise<void>;
}
