/** Reads a diffusers ONNX folder's JSON files into one plain description; opens no graph. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ScheduleConfig, scheduleSchema } from '../diffusion/noise-schedule.ts';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { tokenizerFiles } from '../tokenizers/open-tokenizer.ts';
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
  sample_size: z.union([z.number().int().positive(), z.array(z.number().int().positive()).length(2)]),
  in_channels: z.number().int().positive(),
});
const vaeSchema = z.object({
  // Older configurations leave it out; 0.18215 is the default of diffusers' AutoencoderKL.
  scaling_factor: z.number().positive().default(0.18215),
  shift_factor: z.number().nullish(),
  block_out_channels: z.array(z.number()).min(1),
});
const textSchema = z.object({ max_position_embeddings: z.number().int().positive() });

/** Families by what `model_index.json` calls the pipeline, with exporters' prefixes removed. */
const FAMILIES: Record<string, DiffusionDescription['family']> = {
  StableDiffusionPipeline: 'stable-diffusion',
};

/** The parts of a folder of the oldest export generation, which have no `config.json`: Stable Diffusion 1's. */
const SD1 = {
  unet: { sample_size: 64, in_channels: 4 },
  vae: { scaling_factor: 0.18215, shift_factor: 0, block_out_channels: [128, 256, 512, 512] },
  text: { max_position_embeddings: 77 },
} satisfies {
  unet: z.infer<typeof unetSchema>;
  vae: z.infer<typeof vaeSchema>;
  text: z.infer<typeof textSchema>;
};

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
  const unet = readConfig(join(folder, 'unet'), unetSchema, SD1.unet);
  const vae = readConfig(join(folder, 'vae_encoder'), vaeSchema, SD1.vae);
  const text = readConfig(join(folder, 'text_encoder'), textSchema, SD1.text);
  const downscale = 2 ** (vae.block_out_channels.length - 1);
  const side = unet.sample_size;
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
      unet.in_channels,
      resolution ? resolution / downscale : height,
      resolution ? resolution / downscale : width,
    ],
    downscale,
    scalingFactor: vae.scaling_factor,
    shiftFactor: vae.shift_factor ?? 0,
    maxPositions: text.max_position_embeddings,
    ...(domain && { domain }),
  };
}

/** A part's `config.json`, or `otherwise` where there is none; one that is there must say everything. */
function readConfig<T extends z.ZodType>(part: string, schema: T, otherwise: z.infer<T>): z.infer<T> {
  const path = join(part, 'config.json');
  return existsSync(path) ? readJson(path, schema) : otherwise;
}

/** Whole graph folders, since external weights lie beside the graph under any name. */
function scoringFiles(folder: string): string[] {
  const parts = ['text_encoder', 'unet', 'vae_encoder'].flatMap((part) =>
    readdirSync(join(folder, part))
      // Links count as what they lead to: Hugging Face's cache is made of them.
      .filter((name) => !statSync(join(folder, part, name), { throwIfNoEntry: false })?.isDirectory())
      .map((name) => `${part}/${name}`),
  );
  const tokenizer = tokenizerFiles(join(folder, 'tokenizer')).map((name) => `tokenizer/${name}`);
  const domain = existsSync(join(folder, DOMAIN_FILE)) ? [DOMAIN_FILE] : [];
  return ['model_index.json', 'scheduler/scheduler_config.json', ...domain, ...parts, ...tokenizer].sort();
}
