import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { calibrate } from '../../src/run/calibrate.ts';
import { openRun } from '../../src/run/open-run.ts';
import { calibrationSchema } from '../../src/scoring/error-spread.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const RUN = join(folder, 'run');
const SCORE = ['score', '--diffusion', 'tiny-world', '--maps', 'off', '--timesteps', '2'];

beforeAll(() => runOk([...SCORE, '--repeats', '2', '--limit', '10', '--out', RUN]));

test('prints the calibration alone', async () => {
  const { stdout, stderr } = await runOk(['calibrate', RUN]);
  expect(stderr).toBe('');
  expect(calibrationSchema.parse(JSON.parse(stdout))).toEqual(calibrate(openRun(RUN)));
});

test('--output writes it, over an older one, and nothing to stdout; the run is untouched', async () => {
  const file = join(folder, 'calibration.json');
  const before = readFileSync(join(RUN, 'run.json'));
  for (const _ of [1, 2]) {
    const { stdout, stderr } = await runOk(['calibrate', RUN, '--scorer', 'diffusion', '--output', file]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  }
  expect(readFileSync(file, 'utf8')).toBe((await runOk(['calibrate', RUN])).stdout);
  expect(readFileSync(join(RUN, 'run.json'))).toEqual(before);
});

/** The sentence of a command line that cannot be carried out. */
async function sentence(args: readonly string[], wanted = 2): Promise<string> {
  const { code, stdout, stderr } = await runCli(['calibrate', ...args]);
  expect({ code, stdout }).toEqual({ code: wanted, stdout: '' });
  expect(stderr).toMatch(/^winoscope: [^\n]+\n$/);
  return stderr;
}

test('a run with one noise per timestep is refused', async () => {
  const once = join(folder, 'once');
  await runOk([...SCORE, '--limit', '1', '--out', once]);
  expect(await sentence([once])).toContain('one noise per timestep');
});

test('a scorer that is not in the run, a folder that holds none, and none at all', async () => {
  expect(await sentence([RUN, '--scorer', 'sd'])).toContain('no diffusion scorer "sd"');
  expect(await sentence([join(folder, 'nothing')])).toContain('no run in this folder');
  expect(await sentence([])).toContain('run');
});

test('a file that cannot be written', async () => {
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  expect(await sentence([RUN, '--output', taken], 1)).toContain('cannot write the calibration');
  const nowhere = join(folder, 'no', 'such', 'folder.json');
  expect(await sentence([RUN, '--output', nowhere], 1)).toContain('Choose another --output.');
  expect(existsSync(join(folder, 'no'))).toBe(false);
});
