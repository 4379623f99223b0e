/** What a denoiser's folder and graph say: of a UNet or a transformer. */

import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../hub/read-file.ts';
import type { Family } from './families.ts';
import { dtypeOf, fixedSize, graphAt, inputChannels } from './graph-facts.ts';
import { readConfig } from './parts.ts';

export interface DenoiserFacts {
  /** Folder of its graph. */
  denoiser: string;
  dtype: 'float32' | 'float16';
  /** Latent cells per side that it takes as one: 1 for a UNet. */
  patch: number;
  /** Whether it is told a guidance scale. */
  takesGuidance: boolean;
  /** Width of LCM's guidance embedding (`time_cond_proj_dim`). */
  timeCondWidth?: number;
  /** Width of a text token as SD 3 takes it (`joint_attention_dim`). */
  textWidth?: number;
  /** Number of classes; the class after the last is ∅. */
  classes?: number;
  /** Whether it also answers how wide the reverse step is, in as many channels more (`learn_sigma` of DiT and PixArt). */
  learnsWidth?: boolean;
}

const count = z.number().int().positive();
const sides = z.union([count, z.array(count).length(2)]);
const unetSchema = z.object({
  sample_size: sides,
  in_channels: count,
  time_cond_proj_dim: count.nullish(),
});
const transformerSchema = z.object({
  sample_size: sides,
  in_channels: count,
  patch_size: count,
  out_channels: count.nullish(),
});
const sd3Schema = transformerSchema.extend({ joint_attention_dim: count });
const ditSchema = transformerSchema.extend({ num_embeds_ada_norm: count });
/** Channels are those of a packed patch of 2 × 2 cells. */
const fluxSchema = z.object({ in_channels: count, guidance_embeds: z.boolean().default(false) });

const SD1 = { size: 64, channels: 4 };
/** Latent cells per packed patch and side, and latent side: constants of diffusers' FluxPipeline. */
const FLUX = { patch: 2, size: 128 };

/**
 * Describes the denoiser in `folder`.
 * @param assumed receives a sentence for what no file says.
 * @returns also its native latent `size` and `channels`.
 * @throws ModelFileError where the configuration is missing (but for Stable Diffusion's oldest exports) or wrong.
 */
export function describeDenoiser(
  folder: string,
  { family, part }: { family: Family; part: string },
  assumed: string[],
): DenoiserFacts & { size: [number, number]; channels: number } {
  const graph = graphAt(join(folder, part, 'model.onnx'));
  const path = join(folder, part, 'config.json');
  const takes = (name: string) => graph?.inputs.some((input) => input.name === name) ?? false;
  const latentInput = takes('hidden_states') ? 'hidden_states' : 'sample';
  const common = { denoiser: part, dtype: dtypeOf(graph, latentInput), takesGuidance: false, patch: 1 };
  switch (family) {
    case 'stable-diffusion':
    case 'stable-diffusion-xl': {
      const config =
        family === 'stable-diffusion'
          ? readConfig(join(folder, part), unetSchema)
          : readJson(path, unetSchema);
      const timeCondWidth = fixedSize(graph, 'timestep_cond', 1) ?? config?.time_cond_proj_dim ?? undefined;
      const fixed = fixedSize(graph, 'sample', 2);
      const square = fixed ?? SD1.size;
      if (!config && !fixed) assumed.push(`latents of ${square} x ${square}: unet has no config.json`);
      const size = config?.sample_size ?? square;
      return {
        ...common,
        takesGuidance: takes('timestep_cond') || (!graph && timeCondWidth !== undefined),
        ...(timeCondWidth !== undefined && { timeCondWidth }),
        size: pair(size),
        channels: config?.in_channels ?? inputChannels(graph) ?? SD1.channels,
      };
    }
    case 'flux': {
      const config = readJson(path, fluxSchema);
      return {
        ...common,
        patch: FLUX.patch,
        takesGuidance: graph ? takes('guidance') : config.guidance_embeds,
        size: pair(FLUX.size),
        channels: config.in_channels / FLUX.patch ** 2,
      };
    }
    case 'stable-diffusion-3': {
      const config = readJson(path, sd3Schema);
      return { ...common, ...transformer(config), textWidth: config.joint_attention_dim };
    }
    case 'dit': {
      const config = readJson(path, ditSchema);
      return { ...common, ...transformer(config), classes: config.num_embeds_ada_norm };
    }
    default:
      return { ...common, ...transformer(readJson(path, transformerSchema)) };
  }
}

function transformer(config: z.infer<typeof transformerSchema>) {
  return {
    ...(config.out_channels === 2 * config.in_channels && { learnsWidth: true }),
    patch: config.patch_size,
    size: pair(config.sample_size),
    channels: config.in_channels,
  };
}

function pair(size: number | number[]): [number, number] {
  return typeof size === 'number' ? [size, size] : [size[0]!, size[1]!];
}
