/** From what a user asked for to what the workers and the manifest need. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { ModelFileError, messageOf } from '../errors.ts';
import type { ModelKind, ModelRef } from '../hub/resolve-ref.ts';
import { withoutTokens } from '../hub/secret.ts';
import { verifiedSha256 } from '../hub/verified.ts';
import type { Interpolation } from '../images/resize.ts';
import { describeClassifier } from '../models/classifier-folder.ts';
import { describeClip } from '../models/clip-folder.ts';
import { describeDiffusion } from '../models/diffusion-folder.ts';
import type { Device } from '../onnx/session.ts';
import type { ScorerIdentity } from '../results/manifest.ts';
import { applyRule } from '../scoring/apply-rule.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import type { ExternalDescription } from '../scoring/describe-external.ts';
import type { PruneRule } from '../scoring/diffusion-scorer.ts';
import type { LatentMode } from '../scoring/latent-draw.ts';
import { noisesOf } from '../scoring/noises.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { makePlan } from '../scoring/plan.ts';
import { type CallOptions, ONE, rowsAndThreads, threadsFor, workersOf } from './call-rules.ts';
import { planOf, storedPlan } from './plan-request.ts';
import { type StopRequest, stopRule } from './stop-request.ts';

/** A model as the user named it. */
export interface ModelRequest extends ModelRef {
  kind: ModelKind;
}

/** Another process, which has said hello. */
export interface ExternalRequest {
  kind: 'external';
  name: string;
  ref: string;
  description: ExternalDescription;
  timeoutSeconds: number;
}

/** Scores that are there already. */
export interface ImportedRequest {
  kind: 'imported';
  name: string;
  ref: string;
  path: string;
}

/** A scorer as the user named it. */
export type ScorerRequest = ModelRequest | ExternalRequest | ImportedRequest;

/** Settings of `score` and `pair` that reach the scorers. */
export interface ScoringOptions extends CallOptions {
  /** `--timesteps`: a count, list or range. */
  timesteps: string;
  repeats: number;
  seed: number;
  /** Seeds of further noise banks. */
  moreSeeds?: readonly number[];
  /** Every noise is followed by its negative, which doubles the trials. */
  antithetic?: boolean;
  uncond: UncondMode;
  resize: 'crop' | 'squash';
  /** @default 'bicubic' */
  interpolation?: Interpolation;
  /** @default 'mean' */
  latent?: LatentMode;
  /** Side in pixels; by default the model's own. */
  resolution?: number;
  /** Scale told to models that were distilled with guidance; by default diffusers' own. */
  guidance?: number;
  maps: boolean;
  /** By default every example runs the whole plan. */
  stop?: StopRequest;
  /** By default every caption is evaluated. */
  prune?: PruneRule;
  /** Further devices of the same kind: each gets a worker of its own. */
  moreDevices?: readonly Device[];
}

/** A scorer ready to be opened, and how many workers should. */
export interface PreparedScorer {
  name: string;
  ref: string;
  settings: ScorerSettings;
  workers: number;
  /** Workers where the user says nothing of them. */
  ruledWorkers: number;
  /** Where workers run, in turn, if on several devices. */
  devices?: readonly Device[];
  /** Where batch and threads come from. @default 'rule' */
  calls?: 'given' | 'stored' | 'remembered' | 'measured' | 'rule';
}

/**
 * Describes a scorer's model and fixes batch, threads and workers for it.
 * @param stored what an earlier session of the same run used: a run goes on as it was begun.
 * @throws ModelFileError, UsageError as the parts do.
 */
