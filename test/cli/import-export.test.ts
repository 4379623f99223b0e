import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { storedSummary } from '../support/run-files.ts';
import { worldImage } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);

beforeAll(async () => {
  const models = ['--clip', 'tiny-world', '--diffusion', 'tiny-world', '--timesteps', '4'];
  await runOk(['score', '--limit', '6', ...models, '--out', out('run')]);
});

describe('scores go out and come back', () => {
  test.each(['jsonl', 'csv', 'vismin'])('as %s, with the same verdicts', async (format) => {
    const file = out(`clip.${format}`);
    await runOk(['export', out('run'), '--scorer', 'clip', '--format', format, '--output', file]);
    const imported = ['import', `again=${file}`, '--task', 'tiny-world', '--on-error', 'skip', '--json'];
    const { code, stdout, stderr } = await runCli([...imported, '--out', out(`back-${format}`)]);
    // The other 204 examples have no scores and are left out.
    expect([code, stderr]).toEqual([3, expect.stringContaining('the score file lacks a pair')]);
    const before = summarySchema.parse(storedSummary(out('run')));
    const after = summarySchema.parse(JSON.parse(stdout));
    expect(after.scorers.again).toMatchObject({
      kind: 'imported',
      metrics: before.scorers.clip!.metrics,
      byTag: before.scorers.clip!.byTag,
    });
  });

  test('a scorer has to be named where there are several', async () => {
    const { code, stderr } = await runCli(['export', out('run')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the run has several scorers: .*--scorer diffusion or clip/);
    expect((await runCli(['export', out('run'), '--scorer', 'x'])).stderr).toMatch(/no scorer "x"/);
  });

  test('normalized scores, or raw ones', async () => {
    const rows = async (more: string[]) => {
      const { stdout } = await runOk([
        'export',
        out('run'),
        '--scorer',
        'diffusion',
        '--format',
        'csv',
        ...more,
      ]);
      return stdout.trimEnd().split('\n');
    };
    const [normalized, raw] = [await rows([]), await rows(['--raw'])];
    expect([normalized.length, raw.length]).toEqual([25, 25]);
    expect(raw[0]).toBe('example,image,caption,score');
    expect(raw[1]).not.toBe(normalized[1]);
    expect(Number(raw[1]!.split(',')[3])).toBeLessThan(0);
  });

  test('scores of another task', async () => {
    const file = out('other.csv');
    writeFileSync(file, 'example,image,caption,score\nnobody,0,0,1\n');
    const { code, stderr } = await runCli(['import', file, '--task', 'tiny-world', '--out', out('other')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no score of "0_c0_i0"/);
  });
});

test('a stopped run exports the number of trials with every score', async () => {
  const stop = ['--stop', 'sequential', '--timesteps', '32', '--diffusion', 'tiny-world'];
  await runOk(['score', '--limit', '4', ...stop, '--out', out('stopped')]);
  const { stdout } = await runOk(['export', out('stopped'), '--format', 'csv']);
  const [head, ...rows] = stdout.trimEnd().split('\n');
  expect(head).toBe('example,image,caption,score,trials');
  const trials = rows.map((row) => Number(row.split(',')[4]));
  expect(trials).toHaveLength(16);
  expect(Math.min(...trials)).toBeGreaterThan(0);
  expect(Math.min(...trials)).toBeLessThan(32);
  const lines = await runOk(['export', out('stopped')]);
  expect(JSON.parse(lines.stdout.split('\n')[0]!)).toMatchObject({ label: '0_c0_i0', trials: trials[0] });
  const { code, stderr } = await runCli(['export', out('stopped'), '--format', 'vismin']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/no room for the number of trials/)]);
});

describe('a benchmark from the user’s copy', () => {
  test('is scored part by part, pictures kept elsewhere, and says how its copy differs', async () => {
    const [data, pictures] = [out('sugar'), out('coco')];
    mkdirSync(data);
    mkdirSync(pictures);
    const record = (k: number) => ({
      filename: `00000000000${k}.jpg`,
      caption: 'a red circle',
      negative_caption: 'a blue circle',
    });
    writeFileSync(join(data, 'swap_att.json'), JSON.stringify({ 0: record(0), 1: record(1) }));
    for (const k of [0, 1]) symlinkSync(worldImage(k, 0), join(pictures, `00000000000${k}.jpg`));
    const args = ['score', 'sugarcrepe-swap_att', '--data', data, '--clip', 'tiny-world', '--force'];
    const missing = await runCli([...args, '--out', out('sugar-run')]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/pictures of SugarCrepe are missing.*val2017/),
    ]);
    const { stderr } = await runOk([...args, '--images', pictures, '--out', out('sugar-run')]);
    expect(stderr).toMatch(/as published has 666 examples, these files hold 2/);
    const { scorers } = summarySchema.parse(storedSummary(out('sugar-run')));
    expect(scorers.clip!.metrics.accuracy).toMatchObject({ count: 2, chance: 0.5 });
    expect(readFileSync(join(out('sugar-run'), 'examples.jsonl'), 'utf8')).not.toContain('a red circle');
  });

  test('classes: a folder each, with a confusion matrix in the report', async () => {
    const data = out('classes');
    for (const [name, k] of [
      ['red_circle', 0],
      ['blue_star', 1],
    ] as const) {
      mkdirSync(join(data, name), { recursive: true });
      symlinkSync(worldImage(k, 0), join(data, name, 'a.png'));
    }
    const args = [
      'score',
      'imagefolder',
      '--data',
      data,
      '--template',
      'a {}',
      '--clip',
      'tiny-world',
      '--force',
    ];
    await runOk([...args, '--out', out('classes-run')]);
    const { classification } = summarySchema.parse(storedSummary(out('classes-run'))).scorers.clip!;
    expect(classification!.classes.map(({ name, count }) => [name, count])).toEqual([
      ['blue star', 1],
      ['red circle', 1],
    ]);
    const { stdout } = await runOk(['report', out('classes-run')]);
    expect(stdout).toMatch(/### Confusion, clip\n\n\| true \\\\ predicted \| blue star \| red circle \|/);
    expect(stdout).toMatch(/mean per class \d+\.\d over 2 classes/);
  });
});

test('task show tells of a benchmark without its data', async () => {
  const { stdout } = await runOk(['task', 'show', 'sugarcrepe']);
  expect(stdout).toMatch(
    /examples +7511 of 1 × 2[\s\S]*sugarcrepe-swap_obj 245[\s\S]*val2017\.zip[\s\S]*published files/,
  );
  const { stdout: json } = await runOk(['task', 'show', 'valse-existence', '--json']);
  expect(JSON.parse(json)).toMatchObject({ name: 'valse', count: 7702 });
});
