/** What the product does besides running the UNet, measured in this process on one thread. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { denoisingError } from '../../dist/src/diffusion/denoising-error.js';
import { NoiseBank } from '../../dist/src/diffusion/noise-bank.js';
import { noiseSchedule } from '../../dist/src/diffusion/noise-schedule.js';
import { addNoise } from '../../dist/src/diffusion/prediction-target.js';
import { OnnxSession } from '../../dist/src/onnx/session.js';
import { DiffusionResults } from '../../dist/src/results/diffusion-results.js';
import { RunFolder } from '../../dist/src/results/run-folder.js';
import { openDiffusionScorer } from '../../dist/src/scoring/diffusion-scorer.js';
import { makePlan } from '../../dist/src/scoring/plan.js';
import type { ExampleWork, ScorerOutput } from '../../dist/src/scoring/scorer.js';
import { blocksOf } from './product.ts';
import { tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

export interface BreakdownReport {
  batch: number;
  /** Real rows of a full block's calls on average. */
  rows: number;
  calls: number;
  /** Milliseconds per UNet call: of a worker's loop, then of the main thread. */
  worker: Record<string, number>;
  /** Of the loop as a whole; what the parts leave is "other". */
  workerTotal: number;
  main: Record<string, number>;
}

export async function measureBreakdown(subject: Subject, seconds: number): Promise<BreakdownReport> {
  const { settings, request } = subject;
  const perBlock = blocksOf(subject, request.task.examples.length, settings.batch)[0]!.length;
  const clock = new GraphClock();
  const scorer = await openDiffusionScorer(settings);
  const outputs: ScorerOutput[] = [];
  const block = (at: number): ExampleWork[] =>
    request.task.examples
      .slice(at, at + perBlock)
      .map((example, k) => ({ index: at + k, example, start: 0 }));
  await scorer.evaluate(block(0), () => {}); // compiles the loop
  clock.reset();
  const begun = performance.now();
  for (
    let at = perBlock;
    at + perBlock <= request.task.examples.length && performance.now() - begun < 1000 * seconds;
    at += perBlock
  ) {
    await scorer.evaluate(block(at), (output) => outputs.push(output));
  }
  const elapsed = performance.now() - begun;
  clock.restore();
  await scorer.release();

  const calls = outputs.filter((output) => output.type === 'trials').length;
  const rows =
    outputs.reduce((sum, output) => sum + (output.type === 'trials' ? output.index.length : 0), 0) / calls;
  const parts = arithmetic(subject, rows);
  const { send, receive } = messages(outputs);
  const graphs = clock.milliseconds;
  const worker = {
    'UNet graph': (graphs.get('unet') ?? 0) / calls,
    'VAE and text encoder graphs':
      ((graphs.get('vae_encoder') ?? 0) + (graphs.get('text_encoder') ?? 0)) / calls,
    addNoise: parts.addNoise,
    'denoisingError with maps': parts.denoisingError,
    'noise bank': parts.noise,
    'embedding copies': parts.copies,
  };
  const other = elapsed / calls - Object.values(worker).reduce((a, b) => a + b, 0);
  return {
    batch: settings.batch,
    rows,
    calls,
    worker: { ...worker, 'other (image decoding, feeds, promises)': other, postMessage: send / calls },
    workerTotal: elapsed / calls + send / calls,
    main: { 'receiving messages': receive / calls, 'storing results': storing(subject, outputs) / calls },
  };
}

export function breakdownLines({ batch, rows, calls, worker, workerTotal, main }: BreakdownReport): string[] {
  const line = ([name, ms]: [string, number]) => [
    name,
    ms.toFixed(3),
    `${((100 * ms) / workerTotal).toFixed(2)} %`,
  ];
  const header = ['worker thread', 'ms per call', 'share'];
  return [
    '',
    `What a call of ${batch} rows costs (${rows.toFixed(1)} of them real; one worker alone, mean of ${calls} calls)`,
    ...tableLines(header, [...Object.entries(worker).map(line), line(['whole', workerTotal])]),
    ...tableLines(['main thread, per call', '', ''], Object.entries(main).map(line)),
  ];
}

/** Sums the time of every graph's runs, by the folder that the graph lies in. */
class GraphClock {
  readonly milliseconds = new Map<string, number>();
  readonly #original = OnnxSession.prototype.run;

  constructor() {
    const { milliseconds } = this;
    const original = this.#original;
    OnnxSession.prototype.run = async function (this: OnnxSession, ...args) {
      const begun = performance.now();
      const result = await original.apply(this, args);
      const part = this.path.split(/[\\/]/).at(-2)!;
      milliseconds.set(part, (milliseconds.get(part) ?? 0) + performance.now() - begun);
      return result;
    };
  }

  reset(): void {
    this.milliseconds.clear();
  }

  restore(): void {
    OnnxSession.prototype.run = this.#original;
  }
}

/** Milliseconds per call of the scorer's own arithmetic, in loops of their own. */
function arithmetic({ settings, unet }: Subject, rows: number) {
  const { description, batch, plan } = settings;
  const schedule = noiseSchedule(description.schedule);
  const [, height, width] = description.latent;
  const bank = new NoiseBank({
    seed: plan.seed,
    count: plan.timesteps.length * plan.repeats,
    shape: description.latent,
  });
  const noise = bank.get(0);
  const latent = bank.get(1);
  const out = new Float32Array(noise.length);
  const map = new Float32Array(height * width);
  const condition = Object.values(unet.conditions).map(
    (dims) => new Float32Array(dims.reduce((a, b) => a * b, 1)),
  );
  const feeds = condition.map((row) => new Float32Array(batch * row.length));
  const copy = () => {
    for (const [k, row] of condition.entries())
      for (let r = 0; r < batch; r++) feeds[k]!.set(row, r * row.length);
  };
  return {
    addNoise: rows * timed(() => addNoise(schedule, 500, { latent, noise, out })),
    denoisingError: rows * timed(() => denoisingError({ predictions: out, offset: 0, target: noise }, map)),
    noise: timed((k) => bank.get(k % bank.spec.count)),
    copies: timed(copy),
  };
}

/** Milliseconds to serialize all outputs for another thread, and to read them there. */
function messages(outputs: readonly ScorerOutput[]): { send: number; receive: number } {
  const { port1, port2 } = new MessageChannel();
  let [send, receive] = [0, 0];
  for (const output of outputs) {
    const begun = performance.now();
    port1.postMessage({ type: 'output', output });
    const sent = performance.now();
    receiveMessageOnPort(port2);
    send += sent - begun;
    receive += performance.now() - sent;
  }
  port1.close();
  return { send, receive };
}

/** Milliseconds to take all outputs into the store and onto the disk. */
function storing({ settings, request }: Subject, outputs: readonly ScorerOutput[]): number {
  const path = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  try {
    const folder = new RunFolder(path);
    folder.create();
    const results = new DiffusionResults({
      folder,
      scorer: 'diffusion',
      examples: request.task.examples,
      plan: makePlan(settings.plan),
      uncond: settings.uncond,
      maps: settings.maps,
      identity: 'bench',
      session: 1,
      numerics: 0,
    });
    const begun = performance.now();
    for (const output of outputs) results.accept(output);
    results.close();
    return performance.now() - begun;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Milliseconds of one run of `action`, from many after some that let it be compiled. */
function timed(action: (k: number) => void): number {
  for (let k = 0; k < 500; k++) action(k);
  const count = 2000;
  const begun = performance.now();
  for (let k = 0; k < count; k++) action(k);
  return (performance.now() - begun) / count;
}
