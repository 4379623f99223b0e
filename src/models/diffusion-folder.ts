/** Reads a diffusers ONNX folder into one plain description: its JSON files, and of its graphs the structure alone. */

import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { isFlow } from '../diffusion/flow-schedule.ts';
import { type ScheduleConfig, scheduleSchema } from '../diffusion/noise-schedule.ts';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { type DenoiserFacts, describeDenoiser } from './denoiser-facts.ts';
import { type Domain, readDomain } from './domain.ts';
import { type Family, type FamilyLayout, type ModelIndex, readFamily } from './families.ts';
import { graphAt, textPositions } from './graph-facts.ts';
import { type ClassLabels, readLabels } from './labels.ts';
import { readConfig, scoringFiles } from './parts.ts';
import { describeVae, type VaeFacts } from './vae-facts.ts';
import { vaeFolder } from './vae-folder.ts';

/** One text encoder and how its captions are cut. */
export interface TextPart {
  /** Its folder, e.g. `text_encoder_2`. */
  part: string;
  /** The tokenizer's folder. */
  tokenizer: string;
  kind: 'clip' | 't5';
  /** Exactly so many ids, whatever the tokenizer says. */
  length?: number;
  /** The most positions that the encoder has. */
  maxPositions?: number;
}

/** Everything that scoring needs to know of a diffusion model before its graphs are opened. Plain data. */
export interface DiffusionDescription extends VaeFacts, DenoiserFacts {
  kind: 'diffusion';
  family: Family;
  /** `_class_name` of its pipeline. */
  pipeline: string;
  folder: string;
  /** Files that feed a score, relative to `folder`; their hashes name the model. */
  files: string[];
  schedule: ScheduleConfig;
  /** Latent shape of one image, `[C, H, W]`. */
  latent: [channels: number, height: number, width: number];
  /** Where `vae_encoder/` and `vae_decoder/` lie, relative to `folder`. */
  vaeFolder: string;
  /** In the order in which the condition is put together; none for class labels. */
  texts: TextPart[];
  /** The empty caption is a condition of zeros (`force_zeros_for_empty_prompt` of SDXL). */
  zeroEmpty: boolean;
  /** Scale told to models that were distilled with guidance (LCM, FLUX.1-dev); the others take none. */
  guidance?: number;
  /** Names of the classes, for models that take classes instead of captions. */
  labels?: ClassLabels;
  /** What no file says and was therefore taken from Stable Diffusion 1: a sentence each. */
  assumed: string[];
  domain?: Domain;
}

/** Guidance that diffusers' pipelines give such models by default. */
const DEFAULT_GUIDANCE: Partial<Record<Family, number>> = { 'stable-diffusion': 8.5, flux: 3.5 };

/**
 * Describes the diffusion model in `folder`.
 * @param resolution side of the square image in pixels; by default the model's own.
 * @param guidance for models that are told a guidance scale; by default diffusers'.
 * @throws ModelFileError where the folder is no diffusers folder, of a family that is not supported, or lacks a part.
 */
