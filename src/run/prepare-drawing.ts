/** From what a user wants drawn to the settings of the workers and the list of images. */

import { cpus } from 'node:os';
import { join } from 'node:path';
import type { CaptionSet } from '../../tasks/drawn/caption-sets.ts';
import { type DrawnPicture, wayOf } from '../../tasks/drawn/drawn-records.ts';
import { folderOf, stemOf } from '../../tasks/drawn/picture-names.ts';
import { samplerOf } from '../diffusion/sampling-config.ts';
import { counted, InputError, ModelFileError, UsageError } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import type { ModelRef } from '../hub/resolve-ref.ts';
import { openCaptionCheck } from '../models/caption-check.ts';
import { type DiffusionDescription, describeDiffusion } from '../models/diffusion-folder.ts';
import { checkCaption } from '../models/domain.ts';
import { decoderFiles, readSampling, type SamplingFacts } from '../models/sampling-facts.ts';
import { hasVaeDecoder } from '../models/vae-decoder.ts';
import { ORT_VERSION } from '../onnx/session.ts';
import { canonicalJson, hashJson } from '../results/canonical-json.ts';
import { type DrawSettings, type ImageOrder, stepsOf } from '../scoring/image-sampler.ts';
import { type CallOptions, callsFor } from './call-rules.ts';
import { checkDrawing, type Drawing, readDrawing } from './drawing-manifest.ts';
import { hashFile } from './settings.ts';

/** What may be made of a folder of images: a probe, or a folder of pictures per class. */
export const LAYOUTS = ['probe', 'classes'] as const;
/** One of `LAYOUTS`. */
export type Layout = (typeof LAYOUTS)[number];

/** First noises from a file. */
export interface GivenLatents {
  /** `[n][C · H · W]` */
  noises: readonly Float32Array[];
  shape: readonly number[];
  sha256: string;
}

/** What is to be drawn, and how. */
export interface DrawRequest extends CallOptions {
  model: ModelRef;
  sets: readonly CaptionSet[];
  perCaption: number;
  layout: Layout;
  out: string;
  /** Image k of a caption has the noise of seed + k. */
  seed: number;
  negative: string;
  /** By default what suits the model. */
  steps?: number;
  guidance?: number;
  eta: number;
  resolution?: number;
  latents?: GivenLatents;
  /** Draw captions with words from outside a model's world all the same. */
  force: boolean;
  /** Refuse captions that are longer than the context instead of warning. */
  strict: boolean;
}

/** An image to be drawn, where it goes, and what it is used for: a caption of several sets is drawn once. */
export interface PlannedImage {
  order: ImageOrder;
  /** Within the folder. */
  file: string;
  pictures: DrawnPicture[];
}

export interface PreparedDrawing {
  settings: DrawSettings;
  workers: number;
  images: PlannedImage[];
  drawing: Drawing;
  /** What the folder says already, where the same was begun before. */
  stored: Drawing | undefined;
  warnings: string[];
}

/**
 * Checks everything that can be checked before the model is loaded.
 * @throws ModelFileError, UsageError, InputError for what cannot be drawn; PlanMismatchError where the folder holds
 *   pictures that were drawn otherwise.
 */
export async function prepareDrawing(request: DrawRequest): Promise<PreparedDrawing> {
  const { model, layout, negative, eta, latents, out } = request;
  const described = describeDiffusion(model.folder, request.resolution, request.guidance);
  const sampling = readSampling(described);
  const guidance = guidanceOf(request, described, sampling);
  const steps = request.steps ?? sampling.usual.steps;
  const { name: sampler } = stepsOf({ description: described, sampling, steps, eta });
  if (!hasVaeDecoder(described)) {
    throw new ModelFileError({
      what: 'the model has no VAE decoder, so it cannot draw',
      where: join(model.folder, 'vae_decoder', 'model.onnx'),
      fix: 'Export the model with its decoder; scores do not need it.',
    });
  }
  const warnings = [...notesOf(sampling, steps), ...checkCaptions(request, described)];
  if (latents) checkLatents(latents, described);
  const stored = readDrawing(out);
  const calls = callsFor(described, request, stored?.numerics[0]);
  const settings: DrawSettings = {
    description: described,
    sampling,
    steps,
    guidance,
    eta,
    batch: calls.batch,
    threads: calls.threads,
    device: request.device,
  };
  const files = [...described.files, ...decoderFiles(described)].sort();
  const drawing: Drawing = {
    format: 1,
    version: packageVersion(),
    identity: {
      files: Object.fromEntries(
        await Promise.all(files.map(async (file) => [file, await hashFile(join(described.folder, file))])),
      ),
      sampler,
      steps,
      guidance,
      eta,
      negative,
      latent: [...described.latent],
      layout,
      ...(latents && { latents: latents.sha256 }),
    },
    numerics: [
      {
        device: request.device.name,
        onnxruntime: ORT_VERSION,
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        batch: calls.batch,
        threads: calls.threads,
      },
    ],
    about: {
      model: model.ref,
      scheduler: sampling.config._class_name,
      notes: notesOf(sampling, steps),
    },
  };
  if (stored) {
    checkDrawing(stored, drawing, out);
    const [own] = drawing.numerics;
    const others = stored.numerics.filter((before) => canonicalJson(before) !== canonicalJson(own));
    const isNew = others.length === stored.numerics.length;
    drawing.numerics = isNew ? [...stored.numerics, own!] : stored.numerics;
  }
  return {
    settings,
    workers: calls.workers,
    images: planImages(request, drawing),
    drawing,
    stored,
    warnings,
  };
}

