/** Stopping threads: what they computed comes, and only then does the run end. */

import { expect, test } from 'vitest';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { prepareScorer } from '../../src/run/settings.ts';
import { WorkerPool } from '../../src/run/worker-pool.ts';
import type { ScorerSettings } from '../../src/scoring/open-scorer.ts';
import type { ScorerOutput } from '../../src/scoring/scorer.ts';
import { worldImage, worldRecords } from '../support/small-probe.ts';

const { settings } = prepareScorer(
  { ...resolveRef('tiny-world', 'diffusion'), kind: 'diffusion' },
  {
    timesteps: '200',
    repeats: 1,
    seed: 0,
    uncond: 'never',
    resize: 'crop',
    maps: true,
    device: { name: 'cpu', id: 0 },
    batch: 3, // an example of four pairs straddles calls
    threads: 1,
  },
);
const block = worldRecords(3).map(({ id, caption_0, caption_1 }, index) => ({
  index,
  start: 0,
  example: {
    id: `${id}`,
    images: [{ path: worldImage(id, 0) }, { path: worldImage(id, 1) }],
    captions: [caption_0, caption_1],
    truth: [],
    tags: [],
  },
}));

test('an abort hands out the maps of what was computed, then gives the reason', async () => {
  const pool = new WorkerPool(settings, 1);
  const controller = new AbortController();
  const outputs: ScorerOutput[] = [];
  const reason = new Error('enough');
  const running = pool.run(
    [block],
    (output) => {
      outputs.push(output);
      if (outputs.length === 10) controller.abort(reason);
    },
    controller.signal,
  );
  await expect(running).rejects.toBe(reason);
  await pool.close();
  const rows = outputs.filter((output) => output.type === 'trials');
  const maps = outputs.filter((output) => output.type === 'maps');
  expect(rows.length).toBeGreaterThanOrEqual(10);
  expect(maps.length).toBeGreaterThan(0);
  for (const { index, trials } of maps) {
    const mine = rows.flatMap((row) => [...row.trial].filter((_, r) => row.index[r] === index));
    expect(mine.length).toBe(4 * trials); // whole trials: all four pairs
  }
});

test('a fault that is no sentence for the user comes with the stack it had in the thread', async () => {
  const broken = { ...settings, description: undefined } as unknown as ScorerSettings;
  const pool = new WorkerPool(broken, 1);
  const error = await pool.ready().catch((caught: unknown) => caught);
  expect((error as Error).constructor).toBe(Error);
  expect((error as Error).stack).toContain('diffusion-scorer');
  await pool.close();
});

test('all blocks are evaluated once by workers that get the next one before the present one ends', async () => {
  const short = { ...settings, plan: { timesteps: [100, 500, 900], repeats: 1, seed: 0 }, maps: false };
  const pool = new WorkerPool(short as ScorerSettings, 2, {
    devices: [
      { name: 'cpu', id: 0 },
      { name: 'cpu', id: 0 },
    ],
  });
  await pool.ready();
  const blocks = Array.from({ length: 7 }, (_, k) => [{ ...block[k % 3]!, index: k }]);
  const rows: string[] = [];
  await pool.run(blocks, (output) => {
    if (output.type !== 'trials') return;
    for (const [r, index] of output.index.entries())
      rows.push([index, output.image[r], output.caption[r], output.trial[r]].join(' '));
  });
  await pool.close();
  expect(rows.length).toBe(7 * 4 * 3);
  expect(new Set(rows).size).toBe(rows.length);
});
