/** A worker process that answers one scorer's share of what a screen asks. Loads its model when first asked. */

import { join } from 'node:path';
import { InputError, WinoscopeError } from '../errors.ts';
import { imageSize, type RgbImage, readSource } from '../images/decode.ts';
import { checkCaption } from '../models/domain.ts';
import { readSampling } from '../models/sampling-facts.ts';
import { type ImageDecoder, openVaeDecoder } from '../models/vae-decoder.ts';
import { type DiffusionParts, openDiffusionParts } from '../scoring/diffusion-parts.ts';
import { type DiffusionSettings, openDiffusionScorer } from '../scoring/diffusion-scorer.ts';
import type { Example } from '../scoring/example.ts';
import {
  type DrawingProgress,
  type DrawRequest,
  type ImageSampler,
  openImageSampler,
  stepsOf,
} from '../scoring/image-sampler.ts';
import { noisesOf } from '../scoring/noises.ts';
import { openScorer as openAnyScorer } from '../scoring/open-scorer.ts';
import {
  openReconstructor,
  type Reconstruction,
  type ReconstructionRequest,
  type Reconstructor,
} from '../scoring/reconstruct.ts';
import type { Scorer, ScorerOutput } from '../scoring/scorer.ts';
import { openParentPort } from './parent-port.ts';
import { preflight } from './preflight.ts';
import type { RerunScorer } from './rerun-settings.ts';
import type { WorkerFailure } from './serve-blocks.ts';
import { hashFile } from './settings.ts';

/** What the worker is for. */
export interface InteractiveWorkerData {
  prepared: RerunScorer;
  /** sha256 by file, and of the noises, as the run had them. */
  files: Record<string, string>;
  noise?: string;
}

/** Sent to the worker. Requests are answered in turn; a cancelled one at the next model call. */
export type InteractiveRequest =
  | { type: 'score'; id: number; example: Example; force: boolean }
  | { type: 'reconstruct'; id: number; request: ReconstructionRequest }
  | { type: 'draw'; id: number; request: DrawRequest; force: boolean }
  | { type: 'cancel'; id: number }
  | { type: 'stop' };

/** Sent by the worker; the last of a request is `done`, `refused` or `failed`. */
export type InteractiveReply =
  | { type: 'loading'; id: number }
  | { type: 'note'; id: number; message: string }
  | { type: 'output'; id: number; output: ScorerOutput }
  | { type: 'steps'; id: number; progress: DrawingProgress }
  | { type: 'done'; id: number; reconstruction?: Reconstruction; pictures?: RgbImage[] }
  | { type: 'refused'; id: number; message: string }
  | { type: 'failed'; id: number; error: WorkerFailure };

const { data, port } = await openParentPort();
const { prepared, files, noise } = data as InteractiveWorkerData;
const { settings } = prepared;
const cancelled = new Set<number>();
let stopping = false;
let parts: DiffusionParts | undefined;
let scorer: Scorer | undefined;
let reconstructor: Reconstructor | undefined;
let sampler: { evaluator: ImageSampler; steps: number } | undefined;
const decoders: ImageDecoder[] = [];
let differs: Promise<string | undefined> | undefined;

/** Kinds of models that draw nothing, in words. */
const KIND_WORDS = { clip: 'CLIP model', classifier: 'classifier' } as const;

async function openScorer(id: number): Promise<Scorer> {
  if (scorer) return scorer;
  reply({ type: 'loading', id });
  const opened =
    settings.kind === 'diffusion' ? await scorerOfParts(settings) : await openAnyScorer(settings);
  scorer = opened;
  return opened;
}

async function scorerOfParts(settings: DiffusionSettings): Promise<Scorer> {
  parts ??= await openDiffusionParts(settings);
  return openDiffusionScorer(settings, parts);
}

async function score(id: number, example: Example, force: boolean): Promise<void> {
  const sizes = [
    await Promise.all(example.images.map(async (image) => imageSize(await readSource(image), 'the image'))),
  ];
  const { warnings } = preflight([example], prepared, { sizes, strict: false, force, skip: false });
  // The screen knows which example is meant; its id here is made up.
  for (const message of warnings)
    reply({ type: 'note', id, message: message.replaceAll(`example "${example.id}", `, '') });
  const opened = await openScorer(id);
  await tellDifferences(id);
  await opened.evaluate(
    [{ index: 0, example, start: 0 }],
    (output) => reply({ type: 'output', id, output }),
    () => stopping || cancelled.has(id),
  );
  reply({ type: 'done', id });
}

