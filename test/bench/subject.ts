/** What is measured: a diffusion model on the embedded probe, with the command line's own defaults. */

import { join } from 'node:path';
import { Command } from 'commander';
import { addScoringFlags, type SharedFlags, scoringOf } from '../../dist/src/cli/options.js';
import { EMBEDDED, resolveRef } from '../../dist/src/hub/resolve-ref.js';
import { openTextConditioner } from '../../dist/src/models/open-parts.js';
import { withAutoCalls } from '../../dist/src/run/auto-calls.js';
import type { RunRequest } from '../../dist/src/run/prepare-run.js';
import { prepareScorer } from '../../dist/src/run/settings.js';
import { pairsOf } from '../../dist/src/scoring/conditions.js';
import type { DiffusionSettings } from '../../dist/src/scoring/diffusion-scorer.js';
import { DEFAULT_TASK, loadTask } from '../../dist/tasks/index.js';
import { BATCHES } from './contestant.ts';

export interface Subject {
  /** A run over the whole probe. */
  request: RunRequest;
  settings: DiffusionSettings;
  workers: number;
  /** Evaluations of one trial of the first example: all of the probe's examples have as many. */
  pairsPerExample: number;
  trials: number;
  unet: UnetShape;
  /** Examples of one of the product's runs. */
  examples: number;
  /** Rows of a call that contestants try. */
  batches: readonly number[];
}

export interface SubjectOptions {
  /** A model's folder. @default the embedded one */
  model?: string;
  /** @default as `score` */
  timesteps?: string;
  /** @default all of the probe */
  examples?: number;
  batches?: readonly number[];
}

/** What the contestants need to know of the UNet, to feed it as the product does. */
export interface UnetShape {
  /** The graph. */
  graph: string;
  /** Its configuration, for frameworks that build it anew. */
  config: string;
  latent: readonly number[];
  /** Per conditioning input, the dimensions of one row. */
  conditions: Readonly<Record<string, readonly number[]>>;
}

export async function openSubject({
  model = EMBEDDED,
  timesteps,
  examples,
  batches = BATCHES,
}: SubjectOptions = {}): Promise<Subject> {
  // Parsing an empty command line gives the defaults that users get, whatever they become.
  const flags = addScoringFlags(new Command()).parse([], { from: 'user' }).opts<SharedFlags>();
  const asked = scoringOf({ ...flags, ...(timesteps && { timesteps }) }, { maps: true });
  const scorer = { ...resolveRef(model, 'diffusion'), kind: 'diffusion' as const };
  const prepared = await withAutoCalls(prepareScorer(scorer, asked), { scoring: asked, measure: true });
  const { settings, workers } = prepared;
  if (settings.kind !== 'diffusion') throw new Error('it is not a diffusion model');
  // Every run of a benchmark makes the calls that were chosen once.
  const scoring = { ...asked, batch: settings.batch, threads: settings.threads, workers };
  const task = await loadTask(DEFAULT_TASK);
  const texts = await openTextConditioner(settings.description, {});
  const { inputs } = await texts.encode('');
  await texts.release();
  const { folder, latent } = settings.description;
  return {
    request: {
      task,
      scorers: [scorer],
      scoring,
      selection: {},
      strict: false,
      force: true, // other models know the probe's words and pictures, or do not: speed does not ask
      allowMixed: false,
    },
    settings,
    workers,
    pairsPerExample: pairsOf(task.examples[0]!, settings.uncond).length,
    trials: settings.plan.timesteps.length * settings.plan.repeats,
    unet: {
      graph: join(folder, 'unet', 'model.onnx'),
      config: join(folder, 'unet', 'config.json'),
      latent,
      conditions: Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims])),
    },
    examples: examples ?? task.examples.length,
    batches,
  };
}
