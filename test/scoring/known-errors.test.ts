/** What a scorer makes of errors that an earlier session stored beyond where evaluation starts again. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { prepareScorer, type ScoringOptions } from '../../src/run/settings.ts';
import { openDiffusionScorer } from '../../src/scoring/diffusion-scorer.ts';
import { worldImage, worldRecords } from '../support/small-probe.ts';

const folder = fileURLToPath(new URL('../../fixtures/tiny-world/diffusion', import.meta.url));
const options: ScoringOptions = {
  timesteps: '8',
  repeats: 1,
  seed: 0,
  uncond: 'never',
  resize: 'crop',
  maps: false,
  stop: { rule: 'ttest', alpha: 0.01, least: 4 },
  device: { name: 'cpu', id: 0 },
};

test('they decide where a rule looks, though the trials are computed again: they are the ones that count', async () => {
  const { settings } = prepareScorer({ kind: 'diffusion', name: 'sd', ref: 'sd', folder }, options);
  if (settings.kind !== 'diffusion') throw new Error('never');
  const { caption_0, caption_1 } = worldRecords(1)[0]!;
  const example = {
    id: 'a',
    images: [{ path: worldImage(0, 0) }],
    captions: [caption_0, caption_1],
    truth: [[0, 0]] as [number, number][],
    tags: [],
  };
  const scorer = await openDiffusionScorer(settings);
  const trialsWith = async (errors?: Float64Array[]) => {
    let last = -1;
    await scorer.evaluate([{ index: 0, example, start: 0, ...(errors && { errors }) }], (output) => {
      if (output.type === 'trials') last = Math.max(last, ...output.trial);
    });
    return last + 1;
  };
  const nan = Number.NaN;
  // Told apart after 4 trials; and at none of 4 to 7, which differ by chance.
  const apart = [
    [1, 1.1, 1, 1.1, nan, nan, nan, nan],
    [9, 9, 9.1, 9, nan, nan, nan, nan],
  ];
  const even = [
    [1, 2, 1, 2, 1, 2, 1, nan],
    [2, 1, 2, 1, 2, 1, 2, nan],
  ];
  expect(await trialsWith(apart.map((row) => Float64Array.from(row)))).toBe(4);
  expect(await trialsWith(even.map((row) => Float64Array.from(row)))).toBe(8);
  await scorer.release();
});
