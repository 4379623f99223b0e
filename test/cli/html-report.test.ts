/** `report --format html` as its user has it: one file, and a command in it that makes the run again. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { repeatCommand } from '../../src/report/repeat-command.ts';
import { openRun } from '../../src/run/open-run.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const PROBE = join(folder, 'probe');
const RUN = join(folder, 'run');
const FLAGS = ['--timesteps', '4', '--repeats', '2', '--seed', '5', '--uncond', 'never', '--limit', '2'];

beforeAll(async () => {
  writeProbe(PROBE, worldRecords(3));
  await runOk(['score', PROBE, ...FLAGS, '--out', RUN]);
});

test('writes one file and prints nothing', async () => {
  const file = join(folder, 'page.html');
  const { stdout, stderr } = await runOk(['report', RUN, '--format', 'html', '--output', file]);
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(text).toContain("default-src 'none'");
  expect(readdirSync(folder).sort()).toEqual(['page.html', 'probe', 'run']);
});

test('the command in it makes a run of the same identity', async () => {
  const { manifest } = openRun(RUN);
  const command = repeatCommand(manifest, { loss: 'mse', errorSpace: 'native' });
  expect(command).toBe(
    `winoscope score ${PROBE} --clip clip=tiny-world --diffusion diffusion=tiny-world --timesteps 4 --repeats 2 --seed 5 --uncond never --limit 2`,
  );
  const again = join(folder, 'again');
  await runOk([...command.split(' ').slice(1), '--out', again]);
  expect(openRun(again).manifest.identityHash).toBe(manifest.identityHash);
});

test('the command forces what the run forced', async () => {
  const probe = join(folder, 'foreign');
  writeProbe(probe, [{ id: 0, images: ['ex_0_img_0'], captions: ['a zebra', 'a circle'], truth: [[0, 1]] }]);
  const run = join(folder, 'forced');
  await runOk(['score', probe, '--force', '--timesteps', '2', '--quiet', '--out', run]);
  const { manifest } = openRun(run);
  expect(repeatCommand(manifest, { loss: 'mse', errorSpace: 'native' })).toMatch(/ --force$/);
});

test('the command says it where one timestep was named, and where no maps were stored', async () => {
  const run = join(folder, 'one-timestep');
  const flags = [
    '--diffusion',
    'tiny-world',
    '--timesteps',
    '437,',
    '--maps',
    'off',
    '--limit',
    '1',
    '--quiet',
  ];
  await runOk(['score', PROBE, ...flags, '--out', run]);
  const { manifest } = openRun(run);
  const command = repeatCommand(manifest, { loss: 'mse', errorSpace: 'native' });
  expect(command).toMatch(/ --timesteps 437, .*--maps off$/);
  const again = join(folder, 'one-timestep-again');
  await runOk([...command.split(' ').slice(1), '--quiet', '--out', again]);
  expect(openRun(again).manifest.identityHash).toBe(manifest.identityHash);
});

test('runs of different tasks are refused in a sentence', async () => {
  const other = join(folder, 'other');
  writeProbe(join(folder, 'other-probe'), worldRecords(1));
  await runOk(['score', join(folder, 'other-probe'), '--clip', 'tiny-world', '--out', other]);
  const { code, stderr, stdout } = await runCli(['report', RUN, other, '--format', 'html']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    /^winoscope: one page cannot hold runs of different tasks: .*Make a page for each\.\n$/,
  );
});
