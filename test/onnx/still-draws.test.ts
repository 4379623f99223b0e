import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readGraphFile } from '../../src/onnx/graph-file.ts';
import { messageField, numberField, textField } from '../../src/onnx/protobuf.ts';
import { OnnxSession } from '../../src/onnx/session.ts';
import { drawsOf, stillDraws } from '../../src/onnx/still-draws.ts';
import { temporaryFolder } from '../temporary.ts';
import { node, onnxFile, port } from './onnx-file.ts';

const PARTS = fileURLToPath(new URL('../../fixtures/parts/diffusion/', import.meta.url));

/** Two answers of one session to the same pixels. */
async function twice(path: string, edited?: Uint8Array): Promise<[Float32Array, Float32Array]> {
  const session = await OnnxSession.open(path, edited ? { edited } : {});
  const data = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => Math.sin(k));
  const rows = session.input('sample').shape[0] === 2 ? 2 : 1;
  const pixels = new Float32Array(rows * data.length);
  for (let row = 0; row < rows; row++) pixels.set(data, row * data.length);
  const feeds = { sample: { data: pixels, dims: [rows, 3, 32, 32] } };
  const answers = [];
  for (let k = 0; k < 2; k++)
    answers.push((await session.run(feeds, ['latent_sample'])).latent_sample!.data.slice());
  await session.release();
  return answers as [Float32Array, Float32Array];
}

const attribute = (name: string, value: number) =>
  messageField(5, textField(1, name), numberField(3, value), numberField(20, 2));

// Inline weights and weights beside the graph, float32 and float16: how exporters wrote them.
test.each(['sd-a-float', 'sd-b-zero-snr', 'sd-b-float16', 'sd-b-fixed-batch', 'sdxl-b'])(
  '%s: the exported encoder draws, and the rewritten one does not',
  async (name) => {
    const path = join(PARTS, name, 'vae_encoder', 'model.onnx');
    const before = readFileSync(path);
    expect(drawsOf(readGraphFile(path))).toBe('normal');
    const [first, second] = await twice(path);
    expect(first).not.toEqual(second);
    const [mean, again] = await twice(path, stillDraws(path));
    expect(again).toEqual(mean);
    expect(mean.every(Number.isFinite)).toBe(true);
    expect(readFileSync(path)).toEqual(before);
  },
);

test('the rewritten encoder gives the mean to the bit', async () => {
  // The same graph, its draw replaced by zeros by hand: mean + std · 0.
  const folder = temporaryFolder();
  cpSync(join(PARTS, 'sd-a-float', 'vae_encoder'), folder, { recursive: true });
  const path = join(folder, 'model.onnx');
  const graph = readGraphFile(path);
  const by = (output: string) => graph.nodes.find(({ outputs }) => outputs.includes(output))!;
  const sum = by('latent_sample');
  const mean = sum.inputs.find((input) => by(input).op !== 'Mul')!;
  expect([sum.op, sum.inputs.length]).toEqual(['Add', 2]);
  const file = readFileSync(path);
  const { start, end, fieldStart } = graph.graphs[0]!;
  const identity = node('Identity', [mean], sum.outputs[0]!);
  const edited = Buffer.concat([
    file.subarray(0, fieldStart),
    messageField(7, file.subarray(start, sum.range.start), identity, file.subarray(sum.range.end, end)),
    file.subarray(end),
  ]);
  writeFileSync(join(folder, 'mean.onnx'), edited);
  const [wanted] = await twice(join(folder, 'mean.onnx'));
  const [got] = await twice(path, stillDraws(path));
  expect(got).toEqual(wanted);
});

test('a draw of a fixed shape, and one of another type than what it is like', async () => {
  const shape = messageField(
    5,
    textField(1, 'shape'),
    numberField(8, 2),
    numberField(8, 3),
    numberField(20, 7),
  );
  const path = onnxFile(
    node('RandomNormal', [], 'a', shape),
    node('RandomNormalLike', ['x'], 'h', attribute('dtype', 10)),
    node('Cast', ['h'], 'b', attribute('to', 1)),
    node('Add', ['a', 'b'], 'y'),
    port(11, 'x', [2, 3]),
    port(12, 'y', [2, 3]),
  );
  const session = await OnnxSession.open(path, { edited: stillDraws(path)! });
  const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [2, 3] };
  expect([...(await session.run({ x }, ['y'])).y!.data]).toEqual([0, 0, 0, 0, 0, 0]);
  await session.release();
});

test('draws of another kind, or within a branch, are left alone', () => {
  const uniform = onnxFile(node('RandomUniformLike', ['x'], 'u'), node('RandomNormalLike', ['u'], 'y'));
  const branch = messageField(1, textField(1, 'x'), textField(4, 'RandomNormalLike'));
  const inside = messageField(5, textField(1, 'then_branch'), messageField(6, branch), numberField(20, 5));
  for (const path of [uniform, onnxFile(node('If', ['c'], 'y', inside))]) {
    expect(drawsOf(readGraphFile(path))).toBe('other');
    expect(stillDraws(path)).toBeUndefined();
  }
  expect(drawsOf(readGraphFile(onnxFile(node('Identity', ['x'], 'y'))))).toBe('none');
});
