/** A run of very many trials: memory, open files and rate, tenth by tenth. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { prepareRun } from '../../dist/src/run/prepare-run.js';
import { runTask } from '../../dist/src/run/run-task.js';
import { tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

const TENTHS = 10;

export interface SoakTenth {
  /** Evaluations per second. */
  rate: number;
  /** At its end: resident and JavaScript's, of the whole process, in bytes. */
  resident: number;
  heap: number;
  /** Bytes of array buffers: stored results and messages lie in these. */
  buffers: number;
  handles: number;
}

export interface SoakReport {
  trials: number;
  seconds: number;
  tenths: SoakTenth[];
}

/** Scores the probe over and over, as one task, until so many trials are stored. */
export async function measureSoak(
  { request, pairsPerExample, trials }: Subject,
  { count, note }: { count: number; note: (text: string) => void },
): Promise<SoakReport> {
  const { task } = request;
  const examples = Math.ceil(count / (pairsPerExample * trials));
  const repeated = Array.from({ length: examples }, (_, k) => k % task.examples.length);
  const large = {
    ...task,
    examples: repeated.map((at, k) => ({ ...task.examples[at]!, id: `${k}` })),
    images: repeated.map((at) => task.images[at]!),
  };
  const out = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  const asked = { ...request, task: large, out };
  const tenths: SoakTenth[] = [];
  const begun = performance.now();
  let [since, before, total] = [begun, 0, 0];
  try {
    const run = await prepareRun(asked);
    const analysis = { loss: 'mse', errorSpace: 'native' } as const;
    for await (const event of runTask(run, asked, { analysis, onError: 'stop' })) {
      if (event.type === 'phase') since = performance.now();
      if (event.type !== 'progress') continue;
      total = event.total;
      if (event.fresh < ((tenths.length + 1) * total) / TENTHS) continue;
      const now = performance.now();
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
      const rate = (1000 * (event.fresh - before)) / (now - since);
      tenths.push({ rate, resident: rss, heap: heapUsed, buffers: arrayBuffers, handles: handles() });
      note(`soak: ${tenths.length} of ${TENTHS}, ${rate.toFixed(0)}/s, ${(rss / 2 ** 20).toFixed(0)} MiB`);
      [since, before] = [now, event.fresh];
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return { trials: total, seconds: (performance.now() - begun) / 1000, tenths };
}

/** Open files of this process; NaN where the system does not list them. */
function handles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return Number.NaN;
  }
}

export function soakLines({ trials, seconds, tenths }: SoakReport): string[] {
  const mebi = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const rows = tenths.map(({ rate, resident, heap, buffers, handles }, k) => [
    `${k + 1}`,
    rate.toFixed(0),
    mebi(resident),
    mebi(heap),
    mebi(buffers),
    String(handles),
  ]);
  const [first, last] = [tenths[0]!, tenths.at(-1)!];
  return [
    '',
    `Soak: ${trials} trials in ${seconds.toFixed(0)} s; MiB of the whole process`,
    ...tableLines(['tenth', 'evaluations/s', 'resident', 'heap', 'buffers', 'open files'], rows),
    `  last to first tenth: rate ${(last.rate / first.rate).toFixed(3)}, resident ${(last.resident / first.resident).toFixed(3)}`,
  ];
}