export function prepareScorer(
  request: ScorerRequest,
  options: ScoringOptions,
  stored?: { batch: number; threads: number },
): PreparedScorer {
  const { name, ref } = request;
  if (request.kind === 'external') {
    const { description, timeoutSeconds } = request;
    return {
      name,
      ref: withoutTokens(ref),
      settings: { kind: 'external', ...description, timeoutSeconds },
      ...ONE,
    };
  }
  if (request.kind === 'imported')
    return { name, ref, settings: { kind: 'imported', path: request.path }, ...ONE };
  const { folder, kind } = request;
  const { device } = options;
  if (kind !== 'diffusion') {
    const described =
      kind === 'clip'
        ? { kind, description: describeClip(folder) }
        : { kind, description: describeClassifier(folder), resize: options.resize };
    const { bytes } = described.description;
    const threads = options.threads ?? stored?.threads ?? threadsFor(bytes);
    const settings: ScorerSettings = { ...described, threads, device };
    return { name, ref, settings, ...workersOf(options, { bytes, device, threads }) };
  }
  const description = describeDiffusion(folder, options.resolution, options.guidance);
  if (options.latent === 'sample' && description.vae !== 'mean') {
    throw new ModelFileError({
      what: 'the VAE encoder gives a latent and no posterior to draw from',
      where: folder,
      expected: 'means and log-variances ("latent_parameters")',
      fix: 'Use --latent mean, or export the model again with optimum 1.24 or newer.',
    });
  }
  const schedule = noiseSchedule(description.schedule);
  const { bytes, batch, threads } = rowsAndThreads(description, options, stored);
  const plan = planOf(options, schedule.timesteps);
  const stop = options.stop && stopRule(options.stop, folder, options);
  // What a rule cannot read is told now, not by a worker.
  if (stop) applyRule(makePlan(plan), stop, schedule);
  const settings: ScorerSettings = {
    kind,
    description,
    plan,
    batch,
    threads,
    device,
    resize: options.resize,
    ...(options.interpolation && { interpolation: options.interpolation }),
    ...(options.latent && { latent: options.latent }),
    uncond: options.uncond,
    maps: options.maps,
    ...(stop && { stop }),
    ...(options.prune && { prune: options.prune }),
  };
  return {
    name,
    ref,
    settings,
    ...workersOf(options, { bytes, device, threads }),
    ...(stored && { calls: 'stored' as const }),
  };
}

/**
 * What decides a prepared scorer's scores. Reads and hashes all of its files.
 * @throws ModelFileError where one cannot be read.
 */
export async function identityOf({ settings }: PreparedScorer): Promise<ScorerIdentity> {
  if (settings.kind === 'imported') return { kind: 'imported', file: await hashFile(settings.path) };
  if (settings.kind === 'external') {
    const { command, hello, files } = settings;
    return { kind: 'external', command: withoutTokens(command), ...hello, files };
  }
  const { description } = settings;
  const files = Object.fromEntries(
    await Promise.all(
      description.files.map(async (file) => [file, await hashFile(join(description.folder, file))] as const),
    ),
  );
  if (settings.kind === 'clip') return { kind: 'clip', files };
  if (settings.kind === 'classifier') {
    // Of pixels the model's own files say how they are cut.
    const { input } = settings.description;
    return { kind: 'classifier', files, ...(input.kind === 'features' && { resize: settings.resize }) };
  }
  const { interpolation = 'bicubic' } = settings;
  return {
    kind: 'diffusion',
    files,
    plan: storedPlan(settings.plan),
    noise: noisesOf(settings.plan, settings.description.latent).sha256(),
    latent: {
      shape: [...settings.description.latent],
      mode: settings.latent === 'sample' ? 'sample' : settings.description.vae === 'draw' ? 'draw' : 'mean',
    },
    ...(settings.description.learnsWidth && { bound: true as const }),
    ...(settings.description.guidance !== undefined && { guidance: settings.description.guidance }),
    resize: settings.resize,
    ...(interpolation !== 'bicubic' && { interpolation }),
    uncond: settings.uncond,
    stop: settings.stop ?? 'none',
    ...(settings.prune && { prune: settings.prune }),
  };
}

/** sha256 of a file. @throws ModelFileError where it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  return verifiedSha256(path) ?? readHash(path);
}

/** The same, from the bytes that are there now, whatever is known of the file. @throws ModelFileError */
export async function readHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  } catch (error) {
    throw new ModelFileError({
      what: 'cannot read a model file',
      where: path,
      got: messageOf(error),
      fix: 'Check the file and its permissions.',
      cause: error,
    });
  }
  return hash.digest('hex');
}
