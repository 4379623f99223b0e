/** A VAE encoder whose draw cannot be made zero: one draw per image, kept. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { keptDraw } from '../../src/models/kept-draws.ts';
import { openImageEncoder } from '../../src/models/open-parts.ts';
import { preflight } from '../../src/run/preflight.ts';
import { identityOf, prepareScorer, type ScoringOptions } from '../../src/run/settings.ts';
import { externalTensor, node, onnxFile, port, withNodes } from '../onnx/onnx-file.ts';
import { temporaryFolder } from '../temporary.ts';

const PART = fileURLToPath(new URL('../../fixtures/parts/diffusion/sd-a-float/', import.meta.url));
const image = { path: join(PART, 'image_0.png') };
const before = process.env.WINOSCOPE_CACHE;

beforeEach(() => {
  process.env.WINOSCOPE_CACHE = temporaryFolder();
});
afterEach(() => {
  if (before === undefined) delete process.env.WINOSCOPE_CACHE;
  else process.env.WINOSCOPE_CACHE = before;
});

/** A model whose encoder draws from another distribution, which the rewriting does not know. */
function drawingModel(): string {
  const folder = join(temporaryFolder(), 'model');
  cpSync(PART, folder, { recursive: true });
  const graph = join(folder, 'vae_encoder', 'model.onnx');
  const edited = withNodes(graph, ({ op, inputs, outputs }) =>
    op === 'RandomNormalLike' ? node('RandomUniformLike', inputs, outputs[0]!) : undefined,
  );
  writeFileSync(graph, edited);
  return folder;
}

async function latentOf(folder: string): Promise<Float32Array> {
  const encoder = await openImageEncoder(describeDiffusion(folder, 32), { threads: 1 });
  const latent = await encoder.encode(await decodeImage(image));
  await encoder.release();
  return latent;
}

test('sessions agree as long as the cache is the same, and not otherwise', async () => {
  const folder = drawingModel();
  expect(describeDiffusion(folder).vae).toBe('draw');
  const first = await latentOf(folder);
  const encoder = await openImageEncoder(describeDiffusion(folder, 32), { threads: 1 });
  const pixels = await decodeImage(image);
  const cache = process.env.WINOSCOPE_CACHE;
  process.env.WINOSCOPE_CACHE = temporaryFolder();
  // A fresh session draws what the first one drew, so the second draw is looked at.
  await encoder.encode(await decodeImage({ path: join(PART, 'image_1.png') }));
  expect(await encoder.encode(pixels)).not.toEqual(first);
  process.env.WINOSCOPE_CACHE = cache;
  expect(await encoder.encode(pixels)).toEqual(first);
  await encoder.release();
});

test('two encoders of one graph with other weights beside it share no draw', async () => {
  const pixels = Float32Array.of(0.5);
  const latents: Float32Array[] = [];
  for (const weight of [1, 2]) {
    const graph = onnxFile(externalTensor(5, 'weights.pb'), node('Identity', ['w'], 'y'), port(12, 'y', [1]));
    writeFileSync(join(dirname(graph), 'weights.pb'), Float32Array.of(weight));
    latents.push(await keptDraw(graph, pixels, async () => Float32Array.of(weight)));
  }
  expect(latents).toEqual([Float32Array.of(1), Float32Array.of(2)]);
});

test('the user is warned, and the run is another one than with means', async () => {
  const options: ScoringOptions = {
    timesteps: '2',
    repeats: 1,
    seed: 0,
    uncond: 'never',
    resize: 'crop',
    resolution: 32,
    maps: false,
    device: { name: 'cpu', id: 0 },
  };
  const request = { kind: 'diffusion', name: 'sd', ref: 'sd' } as const;
  const drawing = prepareScorer({ ...request, folder: drawingModel() }, options);
  const still = prepareScorer({ ...request, folder: PART }, options);
  const example = { id: 'a', images: [image], captions: ['a cat'], truth: [], tags: [] };
  const checks = { sizes: [[{ width: 32, height: 32 }]], strict: false, force: false, skip: false };
  expect(preflight([example], drawing, checks).warnings).toEqual([
    expect.stringMatching(/draws its latents at random.*Scores differ elsewhere/),
  ]);
  expect(preflight([example], still, checks).warnings).toEqual([]);
  expect(await identityOf(drawing)).toMatchObject({ latent: { mode: 'draw' } });
  expect(await identityOf(still)).toMatchObject({ latent: { mode: 'mean' } });
});

test('a cache that cannot be written is named', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, readFileSync(image.path));
  process.env.WINOSCOPE_CACHE = file;
  await expect(latentOf(drawingModel())).rejects.toThrow(/cannot (keep|read) the latent.*WINOSCOPE_CACHE/);
});
