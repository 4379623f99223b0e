/** The parts of a diffusion model, opened as its family needs them. */

import type { SessionOptions } from '../onnx/session.ts';
import type { TextConditioner } from './condition.ts';
import { type Denoiser, openDenoiserGraph } from './denoiser.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { openFluxText } from './flux-text.ts';
import { classCondition, classOf } from './labels.ts';
import { openPixartText } from './pixart-text.ts';
import { openSd3Text } from './sd3-text.ts';
import { openSdxlText } from './sdxl-text.ts';
import { openTextEncoder } from './text-encoder.ts';
import { type ImageEncoder, openVaeEncoder } from './vae-encoder.ts';

/** Images to latents. @throws ModelFileError as the graph's opening. */
export function openImageEncoder(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<ImageEncoder> {
  return openVaeEncoder(description, options);
}

/** Captions, or names of classes, to conditions. @throws ModelFileError as the graphs' opening. */
export async function openTextConditioner(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  switch (description.family) {
    case 'stable-diffusion':
      return openTextEncoder(description, options);
    case 'stable-diffusion-xl':
      return openSdxlText(description, options);
    case 'stable-diffusion-3':
      return openSd3Text(description, options);
    case 'flux':
      return openFluxText(description, options);
    case 'pixart-alpha':
    case 'pixart-sigma':
      return openPixartText(description, options);
    case 'dit': {
      const labels = description.labels!;
      return {
        // The class after the last stands for ∅, as diffusers' DiTPipeline uses it.
        async encode(name) {
          return classCondition(name === '' ? labels.count : classOf(labels, name));
        },
        async release() {},
      };
    }
  }
}

/** Noisy latents to predictions, `batch` rows a call. @throws ModelFileError as the graph's opening. */
export function openDenoiser(
  description: DiffusionDescription,
  batch: number,
  options: SessionOptions,
): Promise<Denoiser> {
  return openDenoiserGraph(description, batch, options);
}
