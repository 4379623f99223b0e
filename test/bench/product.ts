/** The product as users run it: a whole run over part of the probe, results written to a folder that is then removed. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeBlocks } from '../../dist/src/run/blocks.js';
import { prepareRun } from '../../dist/src/run/prepare-run.js';
import { runTask } from '../../dist/src/run/run-task.js';
import type { Subject } from './subject.ts';

export interface ProductRun {
  evaluations: number;
  /** From the moment all workers have their model to the last result. */
  denoiseSeconds: number;
  /**
   * Evaluations per second of that phase from the time on when workers have made two calls each on average; NaN where
   * they make no more. onnxruntime's first two on a graph take up to twice as long as those that follow, and what bare
   * loops measure begins after them.
   */
  warmRate: number;
  /** The same and the loading of the model before it. */
  withLoadSeconds: number;
  /** From `prepareRun` to the end: hashing the model, loading, evaluating, compacting, summarizing. */
  wholeSeconds: number;
  /** Share of the denoise phase in which the main thread did something. */
  mainThreadBusy: number;
  /** CPU seconds of all threads in the denoise phase, per second and core. */
  cpuShare: number;
}

/** Of each worker. */
const WARM_UP_CALLS = 2;

export interface ProductOptions {
  /** Examples, from the probe's first. */
  examples: number;
}

/** Runs the product once. */
export async function runProduct(
  { request, workers, settings }: Subject,
  { examples }: ProductOptions,
): Promise<ProductRun> {
  const out = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  const begun = performance.now();
  let [load, score, last, evaluations] = [begun, begun, begun, 0];
  let [idleBefore, cpuBefore] = [performance.eventLoopUtilization(), process.cpuUsage()];
  let [mainThreadBusy, cpuShare] = [0, 0];
  let warm: { at: number; evaluations: number } | undefined;
  try {
    const asked = {
      ...request,
      out,
      selection: { limit: String(examples) },
    };
    const run = await prepareRun(asked);
    for await (const event of runTask(run, asked, {
      analysis: { loss: 'mse', errorSpace: 'native' },
      onError: 'stop',
    })) {
      if (event.type === 'phase' && event.phase === 'load') load = performance.now();
      if (event.type === 'phase' && event.phase === 'score') {
        [score, idleBefore, cpuBefore] = [
          performance.now(),
          performance.eventLoopUtilization(),
          process.cpuUsage(),
        ];
      }
      if (event.type === 'progress') {
        [last, evaluations] = [performance.now(), event.fresh];
        if (evaluations >= WARM_UP_CALLS * workers * settings.batch) warm ??= { at: last, evaluations };
        mainThreadBusy = performance.eventLoopUtilization(idleBefore).utilization;
        const { user, system } = process.cpuUsage(cpuBefore);
        cpuShare = (user + system) / 1000 / (last - score) / (workers * settings.threads);
      }
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return {
    evaluations,
    denoiseSeconds: (last - score) / 1000,
    warmRate: warm ? (1000 * (evaluations - warm.evaluations)) / (last - warm.at) : Number.NaN,
    withLoadSeconds: (last - load) / 1000,
    wholeSeconds: (performance.now() - begun) / 1000,
    mainThreadBusy,
    cpuShare,
  };
}

/** Evaluations per second of the denoise phase. */
export function denoiseRate({ evaluations, denoiseSeconds }: ProductRun): number {
  return evaluations / denoiseSeconds;
}

/** Rows that model calls compute beyond those asked for, as a share of all. */
export function paddingShare(subject: Subject, examples: number, batch: number): number {
  let [asked, computed] = [0, 0];
  for (const block of blocksOf(subject, examples, batch)) {
    const rows = block.length * subject.pairsPerExample;
    asked += rows;
    computed += Math.ceil(rows / batch) * batch;
  }
  return 1 - asked / computed;
}

/** The blocks into which a run over the first examples is cut. */
export function blocksOf({ request, pairsPerExample, workers }: Subject, examples: number, batch: number) {
  const work = request.task.examples
    .slice(0, examples)
    .map((example, index) => ({ index, example, start: 0 }));
  return makeBlocks(work, () => pairsPerExample, { batch, workers });
}
