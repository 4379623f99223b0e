/** What is measured: the embedded diffusion model on the embedded probe, with the command line's own defaults. */

import { join } from 'node:path';
import { Command } from 'commander';
import { addScoringFlags, type SharedFlags, scoringOf } from '../../dist/src/cli/options.js';
import { EMBEDDED, resolveRef } from '../../dist/src/hub/resolve-ref.js';
import { openTextEncoder } from '../../dist/src/models/text-encoder.js';
import type { RunRequest } from '../../dist/src/run/prepare-run.js';
import { prepareScorer } from '../../dist/src/run/settings.js';
import { pairsOf } from '../../dist/src/scoring/conditions.js';
import type { DiffusionSettings } from '../../dist/src/scoring/diffusion-scorer.js';
import { DEFAULT_TASK, loadTask } from '../../dist/tasks/index.js';

export interface Subject {
  /** A run over the whole probe. */
  request: RunRequest;
  settings: DiffusionSettings;
  workers: number;
  /** Evaluations of one trial of the first example: all of the probe's examples have as many. */
  pairsPerExample: number;
  trials: number;
  unet: UnetShape;
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

export async function openSubject(): Promise<Subject> {
  // Parsing an empty command line gives the defaults that users get, whatever they become.
  const flags = addScoringFlags(new Command()).parse([], { from: 'user' }).opts<SharedFlags>();
  const scoring = scoringOf(flags, { maps: true });
  const scorer = { ...resolveRef(EMBEDDED, 'diffusion'), kind: 'diffusion' as const };
  const { settings, workers } = prepareScorer(scorer, scoring);
  if (settings.kind !== 'diffusion') throw new Error('the embedded scorer is not a diffusion model');
  const task = await loadTask(DEFAULT_TASK);
  const texts = await openTextEncoder(settings.description, {});
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
      force: false,
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
  };
}
