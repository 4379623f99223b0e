/** The opened graphs of a diffusion model, shared by whatever uses them within one process. */

import { centerCrop, resizeToCover } from '../images/crop.ts';
import { decodeImage, type ImageSource, type RgbImage } from '../images/decode.ts';
import { type Interpolation, resize } from '../images/resize.ts';
import { bytesOf, type Condition } from '../models/condition.ts';
import type { Denoiser } from '../models/denoiser.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';

import { openDenoiser, openImageEncoder, openTextConditioner } from '../models/open-parts.ts';
import type { ImageEncoder } from '../models/vae-encoder.ts';
import type { Device } from '../onnx/session.ts';
import { EmbeddingCache } from './embedding-cache.ts';
import { type LatentMode, latentNoise } from './latent-draw.ts';
import type { PlanSpec } from './plan.ts';

/** Which graphs to open and how; `DiffusionSettings` has all of it. */
export interface PartsSettings {
  description: DiffusionDescription;
  /** Rows of every UNet call. */
  batch: number;
  threads: number;
  device: Device;
}

/** Encoders and denoiser of one model. */
export interface DiffusionParts {
  images: ImageEncoder;
  denoiser: Denoiser;
  /** Conditions by caption, remembered. */
  captions: EmbeddingCache<Condition>;
  release(): Promise<void>;
}

/** Opens the graphs that scoring needs. @throws ModelFileError, UsageError as the parts do. */
export async function openDiffusionParts(settings: PartsSettings): Promise<DiffusionParts> {
  const options = { threads: settings.threads, device: settings.device };
  const images = await openImageEncoder(settings.description, options);
  const texts = await openTextConditioner(settings.description, options);
  const denoiser = await openDenoiser(settings.description, settings.batch, options);
  return {
    images,
    denoiser,
    captions: new EmbeddingCache((caption) => texts.encode(caption), bytesOf),
    async release() {
      for (const part of [images, texts, denoiser]) await part.release();
    },
  };
}

/**
 * The picture as the model sees it: of the model's own size, the middle square cut out or all of it squashed.
 * @throws InputError where it cannot be read.
 */
export async function modelImage(
  source: ImageSource,
  {
    description,
    resize: rule,
    interpolation = 'bicubic',
  }: { description: DiffusionDescription; resize: 'crop' | 'squash'; interpolation?: Interpolation },
): Promise<RgbImage> {
  const { latent, downscale } = description;
  const [height, width] = [latent[1] * downscale, latent[2] * downscale];
  const image = await decodeImage(source);
  if (rule === 'squash') return resize(image, width, height, interpolation);
  return centerCrop(resizeToCover(image, { width, height }, interpolation), width, height);
}

/**
 * The latent of such a picture: the posterior's mean, or the one draw from it that the picture gets.
 * @throws ModelFileError where the encoder gives no posterior to draw from.
 */
export function latentOf(
  images: ImageEncoder,
  image: RgbImage,
  { description, plan, latent }: { description: DiffusionDescription; plan: PlanSpec; latent?: LatentMode },
): Promise<Float32Array> {
  const noise = latent === 'sample' ? latentNoise(plan.seed, image, description.latent) : undefined;
  return images.encode(image, noise);
}
