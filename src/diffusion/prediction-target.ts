/** What the denoiser sees and what it should answer, per prediction type. */

import type { NoiseSchedule } from './noise-schedule.ts';

/**
 * Noises a latent: x_t = √ᾱ_t · z + √(1 − ᾱ_t) · ε, or of a flow (1 − σ_t) · z + σ_t · ε, in float32, written to `out`.
 * Equals `scheduler.add_noise(z, noise, t)` and `scheduler.scale_noise(z, t, noise)`.
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
 * `scheduler.get_velocity`), z (`sample`), or u = ε − z (`flow`). May return `noise` or `latent` itself: read only.
 * @param out `[n]`, where given, takes a target that has to be computed; else it is a new array.
 */
export function predictionTarget(
  schedule: NoiseSchedule,
  timestep: number,
  {
    latent,
    noise,
    out = new Float32Array(noise.length),
  }: { latent: Float32Array; noise: Float32Array; out?: Float32Array },
): Float32Array {
  switch (schedule.prediction) {
    case 'epsilon':
      return noise;
    case 'sample':
      return latent;
    case 'flow':
      for (let i = 0; i < out.length; i++) out[i] = noise[i]! - latent[i]!;
      return out;
    case 'v_prediction': {
      const [signal, spread] = coefficients(schedule, timestep);
      for (let i = 0; i < out.length; i++) {
        out[i] = Math.fround(signal * noise[i]!) - Math.fround(spread * latent[i]!);
      }
      return out;
    }
  }
}

/**
 * The timestep as the denoiser is told it: t itself, of a flow σ_t · T (diffusers' `scheduler.timesteps`), which SD 3
 * takes as it is and FLUX divided by 1000.
 */
export function timestepInput(schedule: NoiseSchedule, timestep: number): number {
  return schedule.sigmas ? Math.fround(schedule.sigmas[timestep]! * schedule.timesteps) : timestep;
}

/** √ᾱ_t and √(1 − ᾱ_t), of a flow 1 − σ_t and σ_t, float32 as in PyTorch. */
function coefficients(schedule: NoiseSchedule, timestep: number): [signal: number, spread: number] {
  const sigma = schedule.sigmas?.[timestep];
  if (sigma !== undefined) return [Math.fround(1 - sigma), sigma];
  const bar = schedule.alphasCumprod[timestep]!;
  return [Math.fround(Math.sqrt(bar)), Math.fround(Math.sqrt(Math.fround(1 - bar)))];
}
