import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { toVaeInput } from '../../src/images/normalize.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openImageEncoder } from '../../src/models/open-parts.ts';
import { identityGraph, type Port } from '../onnx/identity-graph.ts';
import { node, withNodes } from '../onnx/onnx-file.ts';
import { temporaryFolder } from '../temporary.ts';
import { patchJson } from './tiny-world.ts';

const PART = fileURLToPath(new URL('../../fixtures/parts/diffusion/sd-c-euler-zero-snr/', import.meta.url));

function copy(): { folder: string; graph: string } {
  const folder = join(temporaryFolder(), 'model');
  cpSync(PART, folder, { recursive: true });
  return { folder, graph: join(folder, 'vae_encoder', 'model.onnx') };
}

async function encode(folder: string): Promise<Float32Array> {
  const encoder = await openImageEncoder(describeDiffusion(folder), { threads: 1 });
  try {
    return await encoder.encode(await decodeImage({ path: join(PART, 'image_0.png') }));
  } finally {
    await encoder.release();
  }
}

test('latents that overflowed are refused, with what helps', async () => {
  const { folder, graph } = copy();
  const edited = withNodes(graph, ({ op, inputs, outputs }) =>
    outputs[0] === 'latent_parameters' && op === 'Conv'
      ? Buffer.concat([
          node('Conv', inputs, 'parameters'),
          node('Sub', ['parameters', 'parameters'], 'zeros'),
          node('Div', ['zeros', 'zeros'], 'latent_parameters'),
        ])
      : undefined,
  );
  writeFileSync(graph, edited);
  await expect(encode(folder)).rejects.toThrow(ModelFileError);
  await expect(encode(folder)).rejects.toThrow(/numbers that are none.*overflows in float16/);
});

test('an encoder that answers one latent without drawing is taken at its word', async () => {
  const { folder, graph } = copy();
  const picture = await decodeImage({ path: join(PART, 'image_0.png') });
  const ports: Port[] = [
    { name: 'sample', type: 'float32', shape: ['n', 3, 'h', 'w'], output: 'latent_sample' },
  ];
  cpSync(identityGraph(ports), graph);
  // Pixels are then the latent: three channels of full size.
  for (const [part, fields] of Object.entries({
    vae_encoder: { block_out_channels: [4], latent_channels: 3, scaling_factor: 2 },
    unet: { in_channels: 3, sample_size: picture.width },
  }))
    patchJson(join(folder, part, 'config.json'), fields);
  expect(describeDiffusion(folder).vae).toBe('answer');
  expect(await encode(folder)).toEqual(toVaeInput(picture).map((value) => value * 2));
});

test('an encoder without a latent says what it has', async () => {
  const { folder, graph } = copy();
  cpSync(identityGraph([{ name: 'sample', type: 'float32', shape: ['n', 3, 'h', 'w'] }]), graph);
  expect(describeDiffusion(folder).vae).toBe('answer');
  await expect(encode(folder)).rejects.toThrow(/gives no latent.*"latent_parameters".*got sample_out/);
});
