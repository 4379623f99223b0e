/** Batch, threads and workers that nobody gave: measured once, remembered, and never asked for again by a run. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { withAutoCalls } from '../../src/run/auto-calls.ts';
import { workersFor } from '../../src/run/call-rules.ts';
import { type Calls, chooseCalls, largestBatch } from '../../src/run/choose-calls.ts';
import { rememberCalls, rememberedCalls } from '../../src/run/remembered-calls.ts';
import { type PreparedScorer, prepareScorer, type ScoringOptions } from '../../src/run/settings.ts';
import type { DiffusionSettings } from '../../src/scoring/diffusion-scorer.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../temporary.ts';

const CORES = availableParallelism();
const request = { ...resolveRef('tiny-world', 'diffusion'), kind: 'diffusion' as const };
const scoring: ScoringOptions = {
  timesteps: '4',
  repeats: 1,
  seed: 0,
  uncond: 'auto',
  resize: 'crop',
  maps: false,
  device: { name: 'cpu', id: 0 },
};

const before = process.env.WINOSCOPE_CACHE;
beforeEach(() => {
  process.env.WINOSCOPE_CACHE = temporaryFolder();
});
afterEach(() => {
  process.env.WINOSCOPE_CACHE = before;
});

const prepared = (changed: Partial<ScoringOptions> = {}) =>
  prepareScorer(request, { ...scoring, ...changed });
const settingsOf = (scorer: PreparedScorer) => scorer.settings as DiffusionSettings;
const callsOf = (scorer: PreparedScorer): Calls => {
  const { batch, threads } = settingsOf(scorer);
  return { batch, threads, workers: scorer.workers };
};
const key = (fixed = {}) => ({
  description: settingsOf(prepared()).description,
  device: scoring.device,
  fixed,
});
/** A choice that no measurement would make. */
const odd = { batch: 10, threads: 1, workers: 3, measured: [] };

test('what is measured fits the cores, is remembered, and is not measured again', async () => {
  const told: string[] = [];
  const auto = { scoring, measure: true, onMeasure: (name: string) => told.push(name) };
  const first = await withAutoCalls(prepared(), auto);
  expect(first.calls).toBe('measured');
  const calls = callsOf(first);
  expect(calls.batch % 2).toBe(0);
  expect(calls.threads * calls.workers).toBeLessThanOrEqual(CORES);
  expect(rememberedCalls(key())).toMatchObject(calls);
  expect(rememberedCalls(key())!.measured.length).toBeGreaterThan(1);
  const second = await withAutoCalls(prepared(), auto);
  expect(callsOf(second)).toEqual(calls);
  expect(second.calls).toBe('remembered');
  expect(told).toEqual([request.name]);
});

test('nothing is measured unless asked: the rule stands, or what is remembered', async () => {
  const ruled = await withAutoCalls(prepared(), { scoring, measure: false });
  expect(callsOf(ruled)).toEqual({ batch: 32, threads: 1, workers: CORES });
  rememberCalls(key(), odd);
  const known = await withAutoCalls(prepared(), { scoring, measure: false });
  expect(callsOf(known)).toEqual({ batch: 10, threads: 1, workers: 3 });
});

test('what the user gives stands; workers do not change what is chosen for the rest', async () => {
  rememberCalls(key(), odd);
  const workers = { ...scoring, workers: 7 };
  expect(callsOf(await withAutoCalls(prepared(workers), { scoring: workers, measure: false }))).toEqual({
    batch: 10,
    threads: 1,
    workers: 7,
  });
  const both = { ...scoring, batch: 6, threads: 2 };
  const given = await withAutoCalls(prepared(both), { scoring: both, measure: true });
  expect(given.calls).toBe('given');
  expect(callsOf(given)).toMatchObject({ batch: 6, threads: 2 });
});

test('with the batch given, only the cores are shared out; with the threads given, only the batch is tried', async () => {
  const settings = settingsOf(prepared());
  const rule = { batch: 24, threads: 1, workers: 1 };
  const split = await chooseCalls({
    settings,
    rule: { ...rule, batch: 4 },
    fixed: { batch: 4 },
    isSmall: true,
  });
  expect(new Set(split.measured.map(({ batch }) => batch))).toEqual(new Set([4]));
  const batch = await chooseCalls({ settings, rule, fixed: { threads: 1 }, isSmall: true });
  expect(new Set(batch.measured.map(({ threads }) => threads))).toEqual(new Set([1]));
  expect(batch.threads).toBe(1);
});

