/** How a CLIP-like model wants its pixels: what its preprocessing file says, and the doing of it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { centerCrop, centerCropRounded, resizeShortestEdge } from '../images/crop.ts';
import type { RgbImage } from '../images/decode.ts';
import { type PerChannel, toTensor } from '../images/normalize.ts';
import { type ResizeFilter, resize } from '../images/resize.ts';

export interface Preprocessing {
  /** Shorter side after resizing; undefined: no resizing by the shorter side. */
  shortestEdge?: number;
  /** Exact size after resizing, for models that squash. */
  exactSize?: { width: number; height: number };
  crop?: { width: number; height: number };
  /** Where an odd margin is cut: as transformers does it, or as torchvision. @default 'floor' */
  cropRule?: 'floor' | 'round';
  filter: ResizeFilter;
  rescale: number;
  mean: PerChannel;
  std: PerChannel;
}

type Size = { width: number; height: number };

/** Pillow's resampling numbers, which transformers writes as `resample`. */
export const FILTERS: Record<number, ResizeFilter> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic', 4: 'box' };

const side = z.number().int().positive();
const sizeSchema = z.union([
  side,
  z.object({ shortest_edge: side }),
  z.object({ height: side, width: side }),
]);
/** One number per channel in a file. */
export const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const deviations = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);
/** OpenAI's, which most models keep. */
const OPENAI = {
  mean: [0.48145466, 0.4578275, 0.40821073] as const,
  std: [0.26862954, 0.26130258, 0.27577711] as const,
};

/** Fields that are left out have the defaults of transformers' processor for the model's type. */
function processorSchema(siglip: boolean) {
  const half: [number, number, number] = [0.5, 0.5, 0.5];
  return z.object({
    do_resize: z.boolean().default(true),
    size: sizeSchema.default(siglip ? { height: 224, width: 224 } : { shortest_edge: 224 }),
    resample: z.number().int().default(3),
    do_center_crop: z.boolean().nullish(),
    crop_size: z.union([side, z.object({ height: side, width: side })]).nullish(),
    do_rescale: z.boolean().default(true),
    rescale_factor: z
      .number()
      .positive()
      .default(1 / 255),
    do_normalize: z.boolean().default(true),
    image_mean: perChannel.default(siglip ? half : [...OPENAI.mean]),
    image_std: deviations.default(siglip ? half : [...OPENAI.std]),
  });
}

/** Names of the preprocessing files of transformers, the usual one first. */
const PROCESSOR_FILES = ['preprocessor_config.json', 'processor_config.json'];

/** The preprocessing file of a transformers folder: transformers 5 may keep it within `processor_config.json`. */
export function processorFile(folder: string): string {
  return PROCESSOR_FILES.find((name) => existsSync(join(folder, name))) ?? PROCESSOR_FILES[0]!;
}

/**
 * Reads transformers' image processor file.
 * @param siglip whether what is left out is as in SiglipImageProcessor (squash to 224, mean and deviation 0.5, no crop)
 *   or as in CLIPImageProcessor (shorter side to 224, the middle cut out, OpenAI's mean and deviation).
 * @throws ModelFileError where it is missing or malformed, or asks for a filter that there is not.
 */
export function readProcessor(folder: string, siglip: boolean): Preprocessing {
  const name = processorFile(folder);
  const path = join(folder, name);
  const schema = processorSchema(siglip);
  const config =
    name === PROCESSOR_FILES[0]
      ? readJson(path, schema)
      : readJson(path, z.object({ image_processor: schema })).image_processor;
  const filter = FILTERS[config.resample];
  if (!filter) {
    throw new ModelFileError({
      what: `the resampling filter ${config.resample} is not supported`,
      where: path,
      expected: Object.keys(FILTERS).join(', '),
    });
  }
  const size = config.do_resize ? config.size : undefined;
  const crops = config.do_center_crop ?? !siglip;
  return {
    // A bare number is the shorter side to CLIP's processor and both sides to SigLIP's.
    ...(typeof size === 'number' && (siglip ? { exactSize: square(size) } : { shortestEdge: size })),
    ...(typeof size === 'object' && 'shortest_edge' in size && { shortestEdge: size.shortest_edge }),
    ...(typeof size === 'object' && 'height' in size && { exactSize: size }),
    ...(crops && { crop: square(config.crop_size ?? 224) }),
    filter,
    rescale: config.do_rescale ? config.rescale_factor : 1,
    mean: config.do_normalize ? config.image_mean : [0, 0, 0],
    std: config.do_normalize ? config.image_std : [1, 1, 1],
  };
}

/** open_clip's `PreprocessCfg`; what is left out has its defaults. */
const openClipSchema = z.object({
  size: z.union([side, z.tuple([side, side])]).default(224),
  mode: z.literal('RGB').default('RGB'),
  mean: perChannel.default([...OPENAI.mean]),
  std: deviations.default([...OPENAI.std]),
  interpolation: z.enum(['bicubic', 'bilinear']).default('bicubic'),
  resize_mode: z.enum(['shortest', 'squash']).default('shortest'),
});

/**
 * Reads open_clip's `preprocess_cfg.json`: `open_clip.transform.image_transform_v2(cfg, is_train=False)`.
 * @throws ModelFileError where it is missing, malformed, or of a mode that there is not.
 */
export function readOpenClipPreprocessing(path: string): Preprocessing {
  const { size, mean, std, interpolation, resize_mode } = readJson(path, openClipSchema);
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const rule = { filter: interpolation, rescale: 1 / 255, mean, std };
  if (resize_mode === 'squash') return { ...rule, exactSize: { width, height } };
  if (width !== height) {
    throw new ModelFileError({
      what: 'a size that is not square is only supported with resize_mode "squash"',
      where: path,
      got: `${height} x ${width}`,
    });
  }
  return { ...rule, shortestEdge: width, crop: { width, height }, cropRule: 'round' };
}

/** Pixels as the model wants them, `[3, H, W]`; equals transformers' or open_clip's processor on an RGB image. */
export function preprocess(image: RgbImage, rule: Preprocessing): Float32Array {
  let result = image;
  if (rule.shortestEdge !== undefined) result = resizeShortestEdge(result, rule.shortestEdge, rule.filter);
  if (rule.exactSize) result = resize(result, rule.exactSize.width, rule.exactSize.height, rule.filter);
  if (rule.crop) {
    const cut = rule.cropRule === 'round' ? centerCropRounded : centerCrop;
    result = cut(result, rule.crop.width, rule.crop.height);
  }
  return toTensor(result, rule);
}

/** The size that `preprocess` gives. @throws ModelFileError where it depends on the image. */
export function inputSize(rule: Preprocessing, where: string): Size {
  const size = rule.crop ?? rule.exactSize;
  if (size) return size;
  throw new ModelFileError({
    what: 'the preprocessing does not fix the size of the image',
    where,
    expected: 'crop_size, or size with height and width',
  });
}

function square(value: number | Size): Size {
  return typeof value === 'number' ? { width: value, height: value } : value;
}