export function describeDiffusion(
  folder: string,
  resolution?: number,
  guidance?: number,
): DiffusionDescription {
  const { family, layout, index } = readFamily(folder);
  const texts = layout.texts.filter(
    ({ part, optional }) => !optional || existsSync(join(folder, part, 'model.onnx')),
  );
  const denoiserPart =
    layout.denoiser.find((part) => existsSync(join(folder, part, 'model.onnx'))) ?? layout.denoiser[0]!;
  const vaeAt = vaeFolder(folder);
  const encoder = posix.join(vaeAt, 'vae_encoder');
  for (const part of [denoiserPart, ...texts.map((text) => text.part), encoder]) requirePart(folder, part);
  const assumed: string[] = [];
  const vae = describeVae(join(folder, vaeAt), family, assumed);
  const { size, channels, ...denoiser } = describeDenoiser(folder, { family, part: denoiserPart }, assumed);
  if (vae.vaeChannels !== undefined && vae.vaeChannels !== channels) {
    throw new ModelFileError({
      what: 'the denoiser takes more or less than a latent',
      where: join(folder, denoiserPart, 'config.json'),
      expected: `${vae.vaeChannels} channels, as the VAE encoder gives`,
      got: `${channels}`,
      fix: 'Inpainting and depth models cannot be scored: use a text-to-image model.',
    });
  }
  const latent = latentOf({
    folder,
    resolution,
    size,
    channels,
    downscale: vae.downscale,
    patch: denoiser.patch,
  });
  const domain = readDomain(folder);
  const scale = denoiser.takesGuidance ? (guidance ?? DEFAULT_GUIDANCE[family]) : undefined;
  return {
    kind: 'diffusion',
    family,
    pipeline: index._class_name,
    folder,
    files: scoringFiles(folder, [denoiserPart, encoder], texts),
    schedule: readSchedule(folder, latent, denoiser.patch),
    latent,
    vaeFolder: vaeAt,
    ...vae,
    ...denoiser,
    texts: texts.map((text) => describeText(folder, text, assumed)),
    zeroEmpty: family === 'stable-diffusion-xl' && (index.force_zeros_for_empty_prompt ?? true),
    ...(scale !== undefined && { guidance: scale }),
    ...labelsOf(folder, family, index, denoiser.classes),
    assumed,
    ...(domain && { domain }),
  };
}

function requirePart(folder: string, part: string): void {
  const where = join(folder, part, 'model.onnx');
  if (existsSync(where)) return;
  const name = posix.basename(part);
  throw new ModelFileError({
    what: `the model has no ${name.replaceAll('_', ' ')}`,
    where,
    got: 'no such file',
    fix:
      name === 'vae_encoder'
        ? 'Scoring encodes images, so export the model with its VAE encoder.'
        : 'Export or copy the model again.',
  });
}

/** Reads the scheduler's configuration; dynamic shifting depends on how many patches an image has. */
function readSchedule(folder: string, latent: readonly number[], patch: number): ScheduleConfig {
  const config = readJson(join(folder, 'scheduler', 'scheduler_config.json'), scheduleSchema);
  if (!isFlow(config)) return config;
  const [, height, width] = latent;
  return { ...config, image_seq_len: Math.floor(height! / patch) * Math.floor(width! / patch) };
}

function latentOf(facts: {
  folder: string;
  resolution: number | undefined;
  size: [height: number, width: number];
  channels: number;
  downscale: number;
  patch: number;
}): [number, number, number] {
  const { folder, resolution, size, channels, downscale, patch } = facts;
  if (resolution === undefined) return [channels, ...size];
  if (resolution % (downscale * patch) !== 0) {
    throw new ModelFileError({
      what: `the resolution ${resolution} cannot be used`,
      where: folder,
      expected: `a multiple of ${downscale * patch}`,
    });
  }
  return [channels, resolution / downscale, resolution / downscale];
}

const textSchema = z.object({ max_position_embeddings: z.number().int().positive() });
const SD1_POSITIONS = 77;

function describeText(folder: string, text: FamilyLayout['texts'][number], assumed: string[]): TextPart {
  const { part, tokenizer, kind, length } = text;
  if (kind === 't5') return { part, tokenizer, kind, ...(length !== undefined && { length }) };
  const config = readConfig(join(folder, part), textSchema);
  let maxPositions =
    config?.max_position_embeddings ?? textPositions(graphAt(join(folder, part, 'model.onnx')));
  if (maxPositions === undefined) {
    maxPositions = SD1_POSITIONS;
    assumed.push(`a context of ${SD1_POSITIONS} tokens: ${part} has no config.json`);
  }
  return { part, tokenizer, kind, maxPositions };
}

function labelsOf(folder: string, family: Family, index: ModelIndex, classes: number | undefined) {
  if (family !== 'dit') return {};
  return { labels: readLabels(join(folder, 'model_index.json'), index, classes!) };
}
