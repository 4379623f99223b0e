/** Reads a CLIP ONNX folder (transformers.js' layout) into one plain description; opens no graph. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import type { PerChannel } from '../images/normalize.ts';
import type { ResizeFilter } from '../images/resize.ts';
import { tokenizerFiles } from '../tokenizers/open-tokenizer.ts';
import { DOMAIN_FILE, type Domain, readDomain } from './domain.ts';

/** How a CLIP model wants its pixels, as its `preprocessor_config.json` says or transformers' defaults do. */
export interface Preprocessing {
  /** Shorter side after resizing; undefined: no resizing by the shorter side. */
  shortestEdge?: number;
  /** Exact size after resizing, for models that squash. */
  exactSize?: { width: number; height: number };
  crop?: { width: number; height: number };
  filter: ResizeFilter;
  rescale: number;
  mean: PerChannel;
  std: PerChannel;
}

/** Everything that scoring needs to know of a CLIP model before its graphs are opened. Plain data. */
export interface ClipDescription {
  kind: 'clip';
  folder: string;
  /** Files that feed a score, relative to `folder`; their hashes name the model. */
  files: string[];
  /** Text and vision as two graphs, or both in one. */
  layout: 'split' | 'joint';
  preprocessing: Preprocessing;
  /** The text model's `max_position_embeddings`. */
  maxPositions: number;
  domain?: Domain;
}

const side = z.number().int().positive();
const sizeSchema = z.union([
  side,
  z.object({ shortest_edge: side }),
  z.object({ height: side, width: side }),
]);
/** Fields that are left out have the defaults of transformers' CLIPImageProcessor, OpenAI's CLIP. */
const preprocessorSchema = z.object({
  do_resize: z.boolean().default(true),
  size: sizeSchema.default({ shortest_edge: 224 }),
  resample: z.number().int().default(3),
  do_center_crop: z.boolean().default(true),
  crop_size: z.union([side, z.object({ height: side, width: side })]).default(224),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.tuple([z.number(), z.number(), z.number()]).default([0.48145466, 0.4578275, 0.40821073]),
  image_std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .default([0.26862954, 0.26130258, 0.27577711]),
});
const configSchema = z.object({
  model_type: z.string(),
  text_config: z.object({ max_position_embeddings: side.optional() }).optional(),
});

/** Pillow's resampling numbers, which transformers writes as `resample`. */
const FILTERS: Record<number, ResizeFilter> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic', 4: 'box' };

const SPLIT = ['onnx/text_model.onnx', 'onnx/vision_model.onnx'];
const JOINT = ['onnx/model.onnx'];

/**
 * Describes the CLIP model in `folder`.
 * @throws ModelFileError where a file is missing or malformed, or the model is of another type.
 */
export function describeClip(folder: string): ClipDescription {
  const config = readJson(join(folder, 'config.json'), configSchema);
  if (config.model_type !== 'clip') {
    throw new ModelFileError({
      what: `the model type "${config.model_type}" is not supported`,
      where: join(folder, 'config.json'),
      expected: 'clip',
    });
  }
  const has = (files: string[]) => files.every((file) => existsSync(join(folder, file)));
  const layout = has(SPLIT) ? 'split' : 'joint';
  if (layout === 'joint' && !has(JOINT)) {
    throw new ModelFileError({
      what: 'the folder has no CLIP graph',
      where: join(folder, 'onnx'),
      expected: 'text_model.onnx and vision_model.onnx, or model.onnx',
    });
  }
  const domain = readDomain(folder);
  return {
    kind: 'clip',
    folder,
    files: [
      'config.json',
      'preprocessor_config.json',
      ...(layout === 'split' ? SPLIT : JOINT).flatMap((graph) => graphFiles(folder, graph)),
      ...(domain ? [DOMAIN_FILE] : []),
      ...tokenizerFiles(folder),
    ].sort(),
    layout,
    preprocessing: readPreprocessing(join(folder, 'preprocessor_config.json')),
    maxPositions: config.text_config?.max_position_embeddings ?? 77,
    ...(domain && { domain }),
  };
}

/** A graph and its external weights, which carry its name with an ending (`.onnx_data`, `.onnx.data` …). */
function graphFiles(folder: string, graph: string): string[] {
  return readdirSync(join(folder, 'onnx'))
    .filter((name) => name.startsWith(basename(graph)))
    .map((name) => `onnx/${name}`)
    .filter((file) => !statSync(join(folder, file), { throwIfNoEntry: false })?.isDirectory());
}

function readPreprocessing(path: string): Preprocessing {
  const config = readJson(path, preprocessorSchema);
  const filter = FILTERS[config.resample];
  if (!filter) {
    throw new ModelFileError({
      what: `the resampling filter ${config.resample} is not supported`,
      where: path,
      expected: Object.keys(FILTERS).join(', '),
    });
  }
  const square = (value: number | { height: number; width: number }) =>
    typeof value === 'number' ? { width: value, height: value } : value;
  const size = config.do_resize ? config.size : undefined;
  return {
    ...(typeof size === 'number' && { shortestEdge: size }),
    ...(typeof size === 'object' && 'shortest_edge' in size && { shortestEdge: size.shortest_edge }),
    ...(typeof size === 'object' && 'height' in size && { exactSize: size }),
    ...(config.do_center_crop && { crop: square(config.crop_size) }),
    filter,
    rescale: config.do_rescale ? config.rescale_factor : 1,
    mean: config.do_normalize ? config.image_mean : [0, 0, 0],
    std: config.do_normalize ? config.image_std : [1, 1, 1],
  };
}
