/** `winoscope audit`: an honest run passes, every kind of change is found and named. */

import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import type { AuditCheck } from '../../src/run/audit-check.ts';
import type { Summary } from '../../src/run/summary-schema.ts';
import { forgeJson, forgeTrials } from '../support/forge.ts';
import { runCli, runOk, startCli } from '../support/run-cli.ts';
import { alteredModel, modelFile, worldImage, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const honest = join(folder, 'honest');
const PROBE = writeProbe(join(folder, 'probe'), worldRecords(4));
const MODEL = alteredModel('diffusion', join(folder, 'model'), {});
const WEIGHTS = 'unet/model.onnx';
let copies = 0;

beforeAll(async () => {
  const scorers = ['--diffusion', `diffusion=${MODEL}`, '--clip', 'tiny-world'];
  await runOk(['score', PROBE, ...scorers, '--timesteps', '5', '--out', honest, '--quiet']);
});

function copyOfRun(): string {
  const run = join(folder, `run-${copies++}`);
  cpSync(honest, run, { recursive: true });
  return run;
}

async function audited(run: string, ...flags: string[]) {
  const { code, stdout, stderr } = await runCli(['audit', run, '--json', ...flags]);
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as { sound: boolean; checks: AuditCheck[] };
  const of = (state: AuditCheck['state']) =>
    result.checks.filter((check) => check.state === state).map(({ message }) => message);
  expect(result.sound).toBe(code === 0);
  return { code, failed: of('failed'), passed: of('passed'), notChecked: of('not checked') };
}

/** Interrupts a run as soon as trials are stored. */
async function interrupted(args: readonly string[]): Promise<void> {
  const run = new RunFolder(args.at(-1)!);
  const { child, result } = startCli(args);
  const isStored = () => run.segmentFiles('diffusion', 'trials').length > 0;
  await expect.poll(isStored, { timeout: 60_000 }).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill('SIGINT');
  expect((await result).code).toBe(130);
  expect(run.hasSegments()).toBe(true);
}

describe('an honest run', () => {
  test('passes, and all that can be checked is', async () => {
    const { code, failed, notChecked, passed } = await audited(honest, '--trials', '1000');
    expect({ code, failed, notChecked }).toEqual({ code: 0, failed: [], notChecked: [] });
    // Four examples of six pairs (∅ among them), five trials, three losses; four of four cosines.
    expect(passed).toContain('"diffusion" gives 360 stored numbers again, to the bit.');
    expect(passed).toContain('"clip" gives 16 stored numbers again, to the bit.');
  });

  test('of a classifier and of a model with a variational bound: their numbers too', async () => {
    const run = join(folder, 'classes');
    const probe = join(packageRoot(), 'fixtures', 'tiny-world', 'probes', 'classes');
    const scorers = ['--diffusion', 'tiny-world-dit', '--classifier', 'tiny-world-synthetic'];
    await runOk([
      'score',
      probe,
      ...scorers,
      '--limit',
      '2',
      '--timesteps',
      '2',
      '--loss',
      'vlb',
      '--out',
      run,
      '--quiet',
    ]);
    const { failed, notChecked, passed } = await audited(run, '--trials', '3');
    expect({ failed, notChecked }).toEqual({ failed: [], notChecked: [] });
    // Three trials of twenty classes on one picture, three losses and two parts of the bound.
    expect(passed).toContain('"diffusion" gives 300 stored numbers again, to the bit.');
    expect(passed).toContain('"classifier" gives 40 stored numbers again, to the bit.');
  });

  test('is told so in words', async () => {
    const { stdout } = await runOk(['audit', honest, '--trials', '1']);
    expect(stdout).toMatch(
      /^passed +Every file that numbers are read from is there, and its checksum fits\.\n/,
    );
    expect(stdout.endsWith('\nThe published summary is what the data say.\n')).toBe(true);
  });

  test('computes nothing again where that is not wanted', async () => {
    const { passed, notChecked } = await audited(honest, '--no-replay');
    expect(passed.some((message) => message.includes('again'))).toBe(false);
    expect(notChecked).toEqual([]);
  });

  test('under other call settings comes out within the tolerance', async () => {
    const run = join(folder, 'other-calls');
    await runOk([
      'score',
      PROBE,
      '--diffusion',
      MODEL,
      '--timesteps',
      '3',
      '--batch',
      '7',
      '--out',
      run,
      '--quiet',
    ]);
    forgeJson<{ numerics: { cpu: string }[] }>(join(run, 'run.json'), ({ numerics }) => {
      numerics[0]!.cpu = 'another processor';
    });
    const { code, passed } = await audited(run);
    expect(code).toBe(0);
    expect(passed.at(-1)).toMatch(/again, within 0\.00001\.$/);
  });

  test('where models and pictures are elsewhere, that is said and nothing of it passes', async () => {
    const [model, probe] = [`${MODEL}-away`, `${PROBE}-away`];
    renameSync(MODEL, model);
    renameSync(PROBE, probe);
    try {
      const { code, failed, notChecked, passed } = await audited(honest);
      expect({ code, failed }).toEqual({ code: 0, failed: [] });
      expect(notChecked.map((message) => message.split(':')[0])).toEqual([
        'The pictures are not here',
        'Nothing of "clip" was computed again',
        'the model of "diffusion" is not here, so it cannot score again',
        'Nothing of "diffusion" was computed again',
      ]);
      expect(passed.filter((message) => /again|pictures/.test(message))).toEqual([]);
      const named = await audited(honest, '--task', probe);
      expect(named.passed).toContain('The task and all its pictures are those that were scored.');
    } finally {
      renameSync(model, MODEL);
      renameSync(probe, PROBE);
    }
  });
});

describe('what was changed is found and named', () => {
  test('a summary edited by hand, its checksum left or made anew', async () => {
    const run = copyOfRun();
    const path = join(run, 'summary.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"complete": true', '"complete": false'));
    const plain = await audited(run, '--no-replay');
    expect(plain.code).toBe(3);
    expect(plain.failed[0]).toMatch(/the run summary is damaged: .*summary\.json/);
    writeFileSync(path, text);
    forgeJson<Summary>(path, ({ scorers }) => {
      scorers.diffusion!.metrics.group!.correct += 1;
    });
    const { code, failed } = await audited(run, '--no-replay');
    expect({ code, count: failed.length }).toEqual({ code: 3, count: 1 });
    expect(failed[0]).toMatch(
      /^summary\.json says scorers\.diffusion\.metrics\.group\.correct is \d; the trials give \d\.$/,
    );
  });

  test('one edited trial, with all checksums and all that follows from it made anew', async () => {
    const run = copyOfRun();
    forgeTrials(run, ({ mse }) => {
      mse[17]! *= 1.001;
    });
    const before = await audited(run, '--no-replay');
    expect(before.code).toBe(3);
    expect(before.failed[0]).toMatch(/scores[/\\]diffusion\.jsonl, line \d+ is .*; the trials give /);
    // The forger runs the program, which writes scores and summary from the trials.
    await runOk([
      'score',
      PROBE,
      '--diffusion',
      `diffusion=${MODEL}`,
      '--clip',
      'tiny-world',
      '--timesteps',
      '5',
      '--out',
      run,
      '--quiet',
    ]);
    expect((await audited(run, '--no-replay')).code).toBe(0);
    const { code, failed } = await audited(run, '--trials', '1000');
    expect({ code, count: failed.length }).toEqual({ code: 3, count: 1 });
    expect(failed[0]).toMatch(
      /^"diffusion", example "0", image \d, caption -?\d, timestep \d+, noise \d+, mse: [\d.]+ is stored, the model gives [\d.]+\.$/,
    );
  });

  test('a swapped model file', async () => {
    const path = join(MODEL, WEIGHTS);
    const bytes = modelFile('diffusion', WEIGHTS);
    rmSync(path);
    const swapped = Buffer.from(bytes);
    swapped[swapped.length - 100]! ^= 1;
    writeFileSync(path, swapped);
    try {
      const { code, failed, notChecked } = await audited(honest);
      expect(code).toBe(3);
      expect(failed).toEqual([`${path} is not the file that was used.`]);
      expect(notChecked).toEqual([
        'Nothing of "diffusion" was computed again: its model is not here, or is another one.',
      ]);
    } finally {
      writeFileSync(path, bytes);
    }
  });

  test('a changed picture', async () => {
    const path = join(PROBE, 'images', 'ex_2_img_1.png');
    cpSync(worldImage(3, 0), path);
    try {
      const { code, failed } = await audited(honest, '--trials', '1000');
      expect(code).toBe(3);
      expect(failed[0]).toBe('Picture 1 of example "2" is not the one that was scored.');
      // The model sees it too.
      expect(failed.some((message) => message.startsWith('"clip", example "2", image 1'))).toBe(true);
    } finally {
      cpSync(worldImage(2, 1), path);
    }
  });

  test('a missing file of results: named once, and nothing rests on the rest', async () => {
    for (const [name, other] of [
      ['trials/diffusion.arrow', '"clip" gives 16 stored numbers again, to the bit.'],
      ['scores/clip.jsonl', '"diffusion" gives 360 stored numbers again, to the bit.'],
    ] as const) {
      const run = copyOfRun();
      const path = join(run, name);
      rmSync(path);
      const { code, failed, notChecked, passed } = await audited(run, '--trials', '1000');
      expect(code).toBe(3);
      expect(failed).toEqual([
        expect.stringMatching(
          /^a results file is missing: .* \(expected the \d+ evaluations of "\w+" that summary/,
        ),
      ]);
      expect(failed[0]).toContain(path);
      expect(notChecked).toContain('Summary, scores and decisions rest on what is damaged or missing.');
      expect(passed).toContain(other);
      expect(passed).toContain('The task and all its pictures are those that were scored.');
      for (const command of ['report', 'analyze', 'export', 'view']) {
        const flags = command === 'view' ? ['--plain'] : [];
        const { code, stdout, stderr } = await runCli([command, run, ...flags]);
        expect({ command, code, stdout }).toEqual({ command, code: 1, stdout: '' });
        expect(stderr).toMatch(
          /^winoscope: a results file is missing: .* Put back a copy of the file, or run/,
        );
      }
    }
  });

  test('missing error maps of a run that stored them', async () => {
    const run = copyOfRun();
    rmSync(join(run, 'maps', 'diffusion.arrow'));
    const { code, failed } = await audited(run, '--no-replay');
    expect(code).toBe(3);
    expect(failed).toEqual([
      `${join(run, 'maps', 'diffusion.arrow')} is missing: summary.json counts those of 4 examples, 0 are stored. Put back a copy of the file, or run the same \`winoscope score\` again to compute them anew.`,
    ]);
  });

  test('damage to one file keeps nothing else from being checked', async () => {
    const run = copyOfRun();
    const path = join(run, 'trials', 'diffusion.arrow');
    writeFileSync(path, 'not an Arrow table');
    const { code, failed, notChecked, passed } = await audited(run, '--trials', '1000');
    expect(code).toBe(3);
    expect(failed).toEqual([
      expect.stringMatching(/^a results file is damaged: .*\(got bytes that are no Arrow table\)\. Put back/),
    ]);
    expect(notChecked).toEqual([
      'Summary, scores and decisions rest on what is damaged or missing.',
      'Nothing of "diffusion" was computed again: its results cannot be read.',
    ]);
    expect(passed).toContain('"clip" gives 16 stored numbers again, to the bit.');
    writeFileSync(join(run, 'run.json'), '{');
    const bare = await audited(run);
    expect(bare.code).toBe(3);
    expect(bare.failed).toHaveLength(1);
    expect(bare.notChecked).toEqual(['Nothing else can be checked without run.json.']);
  });

  test('a picture that cannot be read any more', async () => {
    const path = join(PROBE, 'images', 'ex_2_img_1.png');
    writeFileSync(path, 'no picture');
    try {
      const { code, failed, passed } = await audited(honest, '--trials', '1000');
      expect(code).toBe(3);
      expect(failed.join('\n')).not.toMatch(/NaN|undefined/);
      expect(failed).toEqual(['Example "2" is not in the task any more, or its pictures cannot be read.']);
      // The three others still are what they were.
      expect(passed).toContain('"clip" gives 12 stored numbers again, to the bit.');
    } finally {
      cpSync(worldImage(2, 1), path);
    }
  });

  test('a session that was cut off is no contradiction, and no proof', async () => {
    const run = copyOfRun();
    rmSync(join(run, 'summary.json'));
    const lost = await audited(run, '--no-replay');
    expect(lost.failed).toEqual([expect.stringMatching(/summary\.json is missing: run the same/)]);
    writeFileSync(join(run, 'segments', 'clip.0009.scores.jsonl'), '');
    const { code, failed, notChecked } = await audited(run, '--no-replay');
    expect({ code, failed }).toEqual({ code: 3, failed: [] });
    expect(notChecked[0]).toMatch(/^The run was killed before it wrote a summary/);
    // What other programs leave there is no session's.
    rmSync(join(run, 'segments', 'clip.0009.scores.jsonl'));
    writeFileSync(join(run, 'segments', '.DS_Store'), '');
    expect((await audited(run, '--no-replay')).failed).toEqual([
      expect.stringMatching(/summary\.json is missing/),
    ]);
    cpSync(join(honest, 'summary.json'), join(run, 'summary.json'));
    rmSync(join(run, 'trials', 'diffusion.arrow'));
    expect((await runCli(['report', run])).code).toBe(1);
    cpSync(join(honest, 'trials', 'diffusion.arrow'), join(run, 'trials', 'diffusion.arrow'));
    expect((await audited(run, '--no-replay')).code).toBe(0);
    rmSync(join(run, 'summary.json'));
    writeFileSync(join(run, 'segments', 'clip.0009.scores.jsonl'), '');
    // A run that was interrupted in order has a summary of what it stored, which holds.
    const stopped = join(folder, 'stopped');
    await interrupted(['score', 'tiny-world', '--out', stopped]);
    const partly = await audited(stopped, '--trials', '2');
    expect(partly).toMatchObject({ code: 0, failed: [], notChecked: [] });
    const { stdout } = await runCli(['audit', run, '--no-replay']);
    expect(stdout).toContain('Whether this run holds cannot be said before it is finished.');
  });

  test('a flipped bit in any file that results are read from', async () => {
    for (const name of [
      'run.json',
      'examples.jsonl',
      'summary.json',
      'trials/diffusion.arrow',
      'scores/clip.jsonl',
    ]) {
      const run = copyOfRun();
      const path = join(run, name);
      const bytes = readFileSync(path);
      bytes[Math.floor(bytes.length * 0.6)]! ^= 4;
      writeFileSync(path, bytes);
      const { code, failed } = await audited(run, '--no-replay');
      expect({ name, code }).toEqual({ name, code: 3 });
      expect(failed[0]).toContain(path);
    }
  });

  test('scores of another program whose file was changed', async () => {
    const scores = join(folder, 'theirs.jsonl');
    const run = join(folder, 'imported');
    cpSync(join(honest, 'scores', 'diffusion.jsonl'), scores);
    await runOk(['score', PROBE, '--scores', scores, '--out', run, '--quiet']);
    expect((await audited(run)).code).toBe(0);
    writeFileSync(scores, `${readFileSync(scores, 'utf8')}\n`);
    const { code, failed } = await audited(run);
    expect(code).toBe(3);
    expect(failed).toEqual([`${scores} is not the file that was used.`]);
  });

  test('a folder without a run is wrong usage', async () => {
    const { code, stderr } = await runCli(['audit', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^winoscope: no run in this folder/);
  });
});