async function reconstruct(id: number, request: ReconstructionRequest): Promise<void> {
  if (settings.kind !== 'diffusion')
    throw new InputError({ what: `a ${KIND_WORDS[settings.kind]} reconstructs nothing` });
  if (!reconstructor) {
    reply({ type: 'loading', id });
    parts ??= await openDiffusionParts(settings);
    reconstructor = await openReconstructor(settings, parts);
  }
  reply({ type: 'done', id, reconstruction: await reconstructor.reconstruct(request) });
}

/** Draws all captions from one noise; a cancelled request ends without pictures. */
async function draw(id: number, { captions, seed }: DrawRequest, force: boolean): Promise<void> {
  if (settings.kind !== 'diffusion')
    throw new InputError({ what: `a ${KIND_WORDS[settings.kind]} draws nothing` });
  const { description } = settings;
  if (description.domain && !force)
    for (const caption of captions) checkCaption(description.domain, caption, 'the caption');
  if (!sampler) {
    reply({ type: 'loading', id });
    const decoder = await openVaeDecoder(description, settings);
    decoders.push(decoder);
    parts ??= await openDiffusionParts(settings);
    const sampling = readSampling(description);
    const drawing = { ...settings, sampling, ...sampling.usual, eta: 0 };
    sampler = {
      evaluator: await openImageSampler(drawing, { ...parts, decoder }),
      steps: stepsOf(drawing).steps.length,
    };
  }
  const total = sampler.steps * captions.length;
  const pictures: RgbImage[] = [];
  let done = 0;
  const orders = captions.map((caption, index) => ({ index, caption, negative: '', seed }));
  await sampler.evaluator.evaluate(
    orders,
    (output) => {
      if (output.type === 'image') pictures[output.index] = output.image;
      else {
        done += output.count;
        reply({ type: 'steps', id, progress: { done, total } });
      }
    },
    () => stopping || cancelled.has(id),
  );
  const whole = pictures.filter(Boolean).length === captions.length;
  reply({ type: 'done', id, ...(whole && { pictures }) });
}

/** Whether the model is the one that the run was made with; files are read once. */
async function tellDifferences(id: number): Promise<void> {
  differs ??= differences();
  const message = await differs;
  if (message !== undefined) reply({ type: 'note', id, message });
}

async function differences(): Promise<string | undefined> {
  const { description } = settings;
  const names = [...new Set([...Object.keys(files), ...description.files])].sort();
  const changed: string[] = [];
  for (const name of names) {
    const known = description.files.includes(name) && files[name] !== undefined;
    if (!known || (await hashFile(join(description.folder, name))) !== files[name]) changed.push(name);
  }
  if (changed.length > 0) {
    const list = changed.length > 3 ? `${changed.slice(0, 3).join(', ')} …` : changed.join(', ');
    return `The model of "${prepared.name}" is not the one of the run any more (${list}): its numbers do not compare.`;
  }
  if (
    settings.kind !== 'diffusion' ||
    noise === undefined ||
    noisesOf(settings.plan, settings.description.latent).sha256() === noise
  )
    return undefined;
  return `The run of "${prepared.name}" used other noises than its seed gives: its numbers do not compare exactly.`;
}

async function handle(request: InteractiveRequest): Promise<void> {
  switch (request.type) {
    case 'cancel':
      return; // seen when it came
    case 'stop':
      await reconstructor?.release();
      for (const decoder of decoders) await decoder.release();
      // A scorer on shared parts releases them.
      await (scorer ?? parts)?.release();
      port.close();
      return;
    default:
      if (stopping || cancelled.delete(request.id)) return reply({ type: 'done', id: request.id });
      try {
        if (request.type === 'score') await score(request.id, request.example, request.force);
        else if (request.type === 'draw') await draw(request.id, request.request, request.force);
        else await reconstruct(request.id, request.request);
      } catch (error) {
        reply(failure(request.id, error));
      }
      cancelled.delete(request.id);
  }
}

function failure(id: number, error: unknown): InteractiveReply {
  // What the checks refuse says in `what` all that a screen needs; the rest speaks of flags.
  if (error instanceof InputError && /does not know|only knows/.test(error.parts.what))
    return { type: 'refused', id, message: error.parts.what };
  const known = error instanceof WinoscopeError;
  const message = error instanceof Error ? error.message : String(error);
  const stack = !known && error instanceof Error ? error.stack : undefined;
  return { type: 'failed', id, error: { message, known, exitCode: known ? error.exitCode : 1, stack } };
}

function reply(message: InteractiveReply): void {
  port.postMessage(message);
}

let last = Promise.resolve();
port.onMessage((message) => {
  const request = message as InteractiveRequest;
  if (request.type === 'cancel') cancelled.add(request.id);
  if (request.type === 'stop') stopping = true;
  last = last.then(() => handle(request));
});
