/** Asking a run's own models about one example again: what a screen may ask, and what it is told. */

import type { ImageSource, RgbImage } from '../images/decode.ts';
import type { ErrorMaps } from '../results/error-maps.ts';
import type { ErrorsByTimestep } from '../results/errors-by-timestep.ts';
import type { Example } from '../scoring/example.ts';
import type { DrawingProgress, DrawRequest } from '../scoring/image-sampler.ts';
import type { Reconstruction, ReconstructionRequest } from '../scoring/reconstruct.ts';
import type { Judgement } from './judgement.ts';

/** Pictures and captions to score with a run's plan, noises and settings. */
export interface RescoreRequest {
  images: readonly ImageSource[];
  captions: readonly string[];
  truth: Example['truth'];
  /** Score words and pictures from outside a model's world all the same. */
  force: boolean;
}

/** What one scorer makes of the request, so far or in the end. */
export interface Rescored {
  judgement: Judgement;
  /** Of diffusion scorers; as of a stored run. */
  errors?: ErrorsByTimestep;
  maps?: ErrorMaps;
}

/** What happens while a request is scored, each about one scorer. */
export type RescoreEvent =
  | { type: 'loading'; scorer: string }
  /** Trials have come in: `result` is read off the first `done` of the plan. Skipped where events are not taken in time. */
  | { type: 'trials'; scorer: string; done: number; total: number; result: Rescored }
  | { type: 'scored'; scorer: string; result: Rescored }
  /** Something to know about the numbers: a model that has changed since the run, a caption that is cut. */
  | { type: 'note'; scorer: string; message: string }
  /** A word or picture from outside the model's world; `force` would score it. */
  | { type: 'refused'; scorer: string; message: string }
  /** The scorer cannot take part, in one sentence: its model is not here, or failed. */
  | { type: 'unavailable'; scorer: string; message: string };

/** A run's models, opened when first needed and kept. Inference never runs in the calling process. */
export interface Interactive {
  /**
   * Scores by every scorer of the run at once; ends when all have said their last. Never throws for one scorer's
   * failure: the others go on.
   * @throws the signal's reason when aborted; no evaluation begins after that.
   */
  score(request: RescoreRequest, signal?: AbortSignal): AsyncGenerator<RescoreEvent>;
  /**
   * What a diffusion scorer reconstructs at one trial.
   * @throws the signal's reason when aborted; WinoscopeError in one sentence where the model or its decoder is not here, or the image cannot be read.
   */
  reconstruct(scorer: string, request: ReconstructionRequest, signal?: AbortSignal): Promise<Reconstruction>;
  /**
   * What a diffusion scorer's model draws for captions, with the steps and guidance that suit it: a picture per caption.
   * @param onProgress told after every step
   * @throws the signal's reason when aborted, after which it stops at the next step; WinoscopeError in one sentence where
   *   the model or its decoder is not here, or it does not know a word.
   */
  draw(
    scorer: string,
    request: DrawRequest,
    watch?: { signal?: AbortSignal; onProgress?: (progress: DrawingProgress) => void },
  ): Promise<RgbImage[]>;
  /** Lets the model call that runs end, and frees the models. */
  close(): Promise<void>;
}

export type { DrawingProgress, DrawRequest } from '../scoring/image-sampler.ts';
export type { Reconstruction, ReconstructionRequest } from '../scoring/reconstruct.ts';
