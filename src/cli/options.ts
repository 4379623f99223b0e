/** Flags that several commands share, and their values checked into one form. */

import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SCORE_LOSSES, type ScoreLoss } from '../diffusion/denoising-error.ts';
import { messageOf, UsageError } from '../errors.ts';
import { EMBEDDED, embeddedNames } from '../hub/resolve-ref.ts';
import { INTERPOLATIONS, type Interpolation } from '../images/resize.ts';
import type { ScorerRequest, ScoringOptions } from '../run/settings.ts';
import type { Analysis } from '../run/summary-schema.ts';
import { UNCOND_MODES, type UncondMode } from '../scoring/conditions.ts';
import { checkConvertible, ERROR_SPACES, type ErrorSpace } from '../scoring/error-space.ts';
import { LATENT_MODES, type LatentMode } from '../scoring/latent-draw.ts';
import {
  checkWeighting,
  type FittedWeights,
  parseWeights,
  WEIGHTINGS,
  type Weighting,
} from '../scoring/weighting.ts';
import { parseDevices } from './device-flag.ts';
import { findModels } from './find-models.ts';

/** The embedded denoiser settles its probe with so few; see the model card. */
const DEFAULT_TIMESTEPS = '32';

/** Values of the shared flags as commander hands them over. */
export interface SharedFlags {
  diffusion?: string[];
  clip?: string[];
  classifier?: string[];
  timesteps?: string;
  repeats: number;
  seed: number[];
  antithetic?: boolean;
  uncond: UncondMode;
  resize: 'crop' | 'squash';
  interpolation: Interpolation;
  latent: LatentMode;
  resolution?: number;
  guidance?: number;
  device: string;
  batch?: number;
  threads?: number;
  loss: ScoreLoss;
  errorSpace: ErrorSpace;
  weighting: string;
  force?: boolean;
  offline?: boolean;
}

/** Collects the values of a flag that may be given several times. */
export const repeatable = (value: string, before: string[] = []) => [...before, value];

/** A whole number of at least `least`. */
export function atLeast(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };
}

/** The same, or "auto": undefined, since it is what happens where nothing is said. */
export function autoOr(least: number) {
  const number = atLeast(least);
  return (text: string): number | undefined => (text === 'auto' ? undefined : number(text));
}

/** Whole numbers of at least `least`, separated by commas. */
export function listOf(least: number) {
  const one = atLeast(least);
  return (text: string): number[] => text.split(',').map((part) => one(part.trim() || 'nothing'));
}

/** A probability above 0 and below 1. */
export function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.');
  return value;
}

/** A finite number of at least 0. */
export function scale(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected a number of at least 0.');
  return value;
}

/** Adds the flags that say which models score and how. */
export function addScoringFlags(command: Command): Command {
  return command
    .option(
      '--diffusion <[name=]ref>',
      `diffusion model: a diffusers ONNX folder, ORG/NAME[@REVISION] on the Hub, or one of ${embeddedNames('diffusion')} (repeatable)`,
      repeatable,
    )
    .option(
      '--clip <[name=]ref>',
      `CLIP model: an ONNX folder, ORG/NAME[@REVISION] on the Hub, or "${EMBEDDED}" (repeatable)`,
      repeatable,
    )
    .option(
      '--classifier <[name=]ref>',
      `image classifier: an ONNX folder of transformers, ORG/NAME[@REVISION] on the Hub, or one of ${embeddedNames('classifier')} (repeatable)`,
      repeatable,
    )
    .option('--offline', 'no connection: models on the Hub must be in its cache')
    .option(
      '--timesteps <n|list|a:b:step>',
      `timesteps: a count spread evenly, a list "10,500,990" or a range (default: ${DEFAULT_TIMESTEPS})`,
    )
    .option('--repeats <k>', 'noises per timestep', atLeast(1), 1)
    .addOption(
      new Option(
        '--seed <list>',
        'seed of the noises and of the evaluation order; several, as in 1,2,3, make a noise bank each',
      )
        .argParser(listOf(0))
        .default([0], '0'),
    )
    .option('--antithetic', 'follow every noise by its negative: twice the trials, much less of their noise')
    .addOption(
      new Option('--uncond <mode>', 'evaluate the empty caption, for normalized scores')
        .choices(UNCOND_MODES)
        .default('auto'),
    )
    .addOption(
      new Option('--resize <rule>', 'images that are not square').choices(['crop', 'squash']).default('crop'),
    )
    .addOption(
      new Option(
        '--interpolation <filter>',
        'how images are resized for a diffusion model, as Pillow does it',
      )
        .choices(INTERPOLATIONS)
        .default('bicubic'),
    )
    .addOption(
      new Option(
        '--latent <mode>',
        "what an image is encoded to: the mean of the VAE's posterior, or one draw from it",
      )
        .choices(LATENT_MODES)
        .default('mean'),
    )
    .option(
      '--resolution <pixels>',
      "side of the image that is encoded (default: the model's own)",
      atLeast(8),
    )
    .option(
      '--guidance <scale>',
      "scale told to models that were distilled with guidance: LCM, FLUX.1-dev (default: diffusers')",
      scale,
    )
    .option(
      '--device <name[:id]>',
      'cpu, cuda, coreml, dml or webgpu; several, as in cuda:0,cuda:1, get a worker each',
      'cpu',
    )
    .option(
      '--batch <rows|auto>',
      'rows of every model call (default: auto, the fastest by a short trial, remembered for this machine)',
      autoOr(2),
    )
    .option('--threads <n|auto>', 'threads within a model call (default: auto, as for --batch)', autoOr(1));
}

