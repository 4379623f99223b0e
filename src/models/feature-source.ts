/** Whose features a classifier reads: a diffusion model, a part of its denoiser, a timestep, and a noise. */

import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, posix, relative } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { type DiffusionDescription, describeDiffusion } from './diffusion-folder.ts';
import { DOMAIN_FILE } from './domain.ts';

const sourceSchema = z.object({
  /** Folder of the diffusion model, absolute or relative to the classifier's. */
  base: z.string().min(1),
  /** Result of its denoiser's graph, or a block that it leaves; see `addOutput`. */
  output: z.string().min(1),
  /** Place in the schedule at which the latent is noised. */
  timestep: z.number().int().min(0),
  /** Seed of the one noise that every picture gets, or 0 noise: the latent is scaled and not noised. */
  noise: z.union([z.object({ seed: z.number().int().min(0) }), z.literal('zero')]),
});

/** The field `features` of a classifier's `winoscope.json`. Features are taken under the empty caption. */
export type FeatureSource = z.infer<typeof sourceSchema>;

/**
 * Reads what a classifier in `folder` takes features from; undefined for one that sees pixels.
 * @throws ModelFileError where the field is malformed or the diffusion model is not there.
 */
export function readFeatureSource(
  folder: string,
): { source: FeatureSource; base: DiffusionDescription; files: string[]; bytes: number } | undefined {
  const path = join(folder, DOMAIN_FILE);
  if (!existsSync(path)) return undefined;
  const source = readJson(path, z.object({ features: sourceSchema.optional() })).features;
  if (!source) return undefined;
  const where = isAbsolute(source.base) ? source.base : join(folder, source.base);
  if (!existsSync(join(where, 'model_index.json'))) {
    throw new ModelFileError({
      what: 'the diffusion model whose features the classifier reads is not there',
      where: path,
      expected: `a diffusers ONNX folder at ${source.base}`,
      fix: 'Put it there, or write its place into the field "base".',
    });
  }
  const base = describeDiffusion(where);
  const timesteps = base.schedule.num_train_timesteps;
  if (source.timestep >= timesteps) {
    throw new ModelFileError({
      what: 'the timestep of the features lies outside the schedule',
      where: path,
      expected: `0 to ${timesteps - 1}`,
      got: `${source.timestep}`,
    });
  }
  const prefix = relative(folder, where).replaceAll('\\', '/');
  const files = base.files.map((file) => posix.join(prefix, file));
  const bytes = base.files
    .filter((file) => file.startsWith(`${base.denoiser}/`))
    .reduce((sum, file) => sum + (statSync(join(where, file), { throwIfNoEntry: false })?.size ?? 0), 0);
  return { source, base, files, bytes };
}
