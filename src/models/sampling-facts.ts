/** How a diffusers folder is sampled from: its scheduler's fields, and what its pipeline does by default. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type SamplingConfig, samplerOf, samplingSchema } from '../diffusion/sampling-config.ts';
import { readJson } from '../hub/read-file.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import type { Family } from './families.ts';

/** Whether a guidance scale weighs two predictions, is told to the model, or means nothing to it. */
export type GuidanceKind = 'classifier-free' | 'told' | 'none';

/** What sampling needs to know beside the description. Plain data. */
export interface SamplingFacts {
  config: SamplingConfig;
  guidance: GuidanceKind;
  /** Where nobody says: what the folder's `sampling.json` has, else what diffusers' pipeline takes. */
  usual: { steps: number; guidance: number };
}

/** `num_inference_steps` and `guidance_scale` of diffusers' pipelines. */
const USUAL: Record<Family, SamplingFacts['usual']> = {
  'stable-diffusion': { steps: 50, guidance: 7.5 },
  'stable-diffusion-xl': { steps: 50, guidance: 5 },
  'stable-diffusion-3': { steps: 28, guidance: 7 },
  flux: { steps: 28, guidance: 3.5 },
  'pixart-alpha': { steps: 20, guidance: 4.5 },
  'pixart-sigma': { steps: 20, guidance: 4.5 },
  dit: { steps: 50, guidance: 4 },
};
/** Of models that were distilled to few steps: LCM, FLUX.1-schnell. */
const FEW_STEPS = 4;

/** Optional file in a model's folder: what suits it better than its pipeline's defaults. No score depends on it. */
const USUAL_FILE = 'sampling.json';
const usualSchema = z.object({
  steps: z.number().int().min(1).optional(),
  guidance: z.number().min(0).optional(),
});

/**
 * Reads how the model in a folder is sampled from.
 * @throws ModelFileError naming a field of its scheduler's configuration that is not supported, or of `sampling.json`.
 */
export function readSampling(description: DiffusionDescription): SamplingFacts {
  const { folder, family, guidance, takesGuidance } = description;
  const config = readJson(join(folder, 'scheduler', 'scheduler_config.json'), samplingSchema);
  const few = samplerOf(config) === 'lcm' || (family === 'flux' && !takesGuidance);
  const file = join(folder, USUAL_FILE);
  const own = existsSync(file) ? readJson(file, usualSchema) : {};
  const usual = USUAL[family];
  return {
    config,
    guidance: takesGuidance ? 'told' : family === 'flux' ? 'none' : 'classifier-free',
    usual: {
      steps: own.steps ?? (few ? FEW_STEPS : usual.steps),
      guidance: guidance ?? own.guidance ?? usual.guidance,
    },
  };
}

/** Files of a model that pictures depend on and scores do not: the decoder's, relative to its folder. */
export function decoderFiles({ folder }: DiffusionDescription): string[] {
  return ['vae_decoder/config.json', 'vae_decoder/model.onnx'].filter((file) =>
    existsSync(join(folder, file)),
  );
}
