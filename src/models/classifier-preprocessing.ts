/** How an image classifier wants its pixels: what transformers' image processor files say. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { FILTERS, type Preprocessing, perChannel, processorFile } from './clip-preprocessing.ts';

const side = z.number().int().positive();
const sizes = z.union([side, z.object({ height: side, width: side }), z.object({ shortest_edge: side })]);
const boxes = z.union([side, z.object({ height: side, width: side })]);
const schema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: sizes.optional(),
  resample: z.number().int().optional(),
  crop_pct: z.number().positive().nullish(),
  do_center_crop: z.boolean().optional(),
  crop_size: boxes.nullish(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.optional(),
  image_std: perChannel.optional(),
});
type Config = z.infer<typeof schema>;

const HALVES = [0.5, 0.5, 0.5] as const;
const OPENAI_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const OPENAI_STD = [0.26862954, 0.26130258, 0.27577711] as const;

/** A processor's own defaults, as transformers declares them. */
interface Defaults {
  size: z.infer<typeof sizes>;
  /** What a bare number means. */
  square: boolean;
  resample: number;
  crop: boolean;
  cropSize?: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

const CLIP: Defaults = {
  size: { shortest_edge: 224 },
  square: false,
  resample: 3,
  crop: true,
  cropSize: 224,
  mean: OPENAI_MEAN,
  std: OPENAI_STD,
};
const VIT: Defaults = {
  size: { height: 224, width: 224 },
  square: true,
  resample: 2,
  crop: false,
  mean: HALVES,
  std: HALVES,
};
const PROCESSORS: Readonly<Record<string, Defaults>> = {
  ViT: VIT,
  ConvNext: { ...VIT, size: { shortest_edge: 384 }, square: false, resample: 3 },
  DeiT: { ...VIT, size: { height: 256, width: 256 }, resample: 3, crop: true, cropSize: 224 },
  Bit: CLIP,
  CLIP,
};

/** Processors by model type, where the file names none. */
const BY_MODEL: Readonly<Record<string, string>> = {
  vit: 'ViT',
  deit: 'DeiT',
  resnet: 'ConvNext',
  convnext: 'ConvNext',
  convnextv2: 'ConvNext',
  bit: 'Bit',
};

/** From this side on ConvNext's processor squashes instead of cutting. */
const CONVNEXT_WARPS = 384;
/** Its share of the shorter side that is kept where the file does not say. */
const CONVNEXT_CROP = 224 / 256;

/**
 * Reads the processor file of a classifier; what it leaves out is as in transformers' processor of that name.
 * @param modelType of `config.json`, which tells the processor where its file does not.
 * @throws ModelFileError where it is missing or malformed, or the processor is none of these.
 */
export function readClassifierProcessor(folder: string, modelType: string): Preprocessing {
  const name = processorFile(folder);
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new ModelFileError({
      what: 'a model file is missing',
      where: path,
      expected: 'how the classifier wants its pixels',
      fix: 'Copy preprocessor_config.json from the checkpoint.',
    });
  }
  const config = name.startsWith('pre')
    ? readJson(path, schema)
    : readJson(path, z.object({ image_processor: schema })).image_processor;
  const declared = (config.image_processor_type ?? config.feature_extractor_type)?.replace(
    /(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/,
    '',
  );
  const kind = declared ?? BY_MODEL[modelType] ?? modelType;
  const defaults = Object.hasOwn(PROCESSORS, kind) ? PROCESSORS[kind] : undefined;
  if (!defaults) {
    throw new ModelFileError({
      what: `the image processor of ${declared ?? `model type "${modelType}"`} is not supported`,
      where: path,
      expected: Object.keys(PROCESSORS)
        .map((known) => `${known}ImageProcessor`)
        .join(', '),
    });
  }
  return {
    ...(config.do_resize && resizing(config, defaults, kind === 'ConvNext')),
    ...cropping(config, defaults, kind === 'ConvNext'),
    filter: filterOf(config.resample ?? defaults.resample, path),
    rescale: config.do_rescale ? config.rescale_factor : 1,
    mean: config.do_normalize ? (config.image_mean ?? defaults.mean) : [0, 0, 0],
    std: config.do_normalize ? (config.image_std ?? defaults.std) : [1, 1, 1],
  };
}

function filterOf(resample: number, where: string): Preprocessing['filter'] {
  const filter = FILTERS[resample];
  if (filter) return filter;
  throw new ModelFileError({
    what: `the resampling filter ${resample} is not supported`,
    where,
    expected: Object.keys(FILTERS).join(', '),
  });
}

/** ConvNext's processor fits the shorter side to `size / crop_pct` and cuts; large pictures it squashes. */
function resizing(config: Config, defaults: Defaults, isConvNext: boolean) {
  const size = config.size ?? defaults.size;
  const edge = typeof size === 'number' ? size : 'shortest_edge' in size ? size.shortest_edge : undefined;
  if (typeof size === 'object' && 'height' in size) return { exactSize: size };
  if (typeof size === 'number' && defaults.square) return { exactSize: square(size) };
  if (!isConvNext) return { shortestEdge: edge! };
  if (edge! >= CONVNEXT_WARPS) return { exactSize: square(edge!) };
  return { shortestEdge: Math.trunc(edge! / (config.crop_pct ?? CONVNEXT_CROP)) };
}

function cropping(config: Config, defaults: Defaults, isConvNext: boolean) {
  const size = config.size ?? defaults.size;
  if (isConvNext) {
    const edge = typeof size === 'number' ? size : 'shortest_edge' in size ? size.shortest_edge : undefined;
    return edge !== undefined && edge < CONVNEXT_WARPS && config.do_resize ? { crop: square(edge) } : {};
  }
  if (!(config.do_center_crop ?? defaults.crop)) return {};
  const crop = config.crop_size ?? defaults.cropSize ?? 224;
  return { crop: typeof crop === 'number' ? square(crop) : crop };
}

function square(size: number): { width: number; height: number } {
  return { width: size, height: size };
}
