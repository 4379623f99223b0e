/** Draws images for captions with a diffusion model's own parts. Lives in a worker. */

import { NoiseBank } from '../diffusion/noise-bank.ts';
import { type SamplingStep, samplingSteps } from '../diffusion/sample.ts';
import type { RgbImage } from '../images/decode.ts';
import { fromVaeOutput } from '../images/from-vae.ts';
import { bytesOf, type Condition } from '../models/condition.ts';
import type { Denoiser } from '../models/denoiser.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import { openDenoiser, openTextConditioner } from '../models/open-parts.ts';
import type { SamplingFacts } from '../models/sampling-facts.ts';
import { type ImageDecoder, openVaeDecoder } from '../models/vae-decoder.ts';
import type { PartsSettings } from './diffusion-parts.ts';
import { EmbeddingCache } from './embedding-cache.ts';

/** Everything that decides a drawn image but its caption and seed. Plain data, sent to the workers. */
export interface DrawSettings extends PartsSettings {
  sampling: SamplingFacts;
  steps: number;
  /** Weight of the caption against the negative one; 1 draws without it. What is told to a model is in its description. */
  guidance: number;
  /** Of DDIM; see `SamplingRequest`. */
  eta: number;
}

/** One image to draw. */
export interface ImageOrder {
  /** The caller's number of it. */
  index: number;
  /** A caption, or a class by name. */
  caption: string;
  /** What to draw away from; '' is ∅. */
  negative: string;
  /** Its noises are `torch.manual_seed(seed); torch.randn(...)`. */
  seed: number;
  /** The first noise, `[C · H · W]`, instead of the seed's. */
  latents?: Float32Array;
}

/** Pictures of several captions to look at, all from one noise. */
export interface DrawRequest {
  /** The empty caption is ∅. */
  captions: readonly string[];
  seed: number;
}

/** How far a drawing is: steps of all its pictures. */
export interface DrawingProgress {
  done: number;
  total: number;
}

/** What a sampler hands out: steps done, one per image, and images. */
export type DrawOutput = { type: 'steps'; count: number } | { type: 'image'; index: number; image: RgbImage };

/** The graphs that drawing needs, which others may share. */
export interface DrawParts {
  denoiser: Denoiser;
  captions: { get(caption: string): Promise<Condition> };
  decoder: ImageDecoder;
}

/** Draws images. */
export interface ImageSampler {
  /**
   * Draws the images together, hands each out when it is done.
   * @param stopping asked before every model call: once true, what is not done is left.
   */
  evaluate(
    orders: readonly ImageOrder[],
    emit: (output: DrawOutput) => void,
    stopping?: () => boolean,
  ): Promise<void>;
  release(): Promise<void>;
}

/**
 * Opens a sampler on the model's graphs, unless they are given.
 * @throws ModelFileError where a part is missing; UsageError as `samplingSteps`.
 */
export async function openImageSampler(settings: DrawSettings, opened?: DrawParts): Promise<ImageSampler> {
  const { steps } = stepsOf(settings);
  const { parts, release } = opened ? { parts: opened, release: async () => {} } : await openParts(settings);
  return {
    async evaluate(orders, emit, stopping = () => false) {
      const each = imagesPerCall(settings);
      for (let at = 0; at < orders.length && !stopping(); at += each)
        await drawTogether({ settings, parts, steps }, orders.slice(at, at + each), { emit, stopping });
    },
    release,
  };
}

/** The sampler's steps, also to check beforehand that it has so many. @throws UsageError as `samplingSteps`. */
export function stepsOf({
  description,
  sampling,
  steps,
  eta,
}: Pick<DrawSettings, 'description' | 'sampling' | 'steps' | 'eta'>) {
  return samplingSteps(description.schedule, sampling.config, {
    steps,
    eta,
    sigmas: description.family === 'flux' ? 'pipeline' : 'scheduler',
  });
}

