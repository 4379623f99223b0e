/** x̂0 and its picture against Python's onnxruntime: reconstruction.json is made by make_reconstruction.py. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { fromVaeOutput } from '../../src/images/from-vae.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { hasVaeDecoder, openVaeDecoder } from '../../src/models/vae-decoder.ts';
import { openReconstructor, type Reconstruction } from '../../src/scoring/reconstruct.ts';
import { alteredModel, worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DIFFUSION } from './tiny-world.ts';

interface Pictures {
  seed: number;
  count: number;
  example: number;
  image: 0 | 1;
  stride: number;
  rows: {
    timestep: number;
    noise: number;
    caption: string;
    latent: number[];
    mean: number;
    values: number[];
  }[];
}

const file = new URL('../../fixtures/golden/reconstruction/reconstruction.json', import.meta.url);
const golden: Pictures = JSON.parse(readFileSync(file, 'utf8')).pictures;
const description = describeDiffusion(DIFFUSION);
const TOLERANCE = 1e-4;

test('the decoder equals onnxruntime’s in Python', async () => {
  const decoder = await openVaeDecoder(description, { threads: 1 });
  for (const { latent, values, mean } of golden.rows) {
    const got = await decoder.decode(Float32Array.from(latent));
    expect(got).toHaveLength(3 * 64 * 64);
    for (const [k, value] of values.entries())
      expect(Math.abs(got[k * golden.stride]! - value)).toBeLessThanOrEqual(TOLERANCE);
    expect(Math.abs(got.reduce((a, b) => a + b, 0) / got.length - mean)).toBeLessThanOrEqual(TOLERANCE);
  }
  await decoder.release();
});

describe('the whole chain', () => {
  let results: Reconstruction[];
  beforeAll(async () => {
    const reconstructor = await openReconstructor({
      kind: 'diffusion',
      description,
      plan: {
        timesteps: Array.from({ length: golden.count }, (_, i) =>
          Math.floor(((i + 0.5) * 1000) / golden.count),
        ),
        repeats: 1,
        seed: golden.seed,
      },
      noiseSeed: golden.seed,
      batch: 24,
      threads: 1,
      device: { name: 'cpu', id: 0 },
      resize: 'crop',
      uncond: 'always',
      maps: false,
    });
    results = [];
    for (const { timestep, noise, caption } of golden.rows) {
      results.push(
        await reconstructor.reconstruct({
          image: { path: worldImage(golden.example, golden.image) },
          captions: [caption],
          timestep,
          noise,
        }),
      );
    }
    await reconstructor.release();
  });

  test('gives Python’s pictures, to a grey level', () => {
    for (const [r, { values, timestep, caption }] of golden.rows.entries()) {
      const { pictures } = results[r]!;
      const all = new Float32Array(3 * 64 * 64).fill(Number.NaN);
      for (const [k, value] of values.entries()) all[k * golden.stride] = value;
      for (const k of values.keys()) {
        const at = k * golden.stride;
        const [channel, place] = [Math.floor(at / 4096), at % 4096];
        const wanted = Math.min(1, Math.max(0, all[at]! / 2 + 0.5)) * 255;
        const difference = Math.abs(pictures[0]!.data[place * 3 + channel]! - wanted);
        expect(difference, `t = ${timestep}, "${caption}"`).toBeLessThanOrEqual(0.55);
      }
    }
  });

  test('shows the noisy latent too, and how far each caption’s estimate is from the image', () => {
    for (const { noisy, original, errors } of results) {
      expect([noisy.width, noisy.height, original.width]).toEqual([64, 64, 64]);
      expect(errors[0]!).toBeGreaterThan(0);
    }
    expect(results[0]!.errors[0]!).toBeLessThan(results.at(-3)!.errors[0]!);
  });
});

test('pixels are clamped and halves go to even, as numpy rounds', async () => {
  const picture = fromVaeOutput(Float32Array.from([-3, -1, 0, 1, 7, 0.5]), 1, 2);
  expect([...picture.data]).toEqual([0, 128, 255, 0, 255, 191]);
  const decoded = await decodeImage({ path: worldImage(0, 0) });
  const planes = Float32Array.from({ length: 3 * 4096 }, (_, k) => {
    const [channel, place] = [Math.floor(k / 4096), k % 4096];
    return (2 * decoded.data[place * 3 + channel]!) / 255 - 1;
  });
  expect(fromVaeOutput(planes, 64, 64)).toEqual(decoded);
});

test('a model without a decoder says so in one sentence', async () => {
  const folder = alteredModel('diffusion', temporaryFolder(), { vae_decoder: null });
  const without = describeDiffusion(folder);
  expect(hasVaeDecoder(without)).toBe(false);
  await expect(openVaeDecoder(without, {})).rejects.toThrow(ModelFileError);
  await expect(openVaeDecoder(without, {})).rejects.toThrow(/has no VAE decoder/);
});
