/** Every family and export generation against PyTorch: fixtures/parts/diffusion/recipe makes the folders and their golden.json. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LOSSES, type Loss } from '../../src/diffusion/denoising-error.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { type DiffusionDescription, describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openImageEncoder, openTextConditioner } from '../../src/models/open-parts.ts';
import { openDiffusionScorer } from '../../src/scoring/diffusion-scorer.ts';
import { makePlan } from '../../src/scoring/plan.ts';
import type { ScorerOutput } from '../../src/scoring/scorer.ts';

const ROOT = fileURLToPath(new URL('../../fixtures/parts/diffusion/', import.meta.url));
const NAMES = readdirSync(ROOT).filter((name) => name !== 'recipe');

/** What recipe/golden.py writes. */
interface Golden {
  family: string;
  captions: string[];
  seed: number;
  timesteps: number[];
  guidance?: number;
  /** Height and width of the images. */
  pixels: [number, number];
  /** `[image][channel][row][column]`, scaled. */
  latents: number[][][][];
  /** Per condition (the captions, then the empty one), of every input: a few values at a few positions. */
  embeddings: Record<string, { shape: number[]; positions: number[]; first: number[][]; last: number[][] }>[];
  /** `[image][condition]`, a value per timestep in ascending order. */
  errors: Record<Loss, number[]>[][];
}

const goldenOf = (name: string): Golden => JSON.parse(readFileSync(join(ROOT, name, 'golden.json'), 'utf8'));

/** The folder as it is read by default; the oldest exports do not say their size, nor does FLUX: there it is given. */
function describePart(name: string, { pixels, guidance }: Golden): DiffusionDescription {
  return describeDiffusion(join(ROOT, name), /^(sd-a|flux)/.test(name) ? pixels[0] : undefined, guidance);
}

/** Largest absolute difference; the two must have the same length. */
function worst(got: ArrayLike<number>, wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  return Math.max(...wanted.map((value, k) => Math.abs(got[k]! - value)));
}

describe.each(NAMES)('%s', (name) => {
  const golden = goldenOf(name);
  const description = describePart(name, golden);
  const half = description.dtype === 'float16';
  const tolerance = half ? 1e-2 : 1e-4;
  const images = [0, 1].map((k) => ({ path: join(ROOT, name, `image_${k}.png`) }));

  test('is of the family and size that the folder shows', () => {
    const [, height, width] = description.latent;
    expect(description.family).toBe(golden.family);
    expect([height * description.downscale, width * description.downscale]).toEqual(golden.pixels);
    expect(description.latent).toEqual([
      golden.latents[0]!.length,
      golden.latents[0]![0]!.length,
      golden.latents[0]![0]![0]!.length,
    ]);
  });

  test('latents', async () => {
    const encoder = await openImageEncoder(description, { threads: 1 });
    for (const [k, latent] of golden.latents.entries()) {
      const got = await encoder.encode(await decodeImage(images[k]!));
      expect(worst(got, latent.flat(2))).toBeLessThanOrEqual(tolerance);
    }
    await encoder.release();
  });

  test('conditions', async () => {
    const conditioner = await openTextConditioner(description, { threads: 1 });
    for (const [k, caption] of [...golden.captions, ''].entries()) {
      const { inputs } = await conditioner.encode(caption);
      for (const [input, wanted] of Object.entries(golden.embeddings[k]!)) {
        const { data, dims } = inputs[input]!;
        const width = dims.at(-1)!;
        expect(dims, input).toEqual(wanted.shape);
        for (const [p, position] of wanted.positions.entries()) {
          const row = data.subarray(position * width, (position + 1) * width);
          const [first, last] = [wanted.first[p]!, wanted.last[p]!];
          const where = `${input} of "${caption}" at ${position}`;
          expect(worst(row.subarray(0, first.length), first), where).toBeLessThanOrEqual(tolerance);
          expect(worst(row.subarray(width - last.length), last), where).toBeLessThanOrEqual(tolerance);
        }
      }
    }
    await conditioner.release();
  });

  test('denoising errors of every trial', async () => {
    const plan = makePlan({ timesteps: golden.timesteps, repeats: 1, seed: golden.seed });
    const scorer = await openDiffusionScorer({
      kind: 'diffusion',
      description,
      plan: { timesteps: golden.timesteps, repeats: 1, seed: golden.seed },
      batch: 5,
      threads: 1,
      device: { name: 'cpu', id: 0 },
      resize: 'crop',
      uncond: 'always',
      maps: false,
    });
    let count = 0;
    let largest = 0;
    const take = (output: ScorerOutput) => {
      if (output.type === 'nearly-done') return; // said of the last trial, before its rows
      if (output.type !== 'trials') throw new Error(`unexpected output ${JSON.stringify(output)}`);
      for (let r = 0; r < output.index.length; r++) {
        const condition = output.caption[r]! < 0 ? golden.captions.length : output.caption[r]!;
        const rank = plan.trials[output.trial[r]!]!.noise;
        const wanted = golden.errors[output.image[r]!]![condition]!;
        for (const loss of LOSSES) {
          const error = Math.abs(output[loss][r]! / wanted[loss][rank]! - 1);
          const where = `${loss}, image ${output.image[r]}, condition ${condition}, t = ${golden.timesteps[rank]}`;
          expect(error, where).toBeLessThanOrEqual(tolerance);
          largest = Math.max(largest, error);
          count += 1;
        }
      }
    };
    const example = { id: name, images, captions: golden.captions, truth: [], tags: [] };
    await scorer.evaluate([{ index: 0, example, start: 0 }], take);
    await scorer.release();
    expect(count).toBe(LOSSES.length * 2 * (golden.captions.length + 1) * golden.timesteps.length);
    console.log(`${name}: ${count} errors, at most ${largest.toExponential(1)} from PyTorch, relative`);
  });
});