/** Whether each image takes two rows of a call: with its caption, and with the negative one. */
export function isGuided({ sampling, guidance }: Pick<DrawSettings, 'sampling' | 'guidance'>): boolean {
  return sampling.guidance === 'classifier-free' && guidance > 1;
}

/** Images that are drawn beside each other. */
export function imagesPerCall(settings: DrawSettings): number {
  return isGuided(settings) ? Math.max(1, Math.floor(settings.batch / 2)) : settings.batch;
}

async function openParts(
  settings: DrawSettings,
): Promise<{ parts: DrawParts; release: () => Promise<void> }> {
  const options = { threads: settings.threads, device: settings.device };
  const decoder = await openVaeDecoder(settings.description, options);
  const texts = await openTextConditioner(settings.description, options);
  const denoiser = await openDenoiser(settings.description, settings.batch, options);
  const captions = new EmbeddingCache((caption) => texts.encode(caption), bytesOf);
  return {
    parts: { denoiser, captions, decoder },
    async release() {
      for (const part of [decoder, texts, denoiser]) await part.release();
    },
  };
}

/** One image that is being drawn. */
interface Drawing {
  order: ImageOrder;
  sample: Float32Array;
  caption: Condition;
  negative: Condition | undefined;
  fresh: () => Float32Array;
}

async function drawTogether(
  { settings, parts, steps }: { settings: DrawSettings; parts: DrawParts; steps: readonly SamplingStep[] },
  orders: readonly ImageOrder[],
  { emit, stopping }: { emit: (output: DrawOutput) => void; stopping: () => boolean },
): Promise<void> {
  const { denoiser, captions, decoder } = parts;
  const size = denoiser.latent.reduce((a, b) => a * b, 1);
  const drawings: Drawing[] = [];
  const takes = steps.filter(({ takesNoise }) => takesNoise).length;
  for (const order of orders) {
    const bank = new NoiseBank({ seed: order.seed, count: 1 + takes, shape: settings.description.latent });
    let used = 0;
    const fresh = () => bank.get(used++);
    const first = fresh();
    drawings.push({
      order,
      sample: order.latents ? Float32Array.from(order.latents) : first,
      caption: await captions.get(order.caption),
      negative: isGuided(settings) ? await captions.get(order.negative) : undefined,
      fresh,
    });
  }
  // Captions in the first rows, what they are drawn away from in the rows behind them.
  const conditions = drawings.map(({ caption }) => caption);
  for (const { negative } of drawings) if (negative) conditions.push(negative);
  const input = new Float32Array(denoiser.batch * size);
  for (const step of steps) {
    if (stopping()) return;
    for (const row of conditions.keys()) input.set(drawings[row % drawings.length]!.sample, row * size);
    const predictions = await denoiser.predictAt(input, step.told, conditions);
    for (const [k, { sample, negative, fresh }] of drawings.entries()) {
      const prediction = predictions.subarray(k * size, (k + 1) * size);
      if (negative) {
        const at = (drawings.length + k) * size;
        guide(prediction, predictions.subarray(at, at + size), settings.guidance);
      }
      step.advance(sample, prediction, step.takesNoise ? fresh() : undefined);
    }
    emit({ type: 'steps', count: drawings.length });
  }
  for (const { order, sample } of drawings) {
    if (stopping()) return;
    emit({ type: 'image', index: order.index, image: await decoded(decoder, sample, settings.description) });
  }
}

/** Classifier-free guidance (Ho & Salimans 2022), in place: u + g · (c − u). */
function guide(prediction: Float32Array, away: Float32Array, scale: number): void {
  for (let i = 0; i < prediction.length; i++) {
    const difference = Math.fround(prediction[i]! - away[i]!);
    prediction[i] = away[i]! + Math.fround(scale * difference);
  }
}

async function decoded(
  decoder: ImageDecoder,
  latent: Float32Array,
  description: DiffusionDescription,
): Promise<RgbImage> {
  const [, height, width] = description.latent;
  const { downscale } = description;
  return fromVaeOutput(await decoder.decode(latent), width * downscale, height * downscale);
}
