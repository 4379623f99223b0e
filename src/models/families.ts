/** Families of diffusion models, and how a folder shows which one it holds. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';

/** What a family's folder holds, and what is the same for all of its models. */
export interface FamilyLayout {
  /** As people call it. */
  title: string;
  /** Folders of the denoiser, of which one is there. */
  denoiser: readonly string[];
  /** Text encoders in the order in which the denoiser's condition is put together; `optional` ones may be missing. */
  texts: readonly {
    part: string;
    tokenizer: string;
    kind: 'clip' | 't5';
    optional?: boolean;
    /** Exactly so many ids, as diffusers' pipeline pads them, whatever the tokenizer says. */
    length?: number;
  }[];
}

const CLIP = { part: 'text_encoder', tokenizer: 'tokenizer', kind: 'clip' } as const;
const CLIP_2 = { part: 'text_encoder_2', tokenizer: 'tokenizer_2', kind: 'clip' } as const;

/** Lengths are the `max_sequence_length` that each diffusers pipeline has by default. */
export const FAMILIES = {
  'stable-diffusion': { title: 'Stable Diffusion 1 / 2', denoiser: ['unet'], texts: [CLIP] },
  'stable-diffusion-xl': {
    title: 'Stable Diffusion XL',
    denoiser: ['unet'],
    texts: [{ ...CLIP, optional: true }, CLIP_2], // the refiner has the second one alone
  },
  'stable-diffusion-3': {
    title: 'Stable Diffusion 3',
    denoiser: ['transformer', 'unet'], // TensorStack keeps it under the second name
    texts: [
      CLIP,
      CLIP_2,
      { part: 'text_encoder_3', tokenizer: 'tokenizer_3', kind: 't5', optional: true, length: 256 },
    ],
  },
  flux: {
    title: 'FLUX.1',
    denoiser: ['transformer', 'unet'],
    texts: [CLIP, { part: 'text_encoder_2', tokenizer: 'tokenizer_2', kind: 't5', length: 512 }],
  },
  'pixart-alpha': {
    title: 'PixArt-α',
    denoiser: ['transformer'],
    texts: [{ part: 'text_encoder', tokenizer: 'tokenizer', kind: 't5', length: 120 }],
  },
  'pixart-sigma': {
    title: 'PixArt-Σ',
    denoiser: ['transformer'],
    texts: [{ part: 'text_encoder', tokenizer: 'tokenizer', kind: 't5', length: 300 }],
  },
  dit: { title: 'class-conditional DiT', denoiser: ['transformer'], texts: [] },
} as const satisfies Record<string, FamilyLayout>;

/** One of `FAMILIES`. */
export type Family = keyof typeof FAMILIES;

/** Families by what `model_index.json` calls the pipeline, with exporters' prefixes and tasks removed. */
const PIPELINES: Readonly<Record<string, Family>> = {
  StableDiffusionPipeline: 'stable-diffusion',
  LatentConsistencyModelPipeline: 'stable-diffusion',
  StableDiffusionXLPipeline: 'stable-diffusion-xl',
  StableDiffusion3Pipeline: 'stable-diffusion-3',
  FluxPipeline: 'flux',
  PixArtAlphaPipeline: 'pixart-alpha',
  PixArtSigmaPipeline: 'pixart-sigma',
  DiTPipeline: 'dit',
};

const indexSchema = z.object({
  _class_name: z.string(),
  force_zeros_for_empty_prompt: z.boolean().nullish(),
  requires_aesthetics_score: z.boolean().nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
});
/** The fields of `model_index.json` that are used. */
export type ModelIndex = z.infer<typeof indexSchema>;

/**
 * Reads `model_index.json`.
 * @throws ModelFileError where there is none, or it is of a family that is not supported: with what was found, what is
 *   supported, and what would work.
 */
export function readFamily(folder: string): { family: Family; layout: FamilyLayout; index: ModelIndex } {
  const path = join(folder, 'model_index.json');
  if (!existsSync(path)) refuseOtherLayouts(folder);
  const index = readJson(path, indexSchema);
  const name = index._class_name.replace(/^(Onnx|ORT)/, '').replace(/(Img2Img)Pipeline$/, 'Pipeline');
  const family = new Map(Object.entries(PIPELINES)).get(name);
  if (!family) {
    throw new ModelFileError({
      what: `the pipeline "${index._class_name}" is not supported`,
      where: path,
      expected: Object.keys(PIPELINES).join(', '),
    });
  }
  return { family, layout: FAMILIES[family], index };
}

/** Names a layout that is not diffusers' own. @throws ModelFileError; returns where the folder looks like nothing known. */
function refuseOtherLayouts(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const graphs = names.filter((name) => name.endsWith('.onnx'));
  const parts = names.filter((name) => existsSync(join(folder, name, 'model.onnx')));
  const where = join(folder, 'model_index.json');
  if (graphs.length > 0) {
    const encoder = graphs.some((name) => /vae.*enc|enc.*vae/i.test(name));
    throw new ModelFileError({
      what: 'the folder holds single graphs for one program (as the "webnn" repositories do) and no model_index.json',
      where,
      expected: 'a diffusers folder with unet/, text_encoder/ and vae_encoder/',
      got: graphs.slice(0, 6).join(', '),
      fix: `${encoder ? '' : 'Among them is no VAE encoder either, without which no image can be scored. '}Export the checkpoint as docs/models.md shows.`,
    });
  }
  if (names.some((name) => /\.(safetensors|ckpt|bin|pt|gguf)$/.test(name)) && parts.length === 0) {
    throw new ModelFileError({
      what: 'the folder holds PyTorch weights and no ONNX graphs',
      where,
      fix: 'Export the checkpoint as docs/models.md shows.',
    });
  }
}
