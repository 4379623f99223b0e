import { denoisingError, type TrialLosses } from '../diffusion/denoising-error.ts';
import {
  type DiffusionScheduleConfig,
  type NoiseSchedule,
  noiseSchedule,
  type ScheduleConfig,
} from '../diffusion/noise-schedule.ts';
import { boundTerms, type ReverseSteps, reverseSteps } from '../diffusion/variational-bound.ts';

/** What was asked in one row of a call; each `[C · H · W]`. */
export interface AskedRow {
  /** z */
  latent: Float32Array;
  /** x_t */
  noisy: Float32Array;
  target: Float32Array;
  /** Where given, `[H · W]`: the squared error is added to it. */
  map: Float32Array | undefined;
}

/** Everything that is stored of a trial, computed from a model's answer. */
export class RowLosses {
  readonly #config: ScheduleConfig;
  readonly #schedule: NoiseSchedule;
  #steps: ReverseSteps | undefined;

  constructor(config: ScheduleConfig) {
    this.#config = config;
    this.#schedule = noiseSchedule(config);
  }

  /**
   * The errors of one row, with the parts of the bound where the model answered a width.
   * @param answer the prediction and the learned width, each `[C · H · W]`.
   */
  of(
    timestep: number,
    { latent, noisy, target, map }: AskedRow,
    { prediction, width }: { prediction: Float32Array; width: Float32Array | undefined },
  ): TrialLosses {
    const errors = denoisingError({ predictions: prediction, offset: 0, target }, map);
    if (!width) return errors;
    // None of the models that learn a width is a flow.
    this.#steps ??= reverseSteps(this.#config as DiffusionScheduleConfig);
    const forward = { schedule: this.#schedule, steps: this.#steps };
    return { ...errors, ...boundTerms(forward, timestep, { latent, noisy, prediction, width }) };
  }
}
