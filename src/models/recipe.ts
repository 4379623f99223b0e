/** What a model will be scored with, in words: everything that was read from its files, as `doctor` prints it. */

import { join } from 'node:path';
import { dynamicShift, isFlow } from '../diffusion/flow-schedule.ts';
import type { ScheduleConfig } from '../diffusion/noise-schedule.ts';
import { openTokenizer } from '../tokenizers/open-tokenizer.ts';
import { tokenizerOptions } from './caption-encoder.ts';
import type { ClassifierDescription } from './classifier-folder.ts';
import { openClipTokenizer } from './clip.ts';
import type { ClipDescription } from './clip-folder.ts';
import { inputSize, type Preprocessing } from './clip-preprocessing.ts';
import type { DiffusionDescription, TextPart } from './diffusion-folder.ts';
import { FAMILIES } from './families.ts';
import type { FeatureSource } from './feature-source.ts';
import type { VaeMode } from './vae-facts.ts';

/** Entries in the order in which they are shown. */
export type Recipe = Record<string, string | string[]>;

const VAE: Record<VaeMode, string> = {
  mean: 'mean of the posterior (the graph gives its parameters)',
  still: 'mean of the posterior (the graph draws at random; its draw is made zero on load)',
  answer: 'the one latent that the graph gives, without a draw',
  draw: 'a random draw per image, kept on this machine: scores differ elsewhere',
};
const TARGETS = {
  epsilon: 'epsilon (the noise)',
  v_prediction: 'v_prediction (velocity √ᾱ·ε − √(1−ᾱ)·z)',
  sample: 'sample (the clean latent)',
};

/**
 * The recipe of a model.
 * @param resize what is done to images that are not of the model's shape.
 * @throws ModelFileError where a tokenizer cannot be opened.
 */
export function recipeOf(
  description: DiffusionDescription | ClipDescription | ClassifierDescription,
  resize: 'crop' | 'squash',
): Recipe {
  switch (description.kind) {
    case 'diffusion':
      return diffusionRecipe(description, resize);
    case 'clip':
      return clipRecipe(description);
    case 'classifier':
      return classifierRecipe(description, resize);
  }
}

function diffusionRecipe(description: DiffusionDescription, resize: 'crop' | 'squash'): Recipe {
  const { family, pipeline, latent, downscale, scalingFactor, shiftFactor, vae, folder } = description;
  return {
    family: `${FAMILIES[family].title} (${pipeline})`,
    predicts: predicts(description.schedule),
    schedule: schedule(description.schedule),
    latent: `${latent.join(' x ')}, (mean − ${shiftFactor}) · ${scalingFactor}, ${downscale} pixels a cell`,
    image: imageLine(description, resize),
    vae: VAE[vae],
    text:
      description.texts.length > 0
        ? description.texts.map((text) => textLine(folder, text))
        : [
            `names of ${description.labels!.count} classes; the empty caption is class ${description.labels!.count}`,
          ],
    ...(description.zeroEmpty && { 'empty caption': 'zeros (force_zeros_for_empty_prompt)' }),
    ...(description.learnsWidth && {
      'learned width': 'of the reverse step: parts of the variational bound are stored',
    }),
    ...(description.guidance !== undefined && { guidance: `${description.guidance}, told to the model` }),
    denoiser: `${description.denoiser}, ${description.dtype}`,
    ...(description.assumed.length > 0 && { assumed: description.assumed }),
    ...(description.domain && { domain: `only the words and pictures of ${description.domain.name}` }),
  };
}

function predicts(config: ScheduleConfig): string {
  return isFlow(config) ? 'flow (velocity ε − z)' : TARGETS[config.prediction_type];
}

function schedule(config: ScheduleConfig): string {
  const steps = `${config.num_train_timesteps} timesteps`;
  if (isFlow(config)) {
    const shift = config.use_dynamic_shifting
      ? `dynamic ${config.time_shift_type} shift, mu ${dynamicShift(config).toFixed(4)} for ${config.image_seq_len} patches`
      : `shift ${config.shift}`;
    return `flow matching, ${steps}, ${shift}`;
  }
  const betas = config.trained_betas
    ? 'betas as trained'
    : config.beta_schedule === 'squaredcos_cap_v2'
      ? 'betas squaredcos_cap_v2'
      : `betas ${config.beta_schedule} from ${config.beta_start} to ${config.beta_end}`;
  return `${steps}, ${betas}${config.rescale_betas_zero_snr ? ', zero terminal SNR' : ''}`;
}

function textLine(folder: string, text: TextPart): string {
  const { contextLength, padId } = openTokenizer(join(folder, text.tokenizer), tokenizerOptions(text));
  const name = text.kind === 'clip' ? 'CLIP' : 'T5';
  return `${text.part} (${name}): ${contextLength} tokens, padded with id ${padId}`;
}

function classifierRecipe(description: ClassifierDescription, resize: 'crop' | 'squash'): Recipe {
  const { folder, modelType, graph, dtype, labels, input } = description;
  return {
    family: `image classifier (${modelType})`,
    graphs: `${graph}, ${dtype}`,
    image:
      input.kind === 'pixels'
        ? pixelsLine(input.preprocessing, join(folder, input.preprocessingFile))
        : imageLine(input.base, resize),
    ...(input.kind === 'features' && { features: featuresLine(input.source) }),
    classes: `${labels.count}, such as ${Object.keys(labels.whole).slice(0, 3).join('; ')}`,
    score: 'log-probability of the class that a caption names',
    ...(description.domain && { domain: `only the words and pictures of ${description.domain.name}` }),
  };
}

function featuresLine({ base, output, timestep, noise }: FeatureSource): string {
  const drawn = noise === 'zero' ? 'no noise' : `one noise of seed ${noise.seed}`;
  return `what leaves ${output} of ${base} at timestep ${timestep}, ${drawn}, under the empty caption`;
}

function pixelsLine(preprocessing: Preprocessing, where: string): string {
  const { width, height } = inputSize(preprocessing, where);
  const { shortestEdge, crop, filter, mean, std } = preprocessing;
  const fitted = shortestEdge === undefined ? 'squashed' : `shorter side to ${shortestEdge}`;
  return `${width} x ${height} pixels, ${fitted}${crop ? ', the middle cut' : ''}, ${filter}, mean ${mean.join(' ')}, std ${std.join(' ')}`;
}

function imageLine({ latent, downscale }: DiffusionDescription, resize: 'crop' | 'squash'): string {
  const size = `${latent[2] * downscale} x ${latent[1] * downscale} pixels`;
  return `${size}, ${resize === 'crop' ? 'shorter side fitted and the middle cut' : 'squashed'}, bicubic`;
}

function clipRecipe(description: ClipDescription): Recipe {
  const { folder, family, layout, preprocessing, preprocessingFile, graphs } = description;
  const { contextLength, padId } = openClipTokenizer(description);
  return {
    family: { clip: 'CLIP', siglip: 'SigLIP', openclip: 'OpenCLIP' }[family],
    graphs: layout === 'joint' ? `${graphs.text}, both sides in one` : `${graphs.text} and ${graphs.vision}`,
    image: pixelsLine(preprocessing, join(folder, preprocessingFile)),
    text: `${contextLength} tokens, padded with id ${padId}`,
    score: 'cosine of the two embeddings',
    ...(description.domain && { domain: `only the words and pictures of ${description.domain.name}` }),
  };
}
