import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { checkGraph } from '../../src/onnx/check-graph.ts';
import { readGraphFile } from '../../src/onnx/graph-file.ts';
import { messageField, numberField, textField } from '../../src/onnx/protobuf.ts';
import { OnnxSession } from '../../src/onnx/session.ts';
import { stillDraws } from '../../src/onnx/still-draws.ts';
import { temporaryFolder } from '../temporary.ts';
import { identityGraph } from './identity-graph.ts';
import { externalTensor, node, onnxFile, port } from './onnx-file.ts';

const PARTS = fileURLToPath(new URL('../../fixtures/parts/diffusion/', import.meta.url));

/** An attribute of a node, of the tensor type. */
const tensorAttribute = (location: string) =>
  messageField(5, textField(1, 'value'), externalTensor(5, location), numberField(20, 4));

describe('reading', () => {
  test('ports, weights and the files they lie in', () => {
    const graph = readGraphFile(join(PARTS, 'sd-a-float', 'unet', 'model.onnx'));
    expect(graph.inputs.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual([
      { name: 'sample', type: 1, shape: ['batch', 'channels', 'height', 'width'] },
      { name: 'timestep', type: 1, shape: ['batch'] },
      { name: 'encoder_hidden_states', type: 1, shape: ['batch', 'sequence', 16] },
    ]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['out_sample']);
    expect([...graph.locations]).toEqual(['weights.pb']);
    const first = graph.weights.find(({ name }) => name.endsWith('conv_in.weight'))!;
    expect(first.dims).toEqual([8, 4, 3, 3]);
    expect(graph.nodes.find(({ op }) => op === 'Conv')!.inputs[1]).toBe(first.name);
  });

  test('branches count, functions too', () => {
    const branch = messageField(1, textField(4, 'Multinomial'));
    const attribute = messageField(
      5,
      textField(1, 'then_branch'),
      messageField(6, branch),
      numberField(20, 5),
    );
    const graph = readGraphFile(onnxFile(node('If', ['c'], 'y', attribute)));
    expect([...graph.operators].sort()).toEqual(['If', 'Multinomial']);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['If']);
  });

  test.each([
    ['a length beyond the end', Buffer.from([0x3a, 0x7f, 0x00])],
    ['a number that never ends', Buffer.alloc(40, 0xff)],
    ['an unknown wire type', Buffer.from([0x3f, 0x01])],
    ['no graph', Buffer.from([0x08, 0x08])],
  ])('%s is refused', (_, bytes) => {
    const path = join(temporaryFolder(), 'model.onnx');
    writeFileSync(path, bytes);
    expect(() => readGraphFile(path)).toThrow(ModelFileError);
    expect(() => readGraphFile(path)).toThrow(path);
  });
});

describe('weights beside the graph', () => {
  const outside = [
    '../weights',
    'a/../../weights',
    '/etc/passwd',
    'C:\\weights',
    '..\\weights',
    '\\\\host\\weights',
  ];

  test.each(outside)('at %j are refused before onnxruntime sees them', async (location) => {
    const weight = onnxFile(externalTensor(5, location), node('Identity', ['w'], 'y'), port(12, 'y', [1]));
    const constant = onnxFile(node('Constant', [], 'y', tensorAttribute(location)), port(12, 'y', [1]));
    const branch = messageField(1, textField(4, 'Constant'), tensorAttribute(location));
    const inside = messageField(5, textField(1, 'then_branch'), messageField(6, branch), numberField(20, 5));
    const hidden = onnxFile(node('If', ['c'], 'y', inside), port(12, 'y', [1]));
    for (const path of [weight, constant, hidden]) {
      const failure = await OnnxSession.open(path).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ModelFileError);
      expect((failure as Error).message).toMatch(/takes its weights from outside its folder/);
      expect((failure as Error).message).toContain(JSON.stringify(location));
    }
  });

  test('that are missing are named', () => {
    const path = onnxFile(externalTensor(5, 'model.onnx_data'));
    expect(() => checkGraph(path)).toThrow(ModelFileError);
    expect(() => checkGraph(path)).toThrow(
      `${join(dirname(path), 'model.onnx_data')} (expected the file that`,
    );
  });

  test.each(['weights.pb', 'model.onnx.data', 'deep/er/Constant_7', 'große Gewichte'])(
    'called %j are found',
    async (name) => {
      const path = onnxFile(externalTensor(5, name, 2), node('Identity', ['w'], 'y'), port(12, 'y', [2]));
      mkdirSync(dirname(join(dirname(path), name)), { recursive: true });
      writeFileSync(join(dirname(path), name), Float32Array.of(4, 5));
      const session = await OnnxSession.open(path);
      expect([...(await session.run({}, ['y'])).y!.data]).toEqual([4, 5]);
      await session.release();
    },
  );
});

test('graph and weights as links into another folder, as in Hugging Face’s cache, read and edited', async () => {
  const root = temporaryFolder();
  const snapshot = join(root, 'snapshots', 'abc', 'vae_encoder');
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(root, 'blobs'));
  for (const [k, name] of ['model.onnx', 'model.onnx_data'].entries()) {
    cpSync(join(PARTS, 'sd-b-zero-snr', 'vae_encoder', name), join(root, 'blobs', `${k}`));
    symlinkSync(join('..', '..', '..', 'blobs', `${k}`), join(snapshot, name));
  }
  const path = join(snapshot, 'model.onnx');
  for (const options of [{}, { edited: stillDraws(path)! }]) {
    const session = await OnnxSession.open(path, options);
    expect([...session.outputs.keys()]).toEqual(['latent_sample']);
    await session.release();
  }
});

describe('what onnxruntime cannot run says what it is', () => {
  test('bfloat16', async () => {
    const path = identityGraph([{ name: 'x', type: 'bfloat16', shape: ['n'] }]);
    await expect(OnnxSession.open(path)).rejects.toThrow(ModelFileError);
    await expect(OnnxSession.open(path)).rejects.toThrow(/bfloat16.*float32 or float16/);
  });

  test('kernels that only GPUs have', async () => {
    const fused = node('NhwcConv', ['x', 'x'], 'y', textField(7, 'com.microsoft'));
    const path = onnxFile(fused, port(11, 'x', [1, 1, 1, 1]), port(12, 'y', [1, 1, 1, 1]));
    await expect(OnnxSession.open(path)).rejects.toThrow(ModelFileError);
    await expect(OnnxSession.open(path)).rejects.toThrow(
      /optimized for a GPU \(NhwcConv\).*docs\/models\.md/,
    );
  });

  test('operators of another runtime', async () => {
    const path = onnxFile(
      node('Fancy', ['x'], 'y', textField(7, 'acme')),
      port(11, 'x', [1]),
      port(12, 'y', [1]),
    );
    await expect(OnnxSession.open(path)).rejects.toThrow(/operators of other runtimes \(acme:Fancy\)/);
  });
});