/** The scale that is used. @throws UsageError where the model knows none, or one below 1 is asked for. */
function guidanceOf(
  { guidance, negative }: DrawRequest,
  description: DiffusionDescription,
  { guidance: kind, usual }: SamplingFacts,
): number {
  const where = `--guidance ${guidance}`;
  if (kind === 'none' && guidance !== undefined)
    throw new UsageError({ what: 'the model is told no guidance', where, fix: 'Leave the flag out.' });
  if (kind === 'classifier-free' && guidance !== undefined && guidance < 1) {
    throw new UsageError({
      what: 'guidance cannot be so small',
      where,
      expected: '1, which draws by the caption alone, or more',
    });
  }
  const scale = kind === 'none' ? 1 : kind === 'told' ? description.guidance! : (guidance ?? usual.guidance);
  if (negative === '' || (kind === 'classifier-free' && scale > 1)) return scale;
  throw new UsageError({
    what: 'nothing is drawn away from the negative caption',
    where: `--negative ${JSON.stringify(negative)}`,
    expected: 'a model with classifier-free guidance, and --guidance above 1',
    fix: 'Leave the flag out.',
  });
}

/** What a user should know of how the model is sampled. */
function notesOf({ config }: SamplingFacts, steps: number): string[] {
  if (samplerOf(config) !== 'ddim' || /^DDIM/.test(config._class_name)) return [];
  return [
    `The model names ${config._class_name}; it is sampled by DDIM with the same betas, in ${counted(steps, 'step')}.`,
  ];
}

function checkCaptions(request: DrawRequest, description: DiffusionDescription): string[] {
  const { sets, negative, force, strict, perCaption } = request;
  const captions = new Set(
    sets.flatMap((set) =>
      Array.from({ length: Math.min(perCaption, set.ways.length) }, (_, turn) =>
        set.drawn.map((place) => wayOf(set, turn)[place]!),
      ).flat(),
    ),
  );
  if (negative !== '') captions.add(negative);
  const cutOf = openCaptionCheck(description);
  const warnings: string[] = [];
  for (const caption of captions) {
    if (description.domain && !force) checkCaption(description.domain, caption, JSON.stringify(caption));
    const cut = cutOf(caption);
    if (!cut) continue;
    const error = new InputError({
      what: 'a caption is longer than the model can read',
      where: JSON.stringify(caption),
      expected: `at most ${cut.limit} tokens`,
      got: `${cut.length}`,
    });
    if (strict) throw error;
    warnings.push(`${error.message} Its end is cut off.`);
  }
  return warnings;
}

function checkLatents({ shape }: GivenLatents, { latent }: DiffusionDescription): void {
  if (shape.slice(1).join() === latent.join()) return;
  throw new InputError({
    what: 'the noises do not fit the model',
    where: '--latents',
    expected: `n x ${latent.join(' x ')}`,
    got: shape.join(' x '),
  });
}

/** Every image once, in the order of sets, captions and turns. */
function planImages(request: DrawRequest, { identity, version, about }: Drawing): PlannedImage[] {
  const { sets, perCaption, layout, seed, negative, latents } = request;
  const captions = sets.reduce((sum, { drawn }) => sum + drawn.length, 0);
  const noiseOf = noisesOf(latents, { captions, perCaption });
  const hash = hashJson(identity.files);
  const images = new Map<string, PlannedImage>();
  let [number, pictures] = [0, 0];
  for (const set of sets) {
    for (const place of set.drawn) {
      for (let turn = 0; turn < perCaption; turn++) {
        const caption = wayOf(set, turn)[place]!;
        const noise = noiseOf(number, turn);
        const stem = stemOf(caption, noise === undefined ? `s${seed + turn}` : `n${noise}`);
        const folder = layout === 'probe' ? 'images' : folderOf(set.classes[place]!);
        const file = join(folder, `${stem}.png`);
        const { sampler, steps, guidance, eta } = identity;
        const provenance = {
          caption,
          ...(noise === undefined ? { seed: seed + turn } : { noise }),
          model: about.model,
          modelHash: hash,
          sampler,
          steps,
          guidance,
          ...(eta > 0 && { eta }),
          ...(negative !== '' && { negative }),
          version,
        };
        const known = images.get(file);
        const picture: DrawnPicture = { set, place, order: pictures++, turn, stem, provenance };
        if (known) known.pictures.push(picture);
        else {
          const order: ImageOrder = {
            index: images.size,
            caption,
            negative,
            seed: seed + turn,
            ...(noise !== undefined && { latents: latents!.noises[noise]! }),
          };
          images.set(file, { order, file, pictures: [picture] });
        }
      }
      number++;
    }
  }
  return [...images.values()];
}

/** Which noise of a file an image begins with: one per turn for every caption, or one for each image. */
function noisesOf(
  latents: GivenLatents | undefined,
  { captions, perCaption }: { captions: number; perCaption: number },
): (caption: number, turn: number) => number | undefined {
  if (!latents) return () => undefined;
  const { length } = latents.noises;
  if (length === captions * perCaption) return (caption, turn) => caption * perCaption + turn;
  if (length === perCaption) return (_, turn) => turn;
  throw new UsageError({
    what: 'the file has another number of noises than there are images',
    where: '--latents',
    expected: `${perCaption} (one for each image of a caption) or ${captions * perCaption} (one for each image)`,
    got: `${length}`,
  });
}
