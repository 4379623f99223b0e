/** Inputs that the families' golden values do not reach: refiners, older exports, odd widths. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { constantInputs, guidanceEmbedding } from '../../src/models/constant-inputs.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { imageIds, pack, unpack } from '../../src/models/flux-packing.ts';
import { OnnxSession } from '../../src/onnx/session.ts';
import { identityGraph, type Port } from '../onnx/identity-graph.ts';

const ROOT = fileURLToPath(new URL('../../fixtures/parts/diffusion/', import.meta.url));
const xl = describeDiffusion(join(ROOT, 'sdxl-c'));
const flux = describeDiffusion(join(ROOT, 'flux-dev'), 32);

async function inputsFor(ports: Port[], description = xl, rows = 2) {
  const session = await OnnxSession.open(identityGraph(ports));
  try {
    return constantInputs(description, session, rows);
  } finally {
    await session.release();
  }
}

test('SDXL is told the size of what is encoded, its refiner a score in place of the target', async () => {
  const six = await inputsFor([{ name: 'time_ids', type: 'float32', shape: ['n', 6] }]);
  expect([...six.time_ids!.data]).toEqual([32, 32, 0, 0, 32, 32, 32, 32, 0, 0, 32, 32]);
  const five = await inputsFor([{ name: 'time_ids', type: 'float32', shape: ['n', 5] }]);
  expect([...five.time_ids!.data]).toEqual([32, 32, 0, 0, 6, 32, 32, 0, 0, 6]);
  expect(five.time_ids!.dims).toEqual([2, 5]);
});

test('FLUX’s places come once, or once per row in older exports', async () => {
  const flat = await inputsFor([{ name: 'img_ids', type: 'float32', shape: ['n', 3] }], flux);
  expect(flat.img_ids!.dims).toEqual([16, 3]);
  const rows = await inputsFor([{ name: 'img_ids', type: 'float32', shape: ['b', 'n', 3] }], flux);
  expect(rows.img_ids!.dims).toEqual([2, 16, 3]);
  expect([...rows.img_ids!.data]).toEqual([...flat.img_ids!.data, ...flat.img_ids!.data]);
});

test('a guidance embedding of odd width ends with zero', () => {
  expect(guidanceEmbedding(0, 5)).toEqual([0, 0, 1, 1, 0]);
  expect(guidanceEmbedding(0.002, 4).map((x) => Number(x.toFixed(6)))).toEqual([
    0.909297, 0.0002, -0.416147, 1,
  ]);
});

test('a guidance embedding of unknown width is refused', async () => {
  const ports: Port[] = [{ name: 'timestep_cond', type: 'float32', shape: ['n', 'width'] }];
  await expect(inputsFor(ports)).rejects.toThrow(ModelFileError);
  await expect(inputsFor(ports)).rejects.toThrow(/time_cond_proj_dim/);
});

test('packing lays 2 × 2 cells of all channels beside each other, and unpacking takes them apart', () => {
  const shape = [2, 4, 6] as const;
  const latents = Float32Array.from({ length: 2 * 48 }, (_, k) => k);
  const packed = pack(latents, shape);
  // The first token: rows 0 and 1, columns 0 and 1, of both channels.
  expect([...packed.subarray(0, 8)]).toEqual([0, 1, 6, 7, 24, 25, 30, 31]);
  expect(unpack(packed, shape)).toEqual(latents);
  expect([...imageIds(shape).subarray(9, 18)]).toEqual([0, 1, 0, 0, 1, 1, 0, 1, 2]);
});
