/** What a VAE encoder's folder and graph say. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { drawsOf } from '../onnx/still-draws.ts';
import type { Family } from './families.ts';
import { downscaleOf, graphAt } from './graph-facts.ts';
import { readConfig } from './parts.ts';

/**
 * How a latent comes out of the encoder's graph: `mean`: it answers the posterior's parameters. `still`: it draws, and
 * the draw is made zero on load, which leaves the mean. `answer`: it answers one latent without drawing. `draw`: it
 * draws in a way that cannot be made zero, so that one draw per image is kept and used.
 */
export type VaeMode = 'mean' | 'still' | 'answer' | 'draw';

export interface VaeFacts {
  vae: VaeMode;
  /** Pixels per latent cell and side. */
  downscale: number;
  scalingFactor: number;
  shiftFactor: number;
  /** Channels of its latent, where its configuration says. */
  vaeChannels?: number;
}

const vaeSchema = z.object({
  // Older configurations leave it out; 0.18215 is the default of diffusers' AutoencoderKL.
  scaling_factor: z.number().positive().default(0.18215),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.number()).min(1),
  latent_channels: z.number().int().positive().optional(),
});
/** Stable Diffusion 1's, for the oldest exports, whose folders have no `config.json`. */
const SD1 = { scaling: 0.18215, downscale: 8 };

/**
 * Describes the encoder in `folder`. Its configuration may also lie in `vae/`, where the repository has PyTorch's
 * weights too.
 * @param assumed receives a sentence for what no file says.
 * @throws ModelFileError where a family other than Stable Diffusion has no configuration.
 */
export function describeVae(folder: string, family: Family, assumed: string[]): VaeFacts {
  const graph = graphAt(join(folder, 'vae_encoder', 'model.onnx'));
  const vae = graph ? modeOf(graph) : 'mean';
  const config = ['vae_encoder', 'vae']
    .map((part) => readConfig(join(folder, part), vaeSchema))
    .find(Boolean);
  if (config) {
    return {
      vae,
      downscale: 2 ** (config.block_out_channels.length - 1),
      scalingFactor: config.scaling_factor,
      shiftFactor: config.shift_factor ?? 0,
      ...(config.latent_channels !== undefined && { vaeChannels: config.latent_channels }),
    };
  }
  if (family !== 'stable-diffusion') {
    const where = join(folder, 'vae_encoder', 'config.json');
    throw new ModelFileError({
      what: 'a model file is missing',
      where,
      expected: 'the scaling of the latents, which differs from model to model',
      ...(existsSync(where) ? {} : { got: 'no such file' }),
      fix: 'Copy it from the checkpoint’s vae/config.json.',
    });
  }
  assumed.push(`latents scaled by ${SD1.scaling}: vae_encoder has no config.json`);
  return { vae, downscale: downscaleOf(graph) ?? SD1.downscale, scalingFactor: SD1.scaling, shiftFactor: 0 };
}

function modeOf(graph: NonNullable<ReturnType<typeof graphAt>>): VaeMode {
  if (graph.outputs.some(({ name }) => name === 'latent_parameters')) return 'mean';
  const draws = drawsOf(graph);
  return draws === 'none' ? 'answer' : draws === 'normal' ? 'still' : 'draw';
}
