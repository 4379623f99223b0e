import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { sessionConfig } from '../../src/onnx/providers.ts';
import { checkDevice, OnnxSession, supportedDevices } from '../../src/onnx/session.ts';
import { identityGraph } from './identity-graph.ts';

describe('what onnxruntime is told of a device', () => {
  test('one provider and the threads, whatever the device', () => {
    expect(sessionConfig({ name: 'cpu', id: 0 }, 3)).toEqual({
      executionProviders: [{ name: 'cpu' }],
      intraOpNumThreads: 3,
      interOpNumThreads: 1,
    });
    expect(sessionConfig({ name: 'coreml', id: 0 }, 1).executionProviders).toEqual([{ name: 'coreml' }]);
    expect(sessionConfig({ name: 'webgpu', id: 0 }, 1).executionProviders).toEqual([{ name: 'webgpu' }]);
  });

  test('the number of a CUDA or DirectML device', () => {
    expect(sessionConfig({ name: 'cuda', id: 2 }, 1).executionProviders).toEqual([
      { name: 'cuda', deviceId: 2 },
    ]);
    expect(sessionConfig({ name: 'dml', id: 1 }, 1).executionProviders).toEqual([
      { name: 'dml', deviceId: 1 },
    ]);
  });

  test('DirectML runs in sequence and without memory patterns', () => {
    expect(sessionConfig({ name: 'dml', id: 0 }, 1)).toMatchObject({
      enableMemPattern: false,
      executionMode: 'sequential',
    });
  });
});

test('a number is refused where a machine has one device of the kind', () => {
  for (const name of ['cpu', 'coreml', 'webgpu'] as const) {
    expect(() => checkDevice({ name, id: 1 })).toThrow(`takes no number for the device "${name}"`);
  }
});

test('every device that is not there is refused by name, with those that are', () => {
  const missing = (['cuda', 'coreml', 'dml'] as const).filter((name) => !supportedDevices().includes(name));
  expect(missing.length).toBeGreaterThan(0); // no machine has all three
  for (const name of missing) expect(() => checkDevice({ name, id: 0 })).toThrow(UsageError);
  for (const name of missing)
    expect(() => checkDevice({ name, id: 0 })).toThrow('got no library for it in this installation');
});

test('WebGPU takes the options: what is missing is an adapter at most', async () => {
  const path = identityGraph([{ name: 'x', type: 'float32', shape: ['n'] }]);
  try {
    const session = await OnnxSession.open(path, { device: { name: 'webgpu', id: 0 } });
    const { x_out } = await session.run({ x: { data: Float32Array.of(1, 2.5), dims: [2] } }, ['x_out']);
    expect([...x_out!.data]).toEqual([1, 2.5]);
    await session.release();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(/the device "webgpu" cannot be used/);
    expect(String(error)).not.toMatch(/unrecognized option/);
  }
});
