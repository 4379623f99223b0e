/** Graphs whose answers have another shape than the folder's description says. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { openDenoiserGraph } from '../../src/models/denoiser.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openTextEncoder } from '../../src/models/text-encoder.ts';
import { openVaeEncoder } from '../../src/models/vae-encoder.ts';
import { identityGraph, type Port } from '../onnx/identity-graph.ts';
import { DIFFUSION, hollowCopy } from './tiny-world.ts';

/** A model folder in which one part hands its inputs through. */
function folderWith(part: string, ports: Port[]): string {
  const folder = hollowCopy(DIFFUSION);
  copyFileSync(identityGraph(ports), join(folder, part, 'model.onnx'));
  return folder;
}

/** Expects a ShapeError that names the file and matches `pattern`. */
async function expectRefusal(answer: Promise<unknown>, file: string, pattern: RegExp): Promise<void> {
  const failure = await answer.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ShapeError);
  expect((failure as Error).message).toContain(file);
  expect((failure as Error).message).toMatch(pattern);
}

test('a VAE encoder with latents of another size', async () => {
  const folder = folderWith('vae_encoder', [
    { name: 'sample', type: 'float32', shape: [1, 3, 'h', 'w'], output: 'latent_parameters' },
  ]);
  const encoder = await openVaeEncoder(describeDiffusion(folder), { threads: 1 });
  const image = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
  await expectRefusal(
    encoder.encode(image),
    join(folder, 'vae_encoder', 'model.onnx'),
    /output "latent_parameters".*expected \[1, 8, 8, 8\], got \[1, 3, 64, 64\]/,
  );
  await encoder.release();
});

test('a UNet whose predictions are no latents', async () => {
  const folder = folderWith('unet', [
    { name: 'sample', type: 'float32', shape: ['n', 4, 8, 8] },
    { name: 'timestep', type: 'float32', shape: [] },
    { name: 'encoder_hidden_states', type: 'float32', shape: ['n', 2, 3], output: 'out_sample' },
  ]);
  const unet = await openDenoiserGraph(describeDiffusion(folder), 6, { threads: 1 });
  const condition = { inputs: { encoder_hidden_states: { data: new Float32Array(6), dims: [2, 3] } } };
  await expectRefusal(
    unet.predict(new Float32Array(6 * 4 * 8 * 8), 0, [condition]),
    join(folder, 'unet', 'model.onnx'),
    /output "out_sample".*expected \[6, 4, 8, 8\], got \[6, 2, 3\]/,
  );
  await unet.release();
});

test('a text encoder without a vector per position', async () => {
  const folder = folderWith('text_encoder', [
    { name: 'input_ids', type: 'float32', shape: [1, 'n'], output: 'last_hidden_state' },
  ]);
  const encoder = await openTextEncoder(describeDiffusion(folder), { threads: 1 });
  await expectRefusal(
    encoder.encode('a red circle'),
    join(folder, 'text_encoder', 'model.onnx'),
    /output "last_hidden_state".*expected \[1, 24, features\], got \[1, 24\]/,
  );
  await encoder.release();
});
