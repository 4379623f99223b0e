/** Whole samples through the real parts, against diffusers' own pipelines: fixtures/golden/sampling/make_sampling.py. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage, type RgbImage } from '../../src/images/decode.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openDenoiser, openTextConditioner } from '../../src/models/open-parts.ts';
import { readSampling } from '../../src/models/sampling-facts.ts';
import type { ImageDecoder } from '../../src/models/vae-decoder.ts';
import { openVaeDecoder } from '../../src/models/vae-decoder.ts';
import { type DrawSettings, type ImageOrder, openImageSampler } from '../../src/scoring/image-sampler.ts';
import { DIFFUSION } from '../models/tiny-world.ts';

const ROOT = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const GOLDEN = join(ROOT, 'golden', 'sampling');

interface Case {
  name: string;
  caption: string;
  steps: number;
  guidance: number;
  seed: number;
  eta?: number;
  negative?: string;
  latents: number[];
  picture?: string;
  decoder?: string;
}

const golden = JSON.parse(readFileSync(join(GOLDEN, 'sampling.json'), 'utf8')) as {
  parts: Case[];
  world: Omit<Case, 'name'>[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winoscope-sampling-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A part's folder, with the decoder that lies with the goldens where the case has one. */
function folderOf({ name, decoder }: Case): string {
  const source = join(ROOT, 'parts', 'diffusion', name);
  if (decoder === undefined) return source;
  const made = join(folder, name);
  mkdirSync(join(made, 'vae_decoder'), { recursive: true });
  for (const entry of readdirSync(source)) symlinkSync(join(source, entry), join(made, entry));
  writeFileSync(join(made, 'vae_decoder', 'model.onnx'), gunzipSync(readFileSync(join(GOLDEN, decoder))));
  return made;
}

/** The settings that the command line would make. */
function settingsOf(model: string, one: Case): DrawSettings {
  const pixels = JSON.parse(
    readFileSync(join(ROOT, 'parts', 'diffusion', one.name, 'golden.json'), 'utf8'),
  ).pixels;
  const resolution = /^(sd-a|flux)/.test(one.name) ? pixels[0] : undefined;
  const told = /^(lcm|flux-dev)/.test(one.name) ? one.guidance : undefined;
  const description = describeDiffusion(model, resolution, told);
  return {
    description,
    sampling: readSampling(description),
    steps: one.steps,
    guidance: one.guidance,
    eta: one.eta ?? 0,
    batch: 4,
    threads: 1,
    device: { name: 'cpu', id: 0 },
  };
}

/** Draws one image; gives back its latent as the decoder was handed it, and the picture where there is a decoder. */
async function draw(
  settings: DrawSettings,
  order: Omit<ImageOrder, 'index'>,
  decodes: boolean,
): Promise<{ latent: Float32Array; picture: RgbImage }> {
  const options = { threads: 1 };
  const texts = await openTextConditioner(settings.description, options);
  const denoiser = await openDenoiser(settings.description, settings.batch, options);
  const real = decodes ? await openVaeDecoder(settings.description, options) : undefined;
  let latent = new Float32Array();
  const { latent: shape, downscale } = settings.description;
  const decoder: ImageDecoder = {
    decode(values) {
      latent = Float32Array.from(values);
      return (
        real?.decode(values) ?? Promise.resolve(new Float32Array(3 * shape[1] * shape[2] * downscale ** 2))
      );
    },
    async release() {},
  };
  const sampler = await openImageSampler(settings, {
    denoiser,
    captions: { get: (text) => texts.encode(text) },
    decoder,
  });
  const pictures: RgbImage[] = [];
  await sampler.evaluate([{ index: 0, ...order }], (output) => {
    if (output.type === 'image') pictures.push(output.image);
  });
  for (const part of [texts, denoiser, real]) await part?.release();
  return { latent, picture: pictures[0]! };
}

/** Mean absolute difference, in units of the range. */
async function pictureDifference(got: RgbImage, file: string): Promise<number> {
  const wanted = await decodeImage({ path: join(GOLDEN, file) });
  expect([got.width, got.height]).toEqual([wanted.width, wanted.height]);
  return (
    got.data.reduce((sum, value, k) => sum + Math.abs(value - wanted.data[k]!), 0) / got.data.length / 255
  );
}

function latentDifference(got: Float32Array, wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, k) => Math.abs(got[k]! - value))) / scale;
}

describe('samples equal those of diffusers', () => {
  test.each(
    golden.parts.map(
      (one) =>
        [`${one.name}, ${one.steps} steps, guidance ${one.guidance}, eta ${one.eta ?? 0}`, one] as const,
    ),
  )('%s', async (_, one) => {
    const settings = settingsOf(folderOf(one), one);
    const order = { caption: one.caption, negative: one.negative ?? '', seed: one.seed };
    const { latent, picture } = await draw(settings, order, one.decoder !== undefined);
    expect(latentDifference(latent, one.latents)).toBeLessThanOrEqual(1e-4);
    if (one.picture) expect(await pictureDifference(picture, one.picture)).toBeLessThanOrEqual(1e-3);
  });

  test.each(golden.world.map((one) => [one.caption, one] as const))(
    'the embedded model: %s',
    async (_, one) => {
      const description = describeDiffusion(DIFFUSION);
      const sampling = readSampling(description);
      const { steps, guidance, seed, caption, picture: file, latents } = one;
      const settings = {
        description,
        sampling,
        steps,
        guidance,
        eta: 0,
        batch: 4,
        threads: 1,
        device: { name: 'cpu', id: 0 },
      } as const;
      const { latent, picture } = await draw(settings, { caption, negative: '', seed }, true);
      expect(latentDifference(latent, latents)).toBeLessThanOrEqual(1e-4);
      expect(await pictureDifference(picture, file!)).toBeLessThanOrEqual(1e-3);
    },
  );
});