/** Adds the flags that turn stored errors into scores: they cost no evaluation. */
export function addAnalysisFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--loss <name>', 'which error is averaged; l2norm: the un-squared norm, √(mse · C · H · W)')
        .choices(SCORE_LOSSES)
        .default('mse'),
    )
    .option(
      '--weighting <name|file>',
      'weights of the timesteps: uniform, clark2023 (of --error-space x0), or a file of `winoscope fit-weights`',
      'uniform',
    )
    .addOption(
      new Option('--error-space <name>', "space of the error: the model's own target, epsilon or x0")
        .choices(ERROR_SPACES)
        .default('native'),
    );
}

/** Adds the flag that says how many images a page may hold. */
export function addEmbedFlag(command: Command): Command {
  return command.option(
    '--embed-images <n>',
    'html: at most so many images (default: small copies of all where the licence is free, else none)',
    atLeast(0),
  );
}

/**
 * How stored errors become scores.
 * @throws UsageError where the loss cannot be converted to the error space, or the weighting is made for other errors:
 *   said before anything is evaluated; InputError where a file of weights is damaged.
 */
export function analysisOf({
  loss,
  errorSpace,
  weighting: asked,
}: Pick<SharedFlags, 'loss' | 'errorSpace' | 'weighting'>): Analysis {
  checkConvertible(loss, errorSpace);
  const weighting = readWeighting(asked);
  checkWeighting(weighting, loss, errorSpace);
  return { loss, errorSpace, ...(weighting !== 'uniform' && { weighting }) };
}

/** A weighting by its name, or from a file. @throws UsageError, InputError as `analysisOf`. */
export function readWeighting(asked: string): Weighting {
  return isOneOf(WEIGHTINGS, asked) ? asked : readWeights(asked);
}

function isOneOf<T extends string>(list: readonly T[], value: string): value is T {
  return (list as readonly string[]).includes(value);
}

function readWeights(path: string): FittedWeights {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError({
      what: `no weighting "${path}"`,
      where: '--weighting',
      expected: `${WEIGHTINGS.join(', ')}, or a file that \`winoscope fit-weights\` wrote`,
      got: messageOf(error),
    });
  }
  return parseWeights(text, path);
}

/**
 * The scorers that were asked for; the embedded two where none was named. Fetches what lies on the Hub.
 * @param others scorers that are no models; they are given back after CLIP and classifiers, before diffusion, which takes longest.
 * @throws UsageError, HubError as `resolveModel`.
 */
export async function scorersOf(
  flags: SharedFlags & { quiet?: boolean },
  others: readonly ScorerRequest[] = [],
): Promise<ScorerRequest[]> {
  const { diffusion = [], clip = [], classifier = [], offline = false, quiet = false } = flags;
  const asked =
    diffusion.length + clip.length + classifier.length + others.length > 0
      ? { diffusion, clip, classifier }
      : { diffusion: [EMBEDDED], clip: [EMBEDDED], classifier: [] };
  // CLIP and classifiers first: they take a moment, and then there is something to compare with.
  const named = (['clip', 'classifier', 'diffusion'] as const).flatMap((kind) =>
    asked[kind].map((text) => ({ text, kind })),
  );
  const found = await findModels(named, { offline, quiet });
  const models = found.map((model, k): ScorerRequest => ({ ...model, kind: named[k]!.kind }));
  const first = models.filter(({ kind }) => kind !== 'diffusion');
  return [...first, ...others, ...models.filter(({ kind }) => kind === 'diffusion')];
}

/** The scoring settings of the flags. @throws UsageError for a device that is none. */
export function scoringOf(
  flags: SharedFlags,
  more: Pick<ScoringOptions, 'maps' | 'workers' | 'stop' | 'prune'>,
): ScoringOptions {
  const {
    timesteps = DEFAULT_TIMESTEPS,
    repeats,
    uncond,
    resize,
    resolution,
    guidance,
    batch,
    threads,
  } = flags;
  const [seed = 0, ...moreSeeds] = flags.seed;
  return {
    timesteps,
    repeats,
    seed,
    ...(moreSeeds.length > 0 && { moreSeeds }),
    ...(flags.antithetic && { antithetic: true }),
    uncond,
    resize,
    ...(flags.interpolation !== 'bicubic' && { interpolation: flags.interpolation }),
    ...(flags.latent !== 'mean' && { latent: flags.latent }),
    ...parseDevices(flags.device),
    ...more,
    ...(resolution !== undefined && { resolution }),
    ...(guidance !== undefined && { guidance }),
    ...(batch !== undefined && { batch }),
    ...(threads !== undefined && { threads }),
  };
}
