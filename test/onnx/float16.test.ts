import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/onnx/float16.ts';
import { OnnxSession } from '../../src/onnx/session.ts';
import { identityGraph } from './identity-graph.ts';

/** JavaScript's own, which the Node that runs the tests has and the oldest one that runs the product has not. */
const Native = (globalThis as unknown as { Float16Array: new (values: number[]) => { buffer: ArrayBuffer } })
  .Float16Array;

test('every half there is comes back as itself', () => {
  const halves = Uint16Array.from({ length: 1 << 16 }, (_, k) => k);
  const values = fromFloat16(halves);
  const back = toFloat16(values);
  for (let k = 0; k < halves.length; k++) {
    if (Number.isNaN(values[k])) expect(Number.isNaN(fromFloat16(back.subarray(k, k + 1))[0])).toBe(true);
    else expect(back[k]).toBe(halves[k]);
  }
});

test.skipIf(!Native)('rounds as JavaScript’s own halves do, from float32', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.float({ noNaN: true }),
          fc.float({ min: -7e4, max: 7e4, noNaN: true }),
          fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true }),
        ),
      ),
      (values) => {
        expect(toFloat16(values)).toEqual(new Uint16Array(new Native(values).buffer));
      },
    ),
    { numRuns: 2000 },
  );
});

test('ties go to even, and large values to infinity', () => {
  expect([...fromFloat16(toFloat16([2049, 2051, 65519, 65520, -1e9, 2 ** -25, 3 * 2 ** -25]))]).toEqual([
    2048,
    2052,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    2 ** -23,
  ]);
});

test('goes through a graph and back', async () => {
  const session = await OnnxSession.open(identityGraph([{ name: 'x', type: 'float16', shape: ['n'] }]));
  const data = Float32Array.of(1, -0.5, 1e-7, 3.140625, 0.1);
  const { x_out } = await session.run({ x: { data, dims: [5] } }, ['x_out']);
  expect(x_out!.data).toEqual(fromFloat16(toFloat16(data)));
  await session.release();
});
