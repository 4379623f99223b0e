import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelFileError, ShapeError, UsageError } from '../../src/errors.ts';
import { DEVICES, type Feed, OnnxSession, ORT_VERSION, supportedDevices } from '../../src/onnx/session.ts';
import { DIFFUSION } from '../models/tiny-world.ts';
import { temporaryFolder } from '../temporary.ts';
import { identityGraph } from './identity-graph.ts';

const UNET = join(DIFFUSION, 'unet', 'model.onnx');

/** A file of the given contents. */
function modelFile(contents: Uint8Array | string): string {
  const path = join(temporaryFolder(), 'model.onnx');
  writeFileSync(path, contents);
  return path;
}

describe('opening', () => {
  test('tells what the graph declares', async () => {
    const session = await OnnxSession.open(UNET);
    expect([...session.inputs.keys()].sort()).toEqual(['encoder_hidden_states', 'sample', 'timestep']);
    expect(session.input('sample')).toMatchObject({ type: 'float32', shape: { length: 4 } });
    expect(session.input('timestep').shape).toEqual([]);
    expect([...session.outputs.keys()]).toEqual(['out_sample']);
    expect(session.path).toBe(UNET);
    await session.release();
  });

  test('an input that the graph does not have is the model’s fault', async () => {
    const session = await OnnxSession.open(UNET);
    expect(() => session.input('timestep_cond')).toThrow(ModelFileError);
    expect(() => session.input('timestep_cond')).toThrow(/no input "timestep_cond".*sample/);
    await session.release();
  });

  test('names its version', () => expect(ORT_VERSION).toMatch(/^\d+\.\d+\.\d+/));
});

describe('a file that cannot be opened is refused by its name', () => {
  test.each([
    ['is missing', () => join(temporaryFolder(), 'none.onnx'), /is missing/],
    ['is empty', () => modelFile(''), /is empty/],
    ['is text', () => modelFile('version https://git-lfs.github.com/spec/v1\n'), /cannot open/],
    ['is torn', () => modelFile(readFileSync(UNET).subarray(0, 100_000)), /cannot open/],
    [
      'is a folder',
      () => {
        const path = join(temporaryFolder(), 'model.onnx');
        mkdirSync(path);
        return path;
      },
      /cannot open|is empty/,
    ],
  ])('%s', async (_, make, pattern) => {
    const path = make();
    const failure = await OnnxSession.open(path).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ModelFileError);
    expect((failure as Error).message).toContain(path);
    expect((failure as Error).message).toMatch(pattern);
  });
});

describe('devices', () => {
  test('the CPU is always there', () => expect(supportedDevices()).toContain('cpu'));

  test('one that is not there is refused, with those that are', async () => {
    const missing = DEVICES.filter((name) => !supportedDevices().includes(name));
    expect(missing.length).toBeGreaterThan(0);
    for (const name of missing) {
      const opening = OnnxSession.open(UNET, { device: { name, id: 0 } });
      await expect(opening, name).rejects.toThrow(UsageError);
      await expect(opening, name).rejects.toThrow(`the device "${name}" cannot be used`);
      for (const other of supportedDevices()) await expect(opening, name).rejects.toThrow(other);
    }
  });
});

