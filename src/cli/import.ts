/** `winoscope import`: a run of scores that are there already. */

import type { ImportFlags } from './import-command.ts';
import { score } from './score.ts';

/**
 * Carries out `winoscope import`, which is `score` with nothing but files of scores; see `docs/cli.md`.
 * @throws WinoscopeError for what the user can mend.
 */
export async function importScores(files: readonly string[], { task, ...flags }: ImportFlags): Promise<void> {
  await score(task, {
    ...flags,
    scores: [...files],
    plain: true,
    // Settings of models, of which there are none.
    externalTimeout: 1,
    workerTimeout: 600,
    repeats: 1,
    seed: [0],
    uncond: 'auto',
    resize: 'crop',
    device: 'cpu',
    loss: 'mse',
    errorSpace: 'native',
    weighting: 'uniform',
    interpolation: 'bicubic',
    latent: 'mean',
    stop: 'none',
    maps: 'off',
  });
}
