/** Flags that several commands share, and their values checked into one form. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOSSES, type Loss } from '../diffusion/denoising-error.ts';
import { UsageError } from '../errors.ts';
import { EMBEDDED } from '../hub/resolve-ref.ts';
import type { ScorerRequest, ScoringOptions } from '../run/settings.ts';
import type { Analysis } from '../run/summary-schema.ts';
import { UNCOND_MODES, type UncondMode } from '../scoring/conditions.ts';
import { checkConvertible, ERROR_SPACES, type ErrorSpace } from '../scoring/error-space.ts';
import { findModels } from './find-models.ts';

/** The embedded denoiser settles its probe with so few; see the model card. */
const DEFAULT_TIMESTEPS = '32';

/** Values of the shared flags as commander hands them over. */
export interface SharedFlags {
  diffusion?: string[];
  clip?: string[];
  timesteps: string;
  repeats: number;
  seed: number;
  uncond: UncondMode;
  resize: 'crop' | 'squash';
  resolution?: number;
  guidance?: number;
  device: string;
  batch?: number;
  threads?: number;
  loss: Loss;
  errorSpace: ErrorSpace;
  force?: boolean;
  offline?: boolean;
}

const repeatable = (value: string, before: string[] = []) => [...before, value];

/** A whole number of at least `least`. */
export function atLeast(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    return value;
  };
}

/** A probability above 0 and below 1. */
export function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('expected a number between 0 and 1.');
  return value;
}

/** A finite number of at least 0. */
export function scale(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of at least 0.');
  return value;
}

/** Adds the flags that say which models score and how. */
export function addScoringFlags(command: Command): Command {
  return command
    .option(
      '--diffusion <[name=]ref>',
      `diffusion model: a diffusers ONNX folder, ORG/NAME[@REVISION] on the Hub, or "${EMBEDDED}" (repeatable)`,
      repeatable,
    )
    .option(
      '--clip <[name=]ref>',
      `CLIP model: an ONNX folder, ORG/NAME[@REVISION] on the Hub, or "${EMBEDDED}" (repeatable)`,
      repeatable,
    )
    .option('--offline', 'no connection: models on the Hub must be in its cache')
    .option(
      '--timesteps <n|list|a:b:step>',
      'timesteps: a count spread evenly, a list "10,500,990" or a range',
      DEFAULT_TIMESTEPS,
    )
    .option('--repeats <k>', 'noises per timestep', atLeast(1), 1)
    .option('--seed <n>', 'seed of the noises and of the evaluation order', atLeast(0), 0)
    .addOption(
      new Option('--uncond <mode>', 'evaluate the empty caption, for normalized scores')
        .choices(UNCOND_MODES)
        .default('auto'),
    )
    .addOption(
      new Option('--resize <rule>', 'images that are not square').choices(['crop', 'squash']).default('crop'),
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
    .option('--device <name[:id]>', 'cpu, cuda, coreml, dml or webgpu', 'cpu')
    .option('--batch <rows>', 'rows of every model call (default: by the size of the latent)', atLeast(2))
    .option(
      '--threads <n>',
      'threads within a model call (default: 1 for small models, else all cores)',
      atLeast(1),
    );
}

/** Adds the flags that turn stored errors into scores: they cost no evaluation. */
export function addAnalysisFlags(command: Command): Command {
  return command
    .addOption(new Option('--loss <name>', 'which stored error is averaged').choices(LOSSES).default('mse'))
    .addOption(
      new Option('--error-space <name>', "space of the error: the model's own target, epsilon or x0")
        .choices(ERROR_SPACES)
        .default('native'),
    );
}

/**
 * How stored errors become scores.
 * @throws UsageError where the loss cannot be converted to the error space: said before anything is evaluated.
 */
export function analysisOf({ loss, errorSpace }: Pick<SharedFlags, 'loss' | 'errorSpace'>): Analysis {
  checkConvertible(loss, errorSpace);
  return { loss, errorSpace };
}

/**
 * The scorers that were asked for; the embedded two where none was named. Fetches what lies on the Hub.
 * @throws UsageError, HubError as `resolveModel`.
 */
export async function scorersOf(flags: SharedFlags & { quiet?: boolean }): Promise<ScorerRequest[]> {
  const { diffusion = [], clip = [], offline = false, quiet = false } = flags;
  const asked =
    diffusion.length + clip.length > 0 ? { diffusion, clip } : { diffusion: [EMBEDDED], clip: [EMBEDDED] };
  // CLIP first: it takes a moment, and then there is something to compare with.
  const named = (['clip', 'diffusion'] as const).flatMap((kind) =>
    asked[kind].map((text) => ({ text, kind })),
  );
  const found = await findModels(named, { offline, quiet });
  return found.map((model, k) => ({ ...model, kind: named[k]!.kind }));
}

/** The scoring settings of the flags. @throws UsageError for a device that is none. */
export function scoringOf(
  flags: SharedFlags,
  more: Pick<ScoringOptions, 'maps' | 'workers' | 'stop'>,
): ScoringOptions {
  const { timesteps, repeats, seed, uncond, resize, resolution, guidance, batch, threads } = flags;
  return {
    timesteps,
    repeats,
    seed,
    uncond,
    resize,
    device: parseDevice(flags.device),
    ...more,
    ...(resolution !== undefined && { resolution }),
    ...(guidance !== undefined && { guidance }),
    ...(batch !== undefined && { batch }),
    ...(threads !== undefined && { threads }),
  };
}

function parseDevice(text: string): ScoringOptions['device'] {
  const [, name, id = '0'] = /^(cpu|cuda|coreml|dml|webgpu)(?::(\d+))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new UsageError({
      what: `unknown device "${text}"`,
      where: '--device',
      expected: 'cpu, cuda, coreml, dml or webgpu, as in cuda:1',
    });
  }
  return { name: name as ScoringOptions['device']['name'], id: Number(id) };
}