describe('running', () => {
  const feed = (values: number[], dims = [values.length]): Feed => ({
    data: Float32Array.from(values),
    dims,
  });

  test('hands values and shape through', async () => {
    const session = await OnnxSession.open(identityGraph([{ name: 'x', type: 'float32', shape: ['n', 2] }]));
    const { x_out } = await session.run({ x: feed([1, 2, 3, 4.5], [2, 2]) }, ['x_out']);
    expect([...x_out!.data]).toEqual([1, 2, 3, 4.5]);
    expect(x_out!.dims).toEqual([2, 2]);
    await session.release();
  });

  test.each(['int32', 'int64'] as const)('casts numbers to a declared %s', async (type) => {
    const path = identityGraph([
      { name: 'ids', type, shape: ['n'] },
      { name: 'x', type: 'float32', shape: [1] },
    ]);
    const session = await OnnxSession.open(path);
    const feeds = { ids: { data: Int32Array.of(7, -8), dims: [2] }, x: feed([1]) };
    expect([...(await session.run(feeds, ['x_out'])).x_out!.data]).toEqual([1]);
    const whole = { ids: feed([7, -8]), x: { data: Int32Array.of(3), dims: [1] } };
    expect([...(await session.run(whole, ['x_out'])).x_out!.data]).toEqual([3]);
    await session.release();
  });

  /** Runs a graph of `x [2, n]` and `y [n]` and expects a ShapeError that names the file and matches. */
  async function expectRefusal(feeds: Record<string, Feed>, pattern: RegExp): Promise<void> {
    const path = identityGraph([
      { name: 'x', type: 'float32', shape: [2, 'n'] },
      { name: 'y', type: 'int64', shape: ['n'] },
    ]);
    const session = await OnnxSession.open(path);
    await expect(session.run(feeds, ['x_out'])).rejects.toThrow(ShapeError);
    await expect(session.run(feeds, ['x_out'])).rejects.toThrow(path);
    await expect(session.run(feeds, ['x_out'])).rejects.toThrow(pattern);
    await session.release();
  }

  const x = feed([1, 2], [2, 1]);
  const y = feed([1]);

  test('an unknown feed', () => expectRefusal({ x, y, z: y }, /unknown input "z".*expected x, y/));
  test('a missing feed', () => expectRefusal({ x }, /input "y" was not given/));
  test('a wrong rank', () =>
    expectRefusal({ x: feed([1, 2]), y }, /shape of input "x".*\[2, n\], got \[2\]/));
  test('a wrong size', () => expectRefusal({ x: feed([1, 2, 3], [3, 1]), y }, /\[2, n\], got \[3, 1\]/));
  test('fewer values than the shape says', () =>
    expectRefusal({ x: feed([1, 2], [2, 2]), y }, /values of input "x".*expected 4, got 2/));
  test('fractions where whole numbers are declared', () =>
    expectRefusal({ x, y: feed([1.5]) }, /input "y".*int64/));

  test('sizes that each fit but not together: onnxruntime’s reason in one line, with the file', async () => {
    const session = await OnnxSession.open(UNET);
    const zeros = (dims: number[]): Feed => feed(new Array(dims.reduce((a, b) => a * b, 1)).fill(0), dims);
    const feeds = {
      sample: zeros([2, 4, 8, 8]),
      timestep: zeros([]),
      encoder_hidden_states: zeros([3, 24, 128]),
    };
    const failure = await session.run(feeds, ['out_sample']).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ShapeError);
    expect((failure as Error).message).toContain(UNET);
    expect((failure as Error).message).toMatch(/cannot be run on.*encoder_hidden_states \[3, 24, 128\]/);
    expect((failure as Error).message).not.toContain('\n');
    await session.release();
  });

  test.each(['bool', 'float64'] as const)('a graph that wants %s', async (type) => {
    const session = await OnnxSession.open(identityGraph([{ name: 'flag', type, shape: ['n'] }]));
    await expect(session.run({ flag: y }, ['flag_out'])).rejects.toThrow(ShapeError);
    await expect(session.run({ flag: y }, ['flag_out'])).rejects.toThrow(
      /type of input "flag".*float16, float32, int32 or int64/,
    );
    await session.release();
  });

  test('an output that is no float32', async () => {
    const session = await OnnxSession.open(identityGraph([{ name: 'ids', type: 'int64', shape: ['n'] }]));
    await expect(session.run({ ids: y }, ['ids_out'])).rejects.toThrow(ShapeError);
    await expect(session.run({ ids: y }, ['ids_out'])).rejects.toThrow(
      /output "ids_out".*expected float32, got int64/,
    );
    await session.release();
  });
});
