/** Workers that hang are killed, whatever they were doing: a run, a measurement or a dashboard must come to its end. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { withAutoCalls } from '../../src/run/auto-calls.ts';
import { MeasuringWorkers } from '../../src/run/measuring-workers.ts';
import { rememberCalls } from '../../src/run/remembered-calls.ts';
import { prepareScorer, type ScoringOptions } from '../../src/run/settings.ts';
import { HungWorkerError } from '../../src/run/silence-watch.ts';
import { WorkerPool } from '../../src/run/worker-pool.ts';
import { WorkerEnd } from '../../src/run/worker-process.ts';
import type { DiffusionSettings } from '../../src/scoring/diffusion-scorer.ts';
import { temporaryFolder } from '../temporary.ts';

const scoring: ScoringOptions = {
  timesteps: '4',
  repeats: 1,
  seed: 0,
  uncond: 'never',
  resize: 'crop',
  maps: false,
  device: { name: 'cpu', id: 0 },
};
const request = { ...resolveRef('tiny-world', 'diffusion'), kind: 'diffusion' as const };
const settings = prepareScorer(request, scoring).settings as DiffusionSettings;

test('workers tell how much memory they take', async () => {
  const pool = new WorkerPool(settings, 2);
  await pool.ready();
  // Node alone takes so much, in each.
  expect(pool.resident).toBeGreaterThan(2 * 30e6);
  await pool.close();
});

test('a model that does not open in time is given up, and its worker is killed', async () => {
  const watch = { seconds: 600, loadSeconds: 0.001, onSilence: () => {} };
  const pool = new WorkerPool(settings, 1, { watch });
  await expect(pool.ready()).rejects.toThrow(HungWorkerError);
  await pool.close();
});

// Stopped, a process neither works nor ends, as one whose driver hangs.
test.skipIf(process.platform !== 'linux')('a worker that hangs when it is to end is killed', async () => {
  const before = new Set(children());
  const watch = { seconds: 600, loadSeconds: 30, onSilence: () => {} };
  const pool = new WorkerPool(settings, 1, { watch });
  await pool.ready();
  const [worker] = children().filter((pid) => !before.has(pid));
  process.kill(worker!, 'SIGSTOP');
  watch.loadSeconds = 0.1;
  await pool.close();
  expect(children()).not.toContain(worker);
});

/** Ids of this process's children. */
function children(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, , parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '0 ')
        .split(' ');
      return Number(parent) === process.pid ? [Number(name)] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
}

test('a worker that gives no answer while it is measured is killed', async () => {
  const setup = { description: settings.description, threads: 1, device: scoring.device };
  await expect(MeasuringWorkers.open(setup, 1, 1)).rejects.toThrow(WorkerEnd);
});

test('on several devices every one gets the workers of a remembered choice', async () => {
  const before = process.env.WINOSCOPE_CACHE;
  process.env.WINOSCOPE_CACHE = temporaryFolder();
  try {
    const device = { name: 'cuda', id: 0 } as const;
    const two: ScoringOptions = { ...scoring, device, moreDevices: [{ name: 'cuda', id: 1 }] };
    const { description } = settings;
    rememberCalls({ description, device, fixed: {} }, { batch: 10, threads: 1, workers: 1, measured: [] });
    const known = await withAutoCalls(prepareScorer(request, two), { scoring: two, measure: false });
    expect(known.devices).toHaveLength(2);
    expect(known.workers).toBe(2);
  } finally {
    process.env.WINOSCOPE_CACHE = before;
  }
});
