import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import {
  leftovers,
  mapsByExample,
  resultHashes,
  scoresByLabel,
  storedSummary,
  type TrialRow,
  trialRows,
} from '../support/run-files.ts';
import { alteredModel, worldRecords, writeProbe } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
/** Small enough that a run takes about a second. */
const SMALL = ['--limit', '4', '--timesteps', '4'];
const DIFFUSION = ['--diffusion', 'tiny-world'];
const CLIP = ['--clip', 'tiny-world'];

/** Lines of progress that tell of evaluations. */
const evaluations = (stderr: string) => stderr.split('\n').filter((line) => line.includes('evaluations'));

describe('a first run', () => {
  test('prints the table and leaves a whole run folder under runs/', async () => {
    const { stdout, stderr } = await runOk(['score', ...SMALL], { cwd: folder });
    const [run] = readdirSync(join(folder, 'runs'));
    expect(run).toMatch(/^tiny-world-[0-9a-f]{8}$/);
    const path = join(folder, 'runs', run!);
    const summary = summarySchema.parse(storedSummary(path));
    expect(summary.identity.startsWith(run!.slice(-8))).toBe(true);

    const lines = stdout.split('\n');
    expect(lines[0]).toContain('tiny-world: 4 of 210 examples, 206 not scored yet');
    const head = lines.find((line) => line.includes('GroupMatch'))!;
    expect(head.trim().split(/\s+/)).toEqual(['text', 'image', 'group', 'GroupMatch']);
    expect(lines.find((line) => line.startsWith('chance'))!.split(/\s+/)).toEqual([
      'chance',
      '25.0',
      '25.0',
      '16.7',
      '50.0',
    ]);
    for (const [name, scorer] of Object.entries(summary.scorers)) {
      const row = lines.find((line) => line.startsWith(`${name} `))!;
      for (const metric of ['text', 'image', 'group', 'groupMatch'] as const) {
        const { correct, count } = scorer.metrics[metric]!;
        expect(count).toBe(4);
        expect(row).toContain(`${((100 * correct) / count).toFixed(1)} [`);
      }
      expect(evaluations(stderr)).toContainEqual(
        expect.stringContaining(`${name}: ${scorer.evaluations} evaluations`),
      );
    }
    expect(Object.keys(summary.scorers).sort()).toEqual(['clip', 'diffusion']);
    for (const { tag, collapsed_tag } of worldRecords(4)) {
      expect(lines.some((line) => line.startsWith(`${tag} `))).toBe(true);
      expect(lines.some((line) => line.startsWith(`${collapsed_tag} `))).toBe(true);
    }
    expect(stdout).toContain(`Run folder: ${join('runs', run!)}`);

    expect(leftovers(path)).toEqual([]);
    expect(readdirSync(join(path, 'segments'))).toEqual([]);
    expect(Object.keys(resultHashes(path))).toEqual([
      'trials/diffusion.arrow',
      'maps/diffusion.arrow',
      'scores/clip.jsonl',
      'scores/diffusion.jsonl',
    ]);
  });

  test('--json prints the summary alone on stdout and progress on stderr', async () => {
    const { stdout, stderr } = await runOk(['score', ...SMALL, '--out', out('json'), '--json']);
    const summary = summarySchema.parse(JSON.parse(stdout));
    expect(summary).toEqual(storedSummary(out('json')));
    expect(summary.complete).toBe(false);
    expect(summary.examples).toEqual({ done: 4, failed: 0, skipped: 206 });
    expect(evaluations(stderr).length).toBeGreaterThanOrEqual(2);
    expect(stderr.split('\n')[0]).toBe(`tiny-world: 4 of 210 examples, results in ${out('json')}`);
  });

  test('tells of the end of each scorer once, and with --quiet of nothing', async () => {
    const loud = await runOk(['score', ...SMALL, '--out', out('loud')]);
    expect(evaluations(loud.stderr).map((line) => line.split(':')[0])).toEqual(['clip', 'diffusion']);
    const quiet = await runOk(['score', ...SMALL, '--out', out('quiet'), '--quiet']);
    expect(quiet.stderr).toBe('');
    expect(quiet.stdout.split('\n').slice(0, -2)).toEqual(loud.stdout.split('\n').slice(0, -2));
  });

  test('--dry-run says what it would take and writes nothing', async () => {
    const cwd = join(folder, 'json');
    const before = readdirSync(folder, { recursive: true }).sort();
    const { stdout } = await runOk(['score', '--dry-run', ...SMALL], { cwd });
    expect(stdout).toContain('nothing was written');
    expect(stdout).toMatch(/clip\s+16\s/); // 4 examples x 4 pairs
    expect(stdout).toMatch(/diffusion\s+96\s/); // 4 examples x 6 pairs x 4 timesteps
    expect(stdout).toMatch(/About .+ in all, \d+ MB of memory, [\d.]+ MB of disk/);
    const json = await runOk(['score', '--dry-run', '--json', ...SMALL], { cwd });
    for (const estimate of JSON.parse(json.stdout)) {
      for (const field of ['evaluations', 'evaluationsPerSecond', 'seconds', 'memoryBytes', 'diskBytes']) {
        expect(estimate[field], field).toBeGreaterThan(0);
      }
    }
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  test('--dry-run gives a number even where there is one call only', async () => {
    const { stdout } = await runOk(['score', '--dry-run', '--json', '--limit', '1', '--timesteps', '1']);
    for (const { seconds } of JSON.parse(stdout)) expect(seconds).toBeGreaterThan(0);
  });
});

describe('going on with a run', () => {
  test('a complete run prints its summary and evaluates nothing', async () => {
    const args = ['score', ...SMALL, '--out', out('again')];
    const first = await runOk(args);
    const files = resultHashes(out('again'));
    const second = await runOk(args);
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toBe(`tiny-world: 4 of 210 examples, going on in ${out('again')}\n`);
    expect(resultHashes(out('again'))).toEqual(files);
  });

  test('another --limit extends it to what one run would have given', async () => {
    const [four, nine] = [
      ['--limit', '4'],
      ['--limit', '9'],
    ];
    const more = ['--timesteps', '4', '--out', out('extended')];
    await runOk(['score', ...four, ...more]);
    const { stderr } = await runOk(['score', ...nine, ...more]);
    expect(evaluations(stderr)).toContainEqual(
      expect.stringContaining(`diffusion: ${9 * 6 * 4} evaluations, 9 examples`),
    );
    const atOnce = await runOk(['score', ...nine, '--timesteps', '4', '--out', out('at-once')]);
    expect(resultHashes(out('extended'))).toEqual(resultHashes(out('at-once')));
    const { stdout } = await runOk(['score', ...nine, ...more]);
    expect(stdout.replaceAll(out('extended'), out('at-once'))).toBe(atOnce.stdout);
  });

  test('another --loss or --error-space needs no evaluation', async () => {
    const args = ['score', ...SMALL, ...DIFFUSION, '--out', out('losses')];
    await runOk(args);
    const { 'scores/diffusion.jsonl': mse, ...stored } = resultHashes(out('losses'));
    for (const analysis of [
      ['--loss', 'mae'],
      ['--loss', 'huber'],
      ['--error-space', 'x0'],
      ['--loss', 'mae', '--error-space', 'x0'],
    ]) {
      const { stderr } = await runOk([...args, ...analysis]);
      expect(evaluations(stderr)).toEqual([]);
      const { 'scores/diffusion.jsonl': scores, ...rest } = resultHashes(out('losses'));
      expect(rest).toEqual(stored);
      expect(scores).not.toBe(mse);
    }
    await runOk(args);
    expect(resultHashes(out('losses'))).toEqual({ ...stored, 'scores/diffusion.jsonl': mse });
  });

  test('stored scores are minus the mean of the stored errors, less that of the empty caption', async () => {
    await runOk(['score', ...SMALL, ...DIFFUSION, '--out', out('means'), '--loss', 'mae']);
    const rows = trialRows(out('means'));
    const mean = (image: number, caption: number) => {
      const found = rows.filter(
        (row) => row.example === '2' && row.image === image && row.caption === caption,
      );
      expect(found).toHaveLength(4);
      return found.reduce((sum, { mae }) => sum + mae / 4, 0);
    };
    const scores = scoresByLabel(out('means'), 'diffusion');
    for (const image of [0, 1]) {
      for (const caption of [0, 1]) {
        expect(scores[`2_c${caption}_i${image}`]).toBeCloseTo(mean(image, -1) - mean(image, caption), 12);
      }
    }
  });
});

describe('which examples', () => {
  const scored = (run: string) => [...new Set(trialRows(run).map(({ example }) => example))];

  test('--ids takes those, in the order of the task', async () => {
    await runOk(['score', '--ids', '17, 3,5', '--timesteps', '2', ...DIFFUSION, '--out', out('ids')]);
    expect(scored(out('ids'))).toEqual(['3', '5', '17']);
  });

  test('--tag takes those with the tag, --limit counts among them', async () => {
    await runOk([
      'score',
      '--tag',
      'Noun',
      '--limit',
      '2-3',
      '--timesteps',
      '2',
      ...DIFFUSION,
      '--out',
      out('tag'),
    ]);
    const nouns = worldRecords(40).filter(({ tag }) => tag === 'Noun');
    expect(scored(out('tag'))).toEqual(nouns.slice(1, 3).map(({ id }) => `${id}`));
    const tags = Object.keys(storedSummary(out('tag')).scorers.diffusion!.byTag);
    expect(tags.filter((tag) => !/seen/.test(tag))).toEqual(['Object', 'Noun']);
  });

  test('--on-error skip leaves a damaged image out, counts it and ends with code 3', async () => {
    const probe = writeProbe(out('one-bad'), worldRecords(3));
    truncateSync(join(probe, 'images', 'ex_1_img_0.png'), 120);
    const args = ['score', probe, '--timesteps', '2', '--out', out('skipped'), '--on-error', 'skip'];
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(stdout).toContain('2 of 3 examples, 1 failed');
    expect(stderr).toMatch(/left out example 1: .*ex_1_img_0\.png/);
    const summary = summarySchema.parse(storedSummary(out('skipped')));
    expect(summary.examples).toEqual({ done: 2, failed: 1, skipped: 0 });
    expect(scored(out('skipped'))).toEqual(['0', '2']);
  });
});

describe('what is evaluated', () => {
  const captions = (rows: readonly TrialRow[]) =>
    [...new Set(rows.map(({ caption }) => caption))].sort((a, b) => a - b);

  test('--uncond never leaves the empty caption out', async () => {
    await runOk(['score', ...SMALL, ...DIFFUSION, '--uncond', 'never', '--out', out('never')]);
    expect(captions(trialRows(out('never')))).toEqual([0, 1]);
    expect(trialRows(out('never'))).toHaveLength(4 * 4 * 4);
    const { primary, metrics, raw } = storedSummary(out('never')).scorers.diffusion!;
    expect(primary).toBe('raw');
    expect(metrics).toEqual(raw);
  });

  test('--uncond always adds it to single images too, where auto does not', async () => {
    const { image_0, caption_0, caption_1 } = worldRecords(1)[0]!;
    const probe = writeProbe(out('single'), [
      { id: 'choice', images: [image_0], captions: [caption_0, caption_1], truth: [[0, 0]] },
    ]);
    const args = ['score', probe, '--timesteps', '3', ...DIFFUSION];
    await runOk([...args, '--uncond', 'always', '--out', out('always')]);
    expect(captions(trialRows(out('always')))).toEqual([-1, 0, 1]);
    expect(storedSummary(out('always')).scorers.diffusion!.primary).toBe('normalized');
    await runOk([...args, '--out', out('auto')]);
    expect(captions(trialRows(out('auto')))).toEqual([0, 1]);
    const given = (run: string) => trialRows(run).filter(({ caption }) => caption >= 0);
    expect(given(out('always'))).toEqual(given(out('auto')));
  });

  test('--maps off stores no maps and changes no error', async () => {
    await runOk(['score', ...SMALL, ...DIFFUSION, '--out', out('maps-on')]);
    await runOk(['score', ...SMALL, ...DIFFUSION, '--maps', 'off', '--out', out('maps-off')]);
    expect(existsSync(join(out('maps-off'), 'maps', 'diffusion.arrow'))).toBe(false);
    expect(trialRows(out('maps-off'))).toEqual(trialRows(out('maps-on')));
    // A map sums the squared error over trials and channels: its mean is that of the stored errors.
    const maps = mapsByExample(out('maps-on'));
    const map = new Float32Array(Uint8Array.from(Buffer.from(maps['1']!, 'hex')).buffer);
    const cells = map.length / 6;
    const { shape } = JSON.parse(readFileSync(join(out('maps-on'), 'run.json'), 'utf8')).identity.scorers
      .diffusion.latent;
    expect(cells).toBe(shape[1] * shape[2]);
    const first = map.subarray(0, cells).reduce((sum, value) => sum + value, 0) / (cells * shape[0]);
    const pair = trialRows(out('maps-on')).filter(
      (row) => row.example === '1' && row.image === 0 && row.caption === 0,
    );
    expect(first).toBeCloseTo(
      pair.reduce((sum, { mse }) => sum + mse, 0),
      4,
    );
  });

  test('--repeats 2 doubles the trials with other noises and keeps those of the first', async () => {
    await runOk(['score', ...SMALL, ...DIFFUSION, '--out', out('once')]);
    await runOk(['score', ...SMALL, ...DIFFUSION, '--repeats', '2', '--out', out('twice')]);
    const rows = trialRows(out('twice')).filter(
      (row) => row.example === '0' && row.image === 0 && row.caption === 0,
    );
    expect(rows.map(({ noise }) => noise)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(rows.map(({ timestep }) => timestep)).toEqual([125, 375, 625, 875, 125, 375, 625, 875]);
    expect(new Set(rows.map(({ mse }) => mse)).size).toBe(8);
    expect(trialRows(out('twice')).filter(({ noise }) => noise < 4)).toEqual(trialRows(out('once')));
  });

  test('examples of 1 x 3, 3 x 1 and 3 x 2', async () => {
    const [a, b] = worldRecords(2) as [
      ReturnType<typeof worldRecords>[0],
      ReturnType<typeof worldRecords>[0],
    ];
    const probe = writeProbe(out('shapes'), [
      {
        id: 'choice',
        images: [a.image_0],
        captions: [a.caption_0, a.caption_1, b.caption_0],
        truth: [[0, 0]],
      },
      {
        id: 'retrieval',
        images: [a.image_0, a.image_1, b.image_0],
        captions: [b.caption_0],
        truth: [[2, 0]],
      },
      {
        id: 'uneven',
        images: [a.image_0, a.image_1, b.image_0],
        captions: [a.caption_0, a.caption_1],
        truth: [
          [0, 0],
          [1, 1],
        ],
        tags: ['odd'],
      },
    ]);
    const { stdout } = await runOk([
      'score',
      probe,
      '--timesteps',
      '2',
      '--out',
      out('shapes-run'),
      '--json',
    ]);
    const { scorers } = summarySchema.parse(JSON.parse(stdout));
    const counts = (metrics: object) =>
      Object.fromEntries(Object.entries(metrics).map(([name, { count }]) => [name, count]));
    for (const { metrics, byTag } of Object.values(scorers)) {
      expect(counts(metrics)).toEqual({ text: 1, image: 1, group: 1, accuracy: 2 });
      expect(metrics.accuracy!.chance).toBeCloseTo(1 / 3, 12);
      expect(counts(byTag.odd!)).toEqual({ text: 1, image: 1, group: 1 });
    }
    expect(scorers.clip!.evaluations).toBe(3 + 3 + 6);
    expect(scorers.diffusion!.evaluations).toBe(2 * (3 + 6 + 9));
    const pairs = (id: string) =>
      trialRows(out('shapes-run'))
        .filter(({ example, noise }) => example === id && noise === 0)
        .map(({ image, caption }) => [image, caption]);
    expect(pairs('choice')).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    expect(pairs('retrieval')).toEqual([
      [0, 0],
      [0, -1],
      [1, 0],
      [1, -1],
      [2, 0],
      [2, -1],
    ]);
    expect(pairs('uneven')).toHaveLength(9);
    expect(Object.keys(scoresByLabel(out('shapes-run'), 'clip'))).toHaveLength(12);
  });
});

describe('scorers', () => {
  test('several of a kind by name, each with its own results, compared with each other', async () => {
    const other = alteredModel('clip', out('other-clip'), {});
    const { stdout } = await runOk([
      'score',
      '--limit',
      '6',
      '--json',
      '--out',
      out('two-clips'),
      '--clip',
      'a=tiny-world',
      '--clip',
      `b=${other}`,
    ]);
    const summary = summarySchema.parse(JSON.parse(stdout));
    expect(Object.keys(summary.scorers)).toEqual(['a', 'b']);
    expect(scoresByLabel(out('two-clips'), 'a')).toEqual(scoresByLabel(out('two-clips'), 'b'));
    expect(Object.keys(scoresByLabel(out('two-clips'), 'a'))).toHaveLength(24);
    expect(summary.comparisons).toHaveLength(4);
    for (const comparison of summary.comparisons)
      expect(comparison).toMatchObject({ a: 'a', b: 'b', aOnly: 0, bOnly: 0, p: 1 });
    expect(readdirSync(join(out('two-clips'), 'trials'))).toEqual([]);
  });

  test('CLIP scores are cosines', async () => {
    await runOk(['score', '--limit', '3', ...CLIP, '--out', out('cosines')]);
    for (const score of Object.values(scoresByLabel(out('cosines'), 'clip')))
      expect(Math.abs(score)).toBeLessThanOrEqual(1);
  });

  test('the call settings that a run was begun with are kept, others are refused unless mixing is allowed', async () => {
    const args = ['score', '--limit', '4', '--timesteps', '4', ...DIFFUSION, '--out', out('mixed')];
    await runOk([...args, '--batch', '6']);
    const begun = resultHashes(out('mixed'));
    await runOk(args); // without --batch: as it was begun
    expect(resultHashes(out('mixed'))).toEqual(begun);
    const { code, stderr } = await runCli([...args, '--batch', '12']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^winoscope: .*numeric settings.*calls\.diffusion\.batch 6.*calls\.diffusion\.batch 12.*--allow-mixed/,
    );
    await runOk(['score', '--limit', '6', ...args.slice(3), '--batch', '12', '--allow-mixed']);
    const rows = trialRows(out('mixed'));
    expect(new Set(rows.map(({ example }) => example)).size).toBe(6);
    expect(resultHashes(out('mixed'))).not.toEqual(begun);
  });
});
