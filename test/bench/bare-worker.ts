/** A thread that does nothing but run the UNet: what the machine and onnxruntime could give. */

import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { UnetShape } from './subject.ts';

/** Given when the thread starts. */
export interface BareSetup {
  unet: UnetShape;
  threads: number;
  /** Of the session, beside those of the product's own. */
  options?: ort.InferenceSession.SessionOptions;
}

/** `prepare` builds the feeds and runs once; `measure` runs them again and again. */
export type BareRequest =
  | { type: 'prepare'; batch: number }
  | { type: 'measure'; seconds: number }
  | { type: 'stop' };

/** Rows and seconds of a measurement; of the first reply the seconds that opening took; else zeros. */
export interface BareReply {
  rows: number;
  seconds: number;
}

const port = parentPort!;
const { unet, threads, options } = workerData as BareSetup;
const begun = performance.now();
// The options of the product's own sessions.
const session = await ort.InferenceSession.create(unet.graph, {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  ...options,
});
const opened = performance.now() - begun;
let batch = 0;
let feeds: Record<string, ort.Tensor> = {};

/** A tensor of ordinary values: none so small that arithmetic on it is slow. */
function tensor(type: string, dims: readonly number[]): ort.Tensor {
  const count = dims.reduce((product, size) => product * size, 1);
  if (type === 'int64') return new ort.Tensor('int64', new BigInt64Array(count).fill(500n), [...dims]);
  const values = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 401) / 200 - 1);
  return new ort.Tensor('float32', values, [...dims]);
}

function feedsOf(rows: number): Record<string, ort.Tensor> {
  const built: Record<string, ort.Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new Error(`input ${input.name} is no tensor`);
    const row = input.name === 'sample' ? unet.latent : unet.conditions[input.name];
    // Whatever is neither sample nor condition is the timestep: a scalar, or one value per row in older exports.
    const dims = row ? [rows, ...row] : input.shape.map((size) => (typeof size === 'number' ? size : rows));
    built[input.name] = tensor(input.type, dims);
  }
  return built;
}

async function handle(request: BareRequest): Promise<BareReply> {
  if (request.type === 'stop') {
    await session.release();
    port.close();
  } else if (request.type === 'prepare') {
    batch = request.batch;
    feeds = feedsOf(batch);
    await session.run(feeds);
  } else {
    const begun = performance.now();
    const end = begun + 1000 * request.seconds;
    let rows = 0;
    while (performance.now() < end) {
      await session.run(feeds);
      rows += batch;
    }
    return { rows, seconds: (performance.now() - begun) / 1000 };
  }
  return { rows: 0, seconds: 0 };
}

port.on('message', (request: BareRequest) => {
  handle(request).then((reply) => port.postMessage(reply)); // a failure ends the thread as an unhandled rejection
});
port.postMessage({ rows: 0, seconds: opened / 1000 } satisfies BareReply);
