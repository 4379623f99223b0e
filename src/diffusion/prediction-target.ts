/** What the denoiser sees and what it should answer, per prediction type. */

import type { NoiseSchedule } from './noise-schedule.ts';

/**
 * Noises a latent: x_t = √ᾱ_t · z + √(1 − ᾱ_t) · ε in float32, written to `out`.
 * Equals `scheduler.add_noise(z, noise, t)`.
 * @param latent z, any length n @param noise ε, `[n]` @param out `[n]`
 */
export function addNoise(
  schedule: NoiseSchedule,
  timestep: number,
  { latent, noise, out }: { latent: Float32Array; noise: Float32Array; out: Float32Array },
): void {
  const [signal, spread] = coefficients(schedule, timestep);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.fround(signal * latent[i]!) + Math.fround(spread * noise[i]!);
  }
}

/**
 * The model's native target: ε (`epsilon`), v = √ᾱ_t · ε − √(1 − ᾱ_t) · z (`v_prediction`, Salimans & Ho 2022;
 * `scheduler.get_velocity`), or z (`sample`). May return `noise` or `latent` itself: read only.
 */
export function predictionTarget(
  schedule: NoiseSchedule,
  timestep: number,
  { latent, noise }: { latent: Float32Array; noise: Float32Array },
): Float32Array {
  switch (schedule.prediction) {
    case 'epsilon':
      return noise;
    case 'sample':
      return latent;
    case 'v_prediction': {
      const [signal, spread] = coefficients(schedule, timestep);
      return noise.map((e, i) => Math.fround(signal * e) - Math.fround(spread * latent[i]!));
    }
  }
}

/** √ᾱ_t and √(1 − ᾱ_t), float32 as in PyTorch. */
function coefficients(schedule: NoiseSchedule, timestep: number): [signal: number, spread: number] {
  const bar = schedule.alphasCumprod[timestep]!;
  return [Math.fround(Math.sqrt(bar)), Math.fround(Math.sqrt(Math.fround(1 - bar)))];
}
