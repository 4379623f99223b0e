/** What the denoiser makes of a noised picture under each caption: x̂0 of one trial, as pictures. */

import { cleanEstimate } from '../diffusion/clean-estimate.ts';
import { type NoiseSchedule, noiseSchedule } from '../diffusion/noise-schedule.ts';
import { addNoise } from '../diffusion/prediction-target.ts';
import type { ImageSource, RgbImage } from '../images/decode.ts';
import { fromVaeOutput } from '../images/from-vae.ts';
import { type ImageDecoder, openVaeDecoder } from '../models/vae-decoder.ts';
import { type DiffusionParts, latentOf, modelImage, openDiffusionParts } from './diffusion-parts.ts';
import type { DiffusionSettings } from './diffusion-scorer.ts';
import { type Noises, noisesOf } from './noises.ts';

/** One trial to look at. */
export interface ReconstructionRequest {
  image: ImageSource;
  /** The empty caption is ∅. */
  captions: readonly string[];
  /** Of the schedule, 0 … T − 1. */
  timestep: number;
  /** Index in the run's noise bank. */
  noise: number;
}

/** What came of it; all pictures have the model's own size. */
export interface Reconstruction {
  /** The image as the model sees it. */
  original: RgbImage;
  /** The noised latent, decoded: what the denoiser was given. */
  noisy: RgbImage;
  /** x̂0 per caption. */
  pictures: RgbImage[];
  /** Mean squared difference of x̂0 and the image's latent, per caption: the trial's error in x0 space. */
  errors: number[];
}

/** Makes reconstructions; lives in a worker. */
export interface Reconstructor {
  /** @throws InputError for an image that cannot be read; UsageError where the latent is all noise. */
  reconstruct(request: ReconstructionRequest): Promise<Reconstruction>;
  release(): Promise<void>;
}

/**
 * Opens the decoder and, unless they are given, the model's other graphs.
 * @throws ModelFileError where the folder has no VAE decoder.
 */
export async function openReconstructor(
  settings: DiffusionSettings,
  opened?: DiffusionParts,
): Promise<Reconstructor> {
  const decoder = await openVaeDecoder(settings.description, settings);
  const parts = opened ?? (await openDiffusionParts(settings));
  const shared = { settings, parts, decoder, bank: noisesOf(settings.plan, settings.description.latent) };
  const schedule = noiseSchedule(settings.description.schedule);
  return {
    reconstruct: (request) => reconstruct({ ...shared, schedule }, request),
    async release() {
      await decoder.release();
      if (!opened) await parts.release();
    },
  };
}

async function reconstruct(
  model: {
    settings: DiffusionSettings;
    parts: DiffusionParts;
    decoder: ImageDecoder;
    bank: Noises;
    schedule: NoiseSchedule;
  },
  { image, captions, timestep, noise }: ReconstructionRequest,
): Promise<Reconstruction> {
  const { parts, decoder, schedule, settings } = model;
  const { denoiser, images } = parts;
  const original = await modelImage(image, settings);
  const latent = await latentOf(images, original, settings);
  const size = latent.length;
  const noisy = new Float32Array(size);
  addNoise(schedule, timestep, { latent, noise: model.bank.get(noise), out: noisy });
  const picture = async (values: Float32Array) =>
    fromVaeOutput(await decoder.decode(values), original.width, original.height);
  const pictures: RgbImage[] = [];
  const errors: number[] = [];
  const input = new Float32Array(denoiser.batch * size);
  for (let row = 0; row < denoiser.batch; row++) input.set(noisy, row * size);
  for (let done = 0; done < captions.length; done += denoiser.batch) {
    const call = captions.slice(done, done + denoiser.batch);
    const conditions = await Promise.all(call.map((caption) => parts.captions.get(caption)));
    const predictions = await denoiser.predict(input, timestep, conditions);
    for (const row of call.keys()) {
      const prediction = predictions.subarray(row * size, (row + 1) * size);
      const out = new Float32Array(size);
      cleanEstimate(schedule, timestep, { noisy, prediction, out });
      pictures.push(await picture(out));
      errors.push(out.reduce((sum, value, k) => sum + (value - latent[k]!) ** 2, 0) / size);
    }
  }
  return { original, noisy: await picture(noisy), pictures, errors };
}
