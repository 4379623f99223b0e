/** A file where a command wants a folder, and a folder where it wants a file: one sentence that names it. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { worldImage, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const FILE = join(folder, 'file');
const DIR = join(folder, 'folder');
const PROBE = writeProbe(join(folder, 'probe'), worldRecords(2));
const RUN = join(folder, 'run');
const IMAGE = worldImage(0, 0);
const SCORE = ['score', PROBE, '--clip', 'tiny-world', '--out', RUN, '--quiet'];

beforeAll(async () => {
  writeFileSync(FILE, 'mine');
  mkdirSync(DIR);
  await runOk(SCORE);
});

async function expectSentence(args: readonly string[], ...parts: string[]) {
  const { code, stdout, stderr } = await runCli(args);
  // Notes may come before it.
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^winoscope: .*\.$/);
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/unexpected|EEXIST|ENOTDIR|EISDIR/);
  expect(stdout).toBe('');
  expect(code).toBeGreaterThan(0);
  expect(readFileSync(FILE, 'utf8')).toBe('mine');
}

describe('a file for a folder', () => {
  test.each([
    [['merge', FILE], 'no such folder', 'got a file'],
    [['merge', join(FILE, 'run')], 'no such folder'],
    [['merge', RUN, '--out', FILE], 'a file where a folder should be', '--out'],
    [['report', FILE], 'no run in this folder'],
    [['audit', FILE], 'no run in this folder'],
    [['task', 'new', FILE], 'a file where the folder would be'],
    [['task', 'new', join(FILE, 'probe')], 'a file where a folder should be'],
    [['task', 'check', FILE], 'no such probe folder'],
    [['task', 'add', FILE, IMAGE, '--caption', 'x'], 'not a probe'],
    [['generate', '--caption', 'a red circle', '--steps', '1', '--out', FILE], 'a file where a folder'],
    [['paper', '--quick', '--limit', '1', '--out', FILE], 'a file where a folder should be', '--out'],
    [['score', PROBE, '--clip', 'tiny-world', '--out', FILE], 'a file where a folder should be', '--out'],
    [['score', PROBE, '--clip', 'tiny-world', '--out', FILE, '--shard', '1/2'], 'a file where a folder'],
    [['submit', 'slurm', '--', PROBE, '--clip', 'tiny-world', '--out', FILE], 'a file where a folder'],
    [['verify', '--data', FILE], 'no such data'],
  ])('%j', (args, ...parts) => expectSentence(args, FILE, ...parts));

  test('within a run, and within a probe', async () => {
    const shards = join(folder, 'with-shards');
    mkdirSync(shards);
    writeFileSync(join(shards, 'shards'), '');
    await expectSentence(['merge', shards], 'no run in this folder');
    await expectSentence(
      [...SCORE.slice(0, -2), shards, '--shard', '1/2'],
      'a file where a folder should be',
    );

    const images = join(folder, 'with-images');
    cpSync(PROBE, images, { recursive: true });
    rmSync(join(images, 'images'), { recursive: true });
    writeFileSync(join(images, 'images'), '');
    await expectSentence(['task', 'add', images, IMAGE, '--caption', 'x'], images, 'a file where a folder');
    const { code, stdout, stderr } = await runCli(['task', 'check', images]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toContain('an image is missing');
  });
});

describe('a folder for a file', () => {
  test.each([
    [['import', DIR, '--task', PROBE]],
    [['robustness', DIR]],
    [['report', RUN, '--output', DIR]],
    [['generate', '--captions', DIR, '--out', join(folder, 'new')]],
    [['task', 'add', PROBE, DIR, '--caption', 'x']],
    [['pair', DIR, '--caption', 'a red circle']],
  ])('%j', (args) => expectSentence(args, DIR, 'a folder'));

  test.each(['run.json', 'examples.jsonl'])('in place of %s', async (name) => {
    const run = join(folder, `without-${name}`);
    cpSync(RUN, run, { recursive: true });
    rmSync(join(run, name));
    mkdirSync(join(run, name));
    for (const command of ['report', 'merge', 'view'])
      await expectSentence([command, run], join(run, name), 'got a folder');
  });
});

test("commander's complaints are one sentence, also of what another command is given", async () => {
  const { stderr } = await runCli(['submit', 'slurm', '--', PROBE, '--timestep', '3']);
  expect(stderr).toBe(
    "winoscope: unknown option '--timestep' (Did you mean --timesteps?): arguments of score.\n",
  );
  const other = await runCli(['generate', '--out', DIR, '--steps', 'x']);
  expect(other.stderr).toMatch(/argument 'x' is invalid\. Expected a whole number of at least 1\. Run/);
});
