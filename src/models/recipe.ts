/** What a model will be scored with, in words: everything that was read from its files, as `doctor` prints it. */

import { join } from 'node:path';
import { dynamicShift, isFlow } from '../diffusion/flow-schedule.ts';
import type { ScheduleConfig } from '../diffusion/noise-schedule.ts';
import { openTokenizer } from '../tokenizers/open-tokenizer.ts';
import { tokenizerOptions } from './caption-encoder.ts';
import { openClipTokenizer } from './clip.ts';
import type { ClipDescription } from './clip-folder.ts';
import { inputSize } from './clip-preprocessing.ts';
import type { DiffusionDescription, TextPart } from './diffusion-folder.ts';
import { FAMILIES } from './families.ts';
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
  description: DiffusionDescription | ClipDescription,
  resize: 'crop' | 'squash',
): Recipe {
  return description.kind === 'diffusion' ? diffusionRecipe(description, resize) : clipRecipe(description);
}

function diffusionRecipe(description: DiffusionDescription, resize: 'crop' | 'squash'): Recipe {
  const { family, pipeline, latent, downscale, scalingFactor, shiftFactor, vae, folder } = description;
  const [, rows, columns] = latent;
  const size = `${columns * downscale} x ${rows * downscale} pixels`;
  return {
    family: `${FAMILIES[family].title} (${pipeline})`,
    predicts: predicts(description.schedule),
    schedule: schedule(description.schedule),
    latent: `${latent.join(' x ')}, (mean − ${shiftFactor}) · ${scalingFactor}, ${downscale} pixels a cell`,
    image: `${size}, ${resize === 'crop' ? 'shorter side fitted and the middle cut' : 'squashed'}, bicubic`,
    vae: VAE[vae],
    text:
      description.texts.length > 0
        ? description.texts.map((text) => textLine(folder, text))
        : [
            `names of ${description.labels!.empty} classes; the empty caption is class ${description.labels!.empty}`,
          ],
    ...(description.zeroEmpty && { 'empty caption': 'zeros (force_zeros_for_empty_prompt)' }),
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

function clipRecipe(description: ClipDescription): Recipe {
  const { folder, family, layout, preprocessing, preprocessingFile, graphs } = description;
  const { contextLength, padId } = openClipTokenizer(description);
  const { width, height } = inputSize(preprocessing, join(folder, preprocessingFile));
  const { shortestEdge, crop, filter, mean, std } = preprocessing;
  const fitted = shortestEdge === undefined ? 'squashed' : `shorter side to ${shortestEdge}`;
  return {
    family: { clip: 'CLIP', siglip: 'SigLIP', openclip: 'OpenCLIP' }[family],
    graphs: layout === 'joint' ? `${graphs.text}, both sides in one` : `${graphs.text} and ${graphs.vision}`,
    image: `${width} x ${height} pixels, ${fitted}${crop ? ', the middle cut' : ''}, ${filter}, mean ${mean.join(' ')}, std ${std.join(' ')}`,
    text: `${contextLength} tokens, padded with id ${padId}`,
    score: 'cosine of the two embeddings',
    ...(description.domain && { domain: `only the words and pictures of ${description.domain.name}` }),
  };
}
