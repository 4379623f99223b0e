/** The promise of canonical calls, for every family: a row's bits depend on nothing but itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { NoiseBank } from '../../src/diffusion/noise-bank.ts';
import type { Condition } from '../../src/models/condition.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openDenoiser, openTextConditioner } from '../../src/models/open-parts.ts';

const ROOT = fileURLToPath(new URL('../../fixtures/parts/diffusion/', import.meta.url));
const BATCH = 5;

// One folder of each way to call a denoiser; the fixed batch of 2 divides 5 into calls of 2, 2 and 1.
describe.each([
  'sd-a-int',
  'sd-b-fixed-batch',
  'sd-c-float16',
  'sd-c-wide',
  'lcm-c',
  'sdxl-c',
  'sd3-t5',
  'flux-dev',
  'pixart-alpha',
  'dit',
])('%s', (name) => {
  const { captions, pixels } = JSON.parse(readFileSync(join(ROOT, name, 'golden.json'), 'utf8'));
  const description = describeDiffusion(join(ROOT, name), /^(sd-a|flux)/.test(name) ? pixels[0] : undefined);
  const size = description.latent.reduce((a, b) => a * b);
  const bank = new NoiseBank({ seed: 3, count: 12, shape: description.latent });
  const noises = Array.from({ length: 12 }, (_, k) => bank.get(k));
  const timestep = Math.floor(description.schedule.num_train_timesteps / 3);

  async function opened() {
    const texts = await openTextConditioner(description, { threads: 1 });
    const conditions: Condition[] = [];
    for (const caption of [...captions, '']) conditions.push(await texts.encode(caption));
    await texts.release();
    return { conditions, denoiser: await openDenoiser(description, BATCH, { threads: 1 }) };
  }

  test('one trial gives the same bits in every row and beside any others, and empty rows change nothing', async () => {
    const { conditions, denoiser } = await opened();
    /** The trial that is looked at in place `row`, others by `salt`, only `filled` rows given. */
    const predict = async (row: number, salt: number, filled = BATCH) => {
      const noisy = new Float32Array(BATCH * size);
      const rows: Condition[] = [];
      for (let r = 0; r < BATCH; r++) {
        const other = 1 + ((r * 5 + salt * 3) % 11);
        noisy.set(noises[r === row ? 0 : other]!, r * size);
        if (r < filled) rows.push(conditions[r === row ? 1 : other % conditions.length]!);
      }
      return (await denoiser.predict(noisy, timestep, rows)).slice(row * size, (row + 1) * size);
    };
    const first = await predict(0, 0);
    expect(first.every(Number.isFinite)).toBe(true);
    for (let row = 0; row < BATCH; row++) expect(await predict(row, row + 1), `row ${row}`).toEqual(first);
    for (let filled = 1; filled < BATCH; filled++)
      expect(await predict(0, filled, filled), `${filled} of ${BATCH} rows`).toEqual(first);
    await denoiser.release();
  });

  test('the condition, the noise and the timestep matter', async () => {
    const { conditions, denoiser } = await opened();
    const noisy = new Float32Array(BATCH * size);
    for (let r = 0; r < BATCH; r++) noisy.set(noises[r === 4 ? 1 : 0]!, r * size);
    const rows = [conditions[0]!, conditions[1]!, conditions[2]!, conditions[0]!, conditions[0]!];
    const at = async (t: number) => {
      const all = (await denoiser.predict(noisy, t, rows)).slice();
      return rows.map((_, r) => all.slice(r * size, (r + 1) * size));
    };
    const answers = await at(timestep);
    expect(answers[3]).toEqual(answers[0]);
    for (const other of [1, 2, 4]) expect(answers[other], `row ${other}`).not.toEqual(answers[0]);
    expect((await at(timestep + 50))[0]).not.toEqual(answers[0]);
    await denoiser.release();
  });
});
