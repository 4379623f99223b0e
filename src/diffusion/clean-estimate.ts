/** What a prediction says of the clean latent: x̂0, the denoiser's one-step reconstruction. */

import { UsageError } from '../errors.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/**
 * x̂0 of a noisy latent and what the model predicts from it, float32, written to `out`. Equals `pred_original_sample` of
 * `DDPMScheduler(clip_sample=False).step(prediction, t, x_t)`:
 * ε gives (x_t − √(1−ᾱ) ε) / √ᾱ, v gives √ᾱ x_t − √(1−ᾱ) v, and a prediction of the latent is x̂0 itself.
 * @param noisy x_t, `[n]` @param prediction `[n]` @param out `[n]`
 * @throws UsageError for ε where the latent is all noise (ᾱ = 0): nothing of z can be told from it.
 */
export function cleanEstimate(
  schedule: NoiseSchedule,
  timestep: number,
  { noisy, prediction, out }: { noisy: Float32Array; prediction: Float32Array; out: Float32Array },
): void {
  const bar = schedule.alphasCumprod[timestep]!;
  const signal = Math.fround(Math.sqrt(bar));
  const spread = Math.fround(Math.sqrt(Math.fround(1 - bar)));
  switch (schedule.prediction) {
    case 'sample':
      out.set(prediction.subarray(0, out.length));
      return;
    case 'v_prediction':
      for (let i = 0; i < out.length; i++)
        out[i] = Math.fround(signal * noisy[i]!) - Math.fround(spread * prediction[i]!);
      return;
    case 'epsilon':
      if (signal === 0) {
        throw new UsageError({
          what: `the latent is all noise at timestep ${timestep}, so nothing can be reconstructed from it`,
          fix: 'Choose an earlier timestep.',
        });
      }
      for (let i = 0; i < out.length; i++)
        out[i] = Math.fround(noisy[i]! - Math.fround(spread * prediction[i]!)) / signal;
  }
}
