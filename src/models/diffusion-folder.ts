/** Reads a diffusers ONNX folder's JSON files into one plain description; opens no graph. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ScheduleConfig, scheduleSchema } from '../diffusion/noise-schedule.ts';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { tokenizerFiles } from '../tokenizers/clip.ts';
import { DOMAIN_FILE, type Domain, readDomain } from './domain.ts';

/** Everything that scoring needs to know of a diffusion model before its graphs are opened. Plain data. */
export interface DiffusionDescription {
  kind: 'diffusion';
  family: 'stable-diffusion';
  folder: string;
  /** Files that feed a score, relative to `folder`; their hashes name the model. */
  files: string[];
  schedule: ScheduleConfig;
  /** Latent shape of one image, `[C, H, W]`. */
  latent: [channels: number, height: number, width: number];
  /** Pixels per latent cell and side. */
  downscale: number;
  scalingFactor: number;
  shiftFactor: number;
  /** The text encoder's `max_position_embeddings`. */
  maxPositions: number;
  domain?: Domain;
}

const unetSchema = z.object({
  sample_size: z
    .union([z.number().int().positive(), z.array(z.number().int().positive()).length(2)])
    .optional(),
  in_channels: z.number().int().positive().optional(),
});
const vaeSchema = z.object({
  scaling_factor: z.number().positive().optional(),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.number()).min(1).optional(),
});
const textSchema = z.object({ max_position_embeddings: z.number().int().positive().optional() });

/** Families by what `model_index.json` calls the pipeline, with exporters' prefixes removed. */
const FAMILIES: Record<string, DiffusionDescription['family']> = {
  StableDiffusionPipeline: 'stable-diffusion',
};

/** Defaults where a folder of the oldest export generation has no `config.json` per part: Stable Diffusion 1's. */
const SD1 = { sampleSize: 64, channels: 4, scalingFactor: 0.18215, downscale: 8, maxPositions: 77 };

/**
 * Describes the diffusion model in `folder`.
 * @param resolution side of the square image in pixels; by default the model's own.
 * @throws ModelFileError where the folder is no diffusers folder, of a family that is not supported, or lacks a part.
 */
export function describeDiffusion(folder: string, resolution?: number): DiffusionDescription {
  const index = readJson(join(folder, 'model_index.json'), z.object({ _class_name: z.string() }));
  const family = new Map(Object.entries(FAMILIES)).get(index._class_name.replace(/^(Onnx|ORT)/, ''));
  if (!family) {
    throw new ModelFileError({
      what: `the pipeline "${index._class_name}" is not supported`,
      where: join(folder, 'model_index.json'),
      expected: Object.keys(FAMILIES).join(' or '),
    });
  }
  for (const part of ['unet', 'text_encoder', 'vae_encoder'] as const) {
    if (existsSync(join(folder, part, 'model.onnx'))) continue;
    throw new ModelFileError({
      what: `the model has no ${part.replace('_', ' ')}`,
      where: join(folder, part, 'model.onnx'),
      got: 'no such file',
      fix:
        part === 'vae_encoder'
          ? 'Scoring encodes images, so export the model with its VAE encoder.'
          : 'Export or copy the model again.',
    });
  }
  const unet = optional(folder, 'unet', unetSchema);
  const vae = optional(folder, 'vae_encoder', vaeSchema);
  const text = optional(folder, 'text_encoder', textSchema);
  const downscale = vae.block_out_channels ? 2 ** (vae.block_out_channels.length - 1) : SD1.downscale;
  const side = unet.sample_size ?? SD1.sampleSize;
  const [height, width] = Array.isArray(side) ? (side as [number, number]) : [side, side];
  if (resolution !== undefined && resolution % downscale !== 0) {
    throw new ModelFileError({
      what: `the resolution ${resolution} cannot be used`,
      where: folder,
      expected: `a multiple of ${downscale}`,
    });
  }
  const domain = readDomain(folder);
  return {
    kind: 'diffusion',
    family,
    folder,
    files: scoringFiles(folder),
    schedule: readJson(join(folder, 'scheduler', 'scheduler_config.json'), scheduleSchema),
    latent: [
      unet.in_channels ?? SD1.channels,
      resolution ? resolution / downscale : height,
      resolution ? resolution / downscale : width,
    ],
    downscale,
    scalingFactor: vae.scaling_factor ?? SD1.scalingFactor,
    shiftFactor: vae.shift_factor ?? 0,
    maxPositions: text.max_position_embeddings ?? SD1.maxPositions,
    ...(domain && { domain }),
  };
}

function optional<T extends z.ZodType>(folder: string, part: string, schema: T): z.infer<T> {
  const path = join(folder, part, 'config.json');
  return existsSync(path) ? readJson(path, schema) : schema.parse({});
}

/** Whole graph folders, since external weights lie beside the graph under any name. */
function scoringFiles(folder: string): string[] {
  const parts = ['text_encoder', 'unet', 'vae_encoder'].flatMap((part) =>
    readdirSync(join(folder, part)).map((name) => `${part}/${name}`),
  );
  const tokenizer = tokenizerFiles(join(folder, 'tokenizer')).map((name) => `tokenizer/${name}`);
  const domain = existsSync(join(folder, DOMAIN_FILE)) ? [DOMAIN_FILE] : [];
  return ['model_index.json', 'scheduler/scheduler_config.json', ...domain, ...parts, ...tokenizer].sort();
}
