/** Runs that changed their hardware or their wishes on the way: every one can be read at every stage, and audits hold. */

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunFolder } from '../../src/results/run-folder.ts';
import { openRun } from '../../src/run/open-run.ts';
import { runCli, runOk, startCli } from '../support/run-cli.ts';
import { worldImage, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const PROBE = writeProbe(join(folder, 'probe'), worldRecords(4));
const LONG = ['score', PROBE, '--diffusion', 'tiny-world', '--timesteps', '120', '--workers', '1', '--quiet'];

/** Stops a run once its session has stored something. @param folder where; by default what `--out`, the last, names */
async function stopped(
  args: readonly string[],
  signal: 'SIGINT' | 'SIGKILL',
  folder = args.at(-1)!,
): Promise<void> {
  const run = new RunFolder(folder);
  const { child, result } = startCli(args);
  const before = run.segmentFiles('diffusion', 'trials').length;
  const hasMore = () => run.segmentFiles('diffusion', 'trials').length > before;
  await expect.poll(hasMore, { timeout: 60_000, interval: 20 }).toBe(true);
  child.kill(signal);
  await result;
}

/** Demands that every reader takes the run, and that its audit finds nothing, or, where it was killed, no end of it yet. */
async function demandHonest(run: string, killed = false): Promise<void> {
  const audit = await runCli(['audit', run, '--no-replay', '--json']);
  const { failed, checks } = JSON.parse(audit.stdout) as { failed: number; checks: { state: string }[] };
  expect({ failed, wrong: checks.filter(({ state }) => state === 'failed') }).toEqual({
    failed: 0,
    wrong: [],
  });
  expect(killed ? [0, 3] : [0]).toContain(audit.code);
  expect(openRun(run).summarize({ loss: 'mse', errorSpace: 'native' }).examples.failed).toBe(0);
}

describe('a run on two kinds of hardware', () => {
  const one = ['--threads', '1', '--batch', '4', '--maps', 'off'];
  const two = ['--threads', '2', '--batch', '4', '--maps', 'off', '--allow-mixed'];
  const again = [...one, '--allow-mixed'];

  test('that goes back to the first, with an example that neither finished', async () => {
    const run = join(folder, 'back-and-forth');
    await stopped([...LONG, ...one, '--limit', '3', '--out', run], 'SIGINT');
    await demandHonest(run);
    await runOk([...LONG, ...one, '--limit', '1', '--out', run]);
    await demandHonest(run);
    await runOk([...LONG, ...two, '--ids', '3', '--out', run]);
    await demandHonest(run);
    await runOk([...LONG, ...again, '--limit', '1', '--out', run]);
    await demandHonest(run);
    await stopped([...LONG, ...two, '--out', run], 'SIGKILL');
    await demandHonest(run, true);
    await runOk([...LONG, ...again, '--out', run]);
    await demandHonest(run);
  });

  test('whose parts are merged before they are whole', async () => {
    const run = join(folder, 'divided');
    const args = [...LONG, ...one, '--shard', '1/2', '--out', run];
    await stopped(args, 'SIGINT', join(run, 'shards', '1-of-2'));
    await runOk([...LONG, ...two, '--shard', '2/2', '--out', run]);
    expect((await runCli(['merge', run, '--partial', '--allow-mixed'])).code).toBe(3);
    await demandHonest(run);
  });
});

describe('error maps that were wanted at one time', () => {
  test('and no more at another', async () => {
    const run = join(folder, 'maps-given-up');
    await stopped([...LONG, '--out', run], 'SIGINT');
    await runOk([...LONG, '--maps', 'off', '--out', run]);
    await demandHonest(run);
  });

  test('only after the trials, and not for long', async () => {
    const run = join(folder, 'maps-late');
    await runOk([...LONG, '--maps', 'off', '--limit', '2', '--out', run]);
    await stopped([...LONG, '--limit', '2', '--out', run], 'SIGINT');
    await demandHonest(run);
    await runOk([...LONG, '--maps', 'off', '--limit', '2', '--out', run]);
    await demandHonest(run);
  });
});

test('a task that needs more than its name: its audit takes the rest from the run', async () => {
  const run = join(folder, 'templated');
  const data = join(folder, 'classes');
  for (const [k, name] of ['circle', 'square'].entries()) {
    mkdirSync(join(data, name), { recursive: true });
    cpSync(worldImage(k, 0), join(data, name, 'one.png'));
  }
  const templates = ['--template', 'a {}', '--template=a red {}'];
  await runOk([
    'score',
    'imagefolder',
    '--data',
    data,
    ...templates,
    '--clip',
    'tiny-world',
    '--quiet',
    '--out',
    run,
  ]);
  await demandHonest(run);
});
