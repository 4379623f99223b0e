/** Weights larger than any array of JavaScript's: only their path reaches onnxruntime. */
import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { OnnxSession } from '../../src/onnx/session.ts';
import { externalTensor, node, onnxFile, port } from './onnx-file.ts';

/** Values in the file, as float32 more than 3 GB. The file is sparse: it takes no room on disk. */
const COUNT = 800_000_000;
/** ONNX's number of the type. */
const INT64 = 7;

test('3.2 GB beside a graph load by path, and nothing of them passes through JavaScript', async () => {
  const path = onnxFile(
    externalTensor(5, 'weights.pb', COUNT),
    node('Gather', ['w', 'i'], 'y'),
    port(11, 'i', [1], INT64),
    port(12, 'y', [1]),
  );
  const file = openSync(join(dirname(path), 'weights.pb'), 'w');
  ftruncateSync(file, 4 * COUNT);
  writeSync(file, Float32Array.of(6.25), 0, 4, 4 * (COUNT - 1));
  closeSync(file);
  expect(statSync(join(dirname(path), 'weights.pb')).size).toBeGreaterThan(3e9);

  const before = process.memoryUsage();
  const session = await OnnxSession.open(path);
  const at = (place: number) => session.run({ i: { data: Int32Array.of(place), dims: [1] } }, ['y']);
  expect([...(await at(COUNT - 1)).y!.data]).toEqual([6.25]);
  expect([...(await at(7)).y!.data]).toEqual([0]);
  const after = process.memoryUsage();
  await session.release();
  const ofJavaScript = after.heapTotal + after.external - before.heapTotal - before.external;
  console.log(
    `3.2 GB of weights: ${(ofJavaScript / 1e6).toFixed(1)} MB more in JavaScript, resident ${((after.rss - before.rss) / 1e6).toFixed(0)} MB more`,
  );
  expect(ofJavaScript).toBeLessThan(100e6);
}, 120_000);
