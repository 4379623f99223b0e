/** Features of pictures: what a part of a denoiser's graph makes of their noised latents. */

import { NoiseBank } from '../diffusion/noise-bank.ts';
import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { addNoise } from '../diffusion/prediction-target.ts';
import type { ImageSource } from '../images/decode.ts';
import { openFeatureDenoiser } from '../models/denoiser.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import type { FeatureSource } from '../models/feature-source.ts';
import { openImageEncoder, openTextConditioner } from '../models/open-parts.ts';
import type { Device, Output } from '../onnx/session.ts';
import { modelImage } from './diffusion-parts.ts';

/** Pictures to features. */
export interface FeatureEncoder {
  /** Of one picture, `[1, …]`. @throws InputError where it cannot be read. */
  encode(source: ImageSource): Promise<Output>;
  release(): Promise<void>;
}

/** Rows of a call: batch 1 takes other paths within onnxruntime than every larger one. */
const ROWS = 2;

/**
 * Opens the graphs of the diffusion model. A picture is encoded to the mean of its posterior, noised at the source's
 * timestep (√ᾱ z + √(1 − ᾱ) ε) with the same noise as every other, and shown to the denoiser under the empty caption.
 * @throws ModelFileError where the graph has no such part.
 */
export async function openFeatureEncoder(
  { source, base }: { source: FeatureSource; base: DiffusionDescription },
  settings: { threads: number; device: Device; resize: 'crop' | 'squash' },
): Promise<FeatureEncoder> {
  const images = await openImageEncoder(base, settings);
  const texts = await openTextConditioner(base, settings);
  const denoiser = await openFeatureDenoiser(base, { wanted: source.output, batch: ROWS }, settings);
  const schedule = noiseSchedule(base.schedule);
  const empty = await texts.encode('');
  await texts.release();
  const size = base.latent.reduce((product, side) => product * side, 1);
  const noise =
    source.noise === 'zero'
      ? new Float32Array(size)
      : new NoiseBank({ seed: source.noise.seed, count: 1, shape: base.latent }).get(0);
  const noisy = new Float32Array(size);
  return {
    async encode(picture) {
      const image = await modelImage(picture, { description: base, resize: settings.resize });
      addNoise(schedule, source.timestep, { latent: await images.encode(image), noise, out: noisy });
      const { data, dims } = await denoiser.features(noisy, source.timestep, [empty]);
      return { data: data.slice(0, data.length / dims[0]!), dims: [1, ...dims.slice(1)] };
    },
    async release() {
      await images.release();
      await denoiser.release();
    },
  };
}
