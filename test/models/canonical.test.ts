/** Which calls give which bits: the promise on which resuming, sharding and stopping rest. */
import { beforeAll, describe, expect, test } from 'vitest';
import { denoisingError } from '../../src/diffusion/denoising-error.ts';
import { NoiseBank } from '../../src/diffusion/noise-bank.ts';
import type { Condition } from '../../src/models/condition.ts';
import { openDenoiserGraph } from '../../src/models/denoiser.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openTextEncoder } from '../../src/models/text-encoder.ts';
import { DIFFUSION } from './tiny-world.ts';

/** How far batch size and threads may move an error, relative to it. */
const NUMERIC_FLOOR = 1e-5;
const TIMESTEPS = [15, 484, 984];
const CAPTIONS = [
  '',
  'a red circle',
  'a blue star below a green cross',
  'a big yellow square left of a small triangle',
];

const description = describeDiffusion(DIFFUSION);
const size = description.latent.reduce((a, b) => a * b);
/** Noisy latents for the rows of a call; number 0 is the one that is looked at. */
const bank = new NoiseBank({ seed: 1, count: 64, shape: description.latent });
const noises = Array.from({ length: 64 }, (_, k) => bank.get(k));

let conditions: Condition[];
beforeAll(async () => {
  const encoder = await openTextEncoder(description, { threads: 1 });
  conditions = await Promise.all(CAPTIONS.map((caption) => encoder.encode(caption)));
  await encoder.release();
});

type Unet = Awaited<ReturnType<typeof openDenoiserGraph>>;

/** The prediction for the row that is looked at, in place `row` of a call with `filled` rows, the others by `salt`. */
async function predictAt(unet: Unet, timestep: number, row: number, salt: number, filled = unet.batch) {
  const noisy = new Float32Array(unet.batch * size);
  const rows: Condition[] = [];
  for (let r = 0; r < unet.batch; r++) {
    const other = 1 + ((r * 7 + salt * 13) % 63);
    noisy.set(noises[r === row ? 0 : other]!, r * size);
    if (r < filled) rows.push(conditions[r === row ? 3 : other % 4]!);
  }
  const predictions = await unet.predict(noisy, timestep, rows);
  return predictions.slice(row * size, (row + 1) * size);
}

describe.each([24, 6])('batch %i', (batch) => {
  test('one trial gives the same bits in every row, whatever the others hold', async () => {
    const unet = await openDenoiserGraph(description, batch, { threads: 1 });
    for (const [k, timestep] of TIMESTEPS.entries()) {
      const first = await predictAt(unet, timestep, 0, 0);
      expect(first.every(Number.isFinite)).toBe(true);
      // Each row is visited once, at one of the timesteps.
      for (let row = k; row < batch; row += TIMESTEPS.length) {
        expect(await predictAt(unet, timestep, row, row + 1), `row ${row}, t = ${timestep}`).toEqual(first);
      }
    }
    await unet.release();
  });

  test('rows that are left empty change nothing', async () => {
    const unet = await openDenoiserGraph(description, batch, { threads: 1 });
    const full = await predictAt(unet, 484, 0, 1);
    for (const filled of [1, 2, batch / 2, batch - 1]) {
      expect(await predictAt(unet, 484, 0, filled, filled), `${filled} of ${batch} rows`).toEqual(full);
    }
    await unet.release();
  });

  test.each([1, 2])('two sessions of %i threads agree to the bit', async (threads) => {
    const [one, two] = [
      await openDenoiserGraph(description, batch, { threads }),
      await openDenoiserGraph(description, batch, { threads }),
    ];
    for (const timestep of TIMESTEPS) {
      const wanted = await predictAt(one, timestep, batch - 1, 2);
      expect(await predictAt(two, timestep, batch - 1, 2)).toEqual(wanted);
      expect(await predictAt(one, timestep, batch - 1, 2)).toEqual(wanted);
    }
    await one.release();
    await two.release();
  });
});

test('the row, the timestep and the condition do matter', async () => {
  const unet = await openDenoiserGraph(description, 2, { threads: 1 });
  const noisy = new Float32Array(2 * size);
  noisy.set(noises[0]!);
  noisy.set(noises[0]!, size);
  const pair = await unet.predict(noisy, 484, [conditions[1]!, conditions[2]!]);
  expect(pair.slice(0, size)).not.toEqual(pair.slice(size));
  expect(await predictAt(unet, 484, 0, 0)).not.toEqual(await predictAt(unet, 515, 0, 0));
  await unet.release();
});

test('batch size and threads move an error by less than the numeric floor', async () => {
  const errors: { name: string; values: number[] }[] = [];
  for (const batch of [24, 6, 2]) {
    for (const threads of [1, 2]) {
      const unet = await openDenoiserGraph(description, batch, { threads });
      const values: number[] = [];
      for (const timestep of TIMESTEPS) {
        for (let salt = 0; salt < 2; salt++) {
          const predictions = await predictAt(unet, timestep, salt % batch, salt);
          for (let k = 1; k < 6; k++) {
            const { mse, mae, huber } = denoisingError({ predictions, offset: 0, target: noises[k]! });
            values.push(mse, mae, huber);
          }
        }
      }
      errors.push({ name: `batch ${batch}, threads ${threads}`, values });
      await unet.release();
    }
  }
  let largest = 0;
  for (const { name, values } of errors) {
    for (const [k, value] of values.entries()) {
      const moved = Math.abs(value / errors[0]!.values[k]! - 1);
      expect(moved, name).toBeLessThanOrEqual(NUMERIC_FLOOR);
      largest = Math.max(largest, moved);
    }
  }
  console.log(
    `batch 2, 6, 24 and 1, 2 threads: errors within ${largest.toExponential(1)} of each other, relative`,
  );
});