test('of two processes that measure at once, the first one counts for both', () => {
  expect(rememberCalls(key(), odd)).toEqual(odd);
  expect(rememberCalls(key(), { ...odd, batch: 12 })).toMatchObject({ batch: 10 });
});

test('a damaged memory is as none, and is replaced', () => {
  rememberCalls(key(), odd);
  const folder = join(process.env.WINOSCOPE_CACHE!, 'calls');
  const [name] = readdirSync(folder);
  for (const damage of [
    '',
    '{"format":1,',
    '{"format":1,"batch":-3,"threads":1,"workers":1,"measured":[]}',
  ]) {
    writeFileSync(join(folder, name!), damage);
    expect(rememberedCalls(key())).toBeUndefined();
    expect(rememberCalls(key(), { ...odd, batch: 12 })).toMatchObject({ batch: 12 });
    expect(JSON.parse(readFileSync(join(folder, name!), 'utf8'))).toMatchObject({ batch: 12 });
  }
});

test('a cache that cannot be written is no failure', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  process.env.WINOSCOPE_CACHE = join(file, 'below');
  expect(rememberCalls(key(), odd)).toEqual(odd);
  expect(rememberedCalls(key())).toBeUndefined();
});

test('other sizes of the latent have a choice of their own', () => {
  rememberCalls(key(), odd);
  const { description } = settingsOf(prepared({ resolution: 128 }));
  expect(rememberedCalls({ ...key(), description })).toBeUndefined();
});

test('a batch is halved until it fits the memory, down to two rows', () => {
  expect(largestBatch(24, () => true)).toBe(24);
  expect(largestBatch(24, (batch) => batch <= 6)).toBe(6);
  expect(largestBatch(24, (batch) => batch <= 5)).toBe(2);
  expect(largestBatch(6, () => false)).toBe(2);
});

test('there are no more workers than the free memory holds', () => {
  const model = { bytes: 200 * 2 ** 20, device: scoring.device, threads: 1 };
  const free = vi.spyOn(process, 'availableMemory').mockReturnValue(600 * 2 ** 20);
  expect(workersFor(model)).toBe(1);
  free.mockReturnValue(2 ** 40);
  expect(workersFor(model)).toBe(CORES);
  free.mockRestore();
});

const RUN = ['score', '--diffusion', 'tiny-world', '--timesteps', '2', '--maps', 'off', '--quiet'];
const numericsOf = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { numerics: { calls: object }[] }).numerics;

test('a run that goes on keeps the calls that it was begun with, whatever is remembered by then', async () => {
  const env = { WINOSCOPE_CACHE: process.env.WINOSCOPE_CACHE! };
  const [out, other] = [join(temporaryFolder(), 'run'), join(temporaryFolder(), 'run')];
  rememberCalls(key(), { ...odd, workers: 1 });
  await runOk([...RUN, '--limit', '2', '--out', out], { env });
  const folder = join(env.WINOSCOPE_CACHE, 'calls');
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), ''); // as if it were forgotten
  rememberCalls(key(), { ...odd, batch: 12, workers: 1 });
  await runOk([...RUN, '--limit', '4', '--out', out], { env });
  expect(numericsOf(out).map(({ calls }) => calls)).toEqual([{ diffusion: { batch: 10, threads: 1 } }]);
  await runOk([...RUN, '--limit', '2', '--out', other, '--workers', '2'], { env });
  expect(numericsOf(other)[0]!.calls).toEqual({ diffusion: { batch: 12, threads: 1 } });
});

test('score measures once and says so, the dry run and doctor show what was chosen', async () => {
  const env = { WINOSCOPE_CACHE: process.env.WINOSCOPE_CACHE! };
  const out = join(temporaryFolder(), 'run');
  const dry = ['score', '--diffusion', 'tiny-world', '--limit', '2', '--out', out, '--dry-run', '--json'];
  const first = await runCli(dry, { env });
  expect(first.stderr).toContain('measuring how this machine calls it fastest');
  const [estimate] = JSON.parse(first.stdout) as { batch: number; threads: number; calls: string }[];
  expect(estimate!.calls).toBe('measured');
  const second = await runCli(dry, { env });
  expect(second.stderr).not.toContain('measuring');
  expect(JSON.parse(second.stdout)[0]).toMatchObject({
    batch: estimate!.batch,
    threads: estimate!.threads,
    calls: 'remembered',
  });
  const doctor = await runCli(['doctor', 'tiny-world', '--json'], { env });
  expect(JSON.parse(doctor.stdout).models[0].calls).toMatchObject({
    batch: estimate!.batch,
    chosen: 'remembered',
  });
});
