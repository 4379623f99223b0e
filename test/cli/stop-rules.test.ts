/** Stages, t-tests, pruning, several noise banks, antithetic noises and weights, from the flags to the files. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary-schema.ts';
import { runCli, runOk, startCli, until } from '../support/run-cli.ts';
import { resultHashes, scoresByLabel, storedSummary, trialRows } from '../support/run-files.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const CHOICES = 'tiny-world-choices';
const TINY = ['--diffusion', 'tiny-world'];

/** Runs a task and gives its summary. */
async function score(task: string, run: string, ...flags: string[]): Promise<Summary> {
  const { stdout } = await runOk(['score', task, '--out', out(run), '--json', '--quiet', ...flags]);
  const summary = summarySchema.parse(JSON.parse(stdout));
  expect(summary).toEqual(storedSummary(out(run)));
  return summary;
}

/** Stored trials by pair. */
function trialsByPair(run: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { example, image, caption } of trialRows(out(run))) {
    const key = `${example} ${image} ${caption}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe('choices of one image among 10 to 50 captions', () => {
  const RULES: Record<string, string[]> = {
    stages: ['--stop', 'stages', '--keep', '4,1', '--samples', '4,12'],
    ttest: ['--stop', 'ttest', '--least', '4', '--alpha', '0.01', '--timesteps', '12'],
    sequential: ['--stop', 'sequential', '--timesteps', '12'],
  };

  test.each(Object.entries(RULES))(
    '%s: captions leave one by one, and the files say so',
    async (rule, flags) => {
      const summary = await score(CHOICES, rule, ...TINY, '--limit', '4', ...flags);
      const { stopping, evaluations } = summary.scorers.diffusion!;
      const counts = [...trialsByPair(rule).values()];
      expect(stopping).toMatchObject({ rule, evaluations, fullPlan: counts.length * 12 });
      expect(evaluations).toBe(counts.reduce((sum, own) => sum + own, 0));
      expect(evaluations).toBeLessThan(stopping!.fullPlan / 1.5);
      const lines = readFileSync(join(out(rule), 'decisions.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      const left = lines.flatMap((line) => (JSON.parse(line) as { left?: unknown[] }).left ?? []);
      expect(left).toHaveLength(stopping!.left);
      expect(left.length).toBeGreaterThan(10);
      if (rule === 'stages') expect(new Set(counts)).toEqual(new Set([4, 12]));
    },
  );

  test.each(Object.entries(RULES))(
    '%s: interrupted and gone on with, by one worker or two: the same bits',
    async (rule, flags) => {
      const run = `${rule}-interrupted`;
      const args = ['score', CHOICES, '--out', out(run), ...TINY, '--limit', '4', ...flags];
      const running = startCli([...args, '--workers', '1']);
      await until(() => running.stderr().includes('results in'), running.result);
      running.child.kill('SIGINT');
      await running.result;
      await runOk([...args, '--workers', '2', '--quiet']);
      expect(resultHashes(out(run))).toEqual(resultHashes(out(rule)));
    },
  );

  test('--prune evaluates only what CLIP ranks first, after CLIP, and scores no other', async () => {
    const both = ['--clip', 'tiny-world', ...TINY, '--timesteps', '4', '--limit', '4'];
    const summary = await score(CHOICES, 'pruned', ...both, '--prune', '3');
    const { pruning, evaluations } = summary.scorers.diffusion!;
    expect(evaluations).toBe(4 * 3 * 4);
    expect(new Set(trialsByPair('pruned').values())).toEqual(new Set([4]));
    const clip = scoresByLabel(out('pruned'), 'clip');
    const diffusion = scoresByLabel(out('pruned'), 'diffusion');
    expect(pruning).toMatchObject({ by: 'clip', keep: 3, pruned: Object.keys(clip).length - 4 * 3 });
    for (const example of ['0', '1', '2', '3']) {
      const own = Object.keys(clip).filter((label) => label.startsWith(`${example}_c`));
      const best = own.sort((a, b) => clip[b]! - clip[a]!).slice(0, 3);
      expect(own.filter((label) => label in diffusion).sort()).toEqual(best.sort());
    }
    const dry = ['score', CHOICES, '--out', out('unpruned'), ...both, '--prune', '3', '--dry-run', '--json'];
    const estimates = JSON.parse((await runOk(dry)).stdout) as { scorer: string; evaluations: number }[];
    expect(estimates.find(({ scorer }) => scorer === 'diffusion')!.evaluations).toBe(evaluations);
    // Going on with it evaluates nothing: what was pruned is not pending.
    const again = await runOk(['score', CHOICES, '--out', out('pruned'), ...both, '--prune', '3', '--json']);
    expect(again.stderr).not.toMatch(/loading/);
    expect(JSON.parse(again.stdout)).toEqual(summary);
  });
});

describe('several noise banks', () => {
  let summary: Summary;

  beforeAll(async () => {
    summary = await score(
      'tiny-world',
      'banks',
      ...TINY,
      '--limit',
      '4',
      '--timesteps',
      '3',
      '--seed',
      '1,2,3',
    );
    for (const seed of ['1', '3'])
      await score('tiny-world', `bank-${seed}`, ...TINY, '--limit', '4', '--timesteps', '3', '--seed', seed);
  });

  test('each bank’s trials are those of a run with its seed alone', () => {
    const all = trialRows(out('banks'));
    expect(all).toHaveLength(4 * 6 * 9);
    for (const [bank, seed] of [
      [0, '1'],
      [2, '3'],
    ] as const) {
      const own = all.filter(({ noise }) => Math.floor(noise / 3) === bank);
      const alone = trialRows(out(`bank-${seed}`));
      const errors = (rows: typeof own) =>
        new Map(rows.map((row) => [`${row.example} ${row.image} ${row.caption} ${row.timestep}`, row.mse]));
      expect(errors(own)).toEqual(errors(alone));
    }
  });

  test('the summary has the scores of each, and their spread', () => {
    const { noiseBanks } = summary.scorers.diffusion!;
    expect(noiseBanks!.banks.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    for (const [bank, seed] of [
      [0, '1'],
      [2, '3'],
    ] as const) {
      const { metrics } = storedSummary(out(`bank-${seed}`)).scorers.diffusion!;
      const counts = Object.fromEntries(
        Object.entries(metrics).map(([metric, { score, correct, count }]) => [
          metric,
          { score, correct, count },
        ]),
      );
      expect(noiseBanks!.banks[bank]!.metrics).toEqual(counts);
    }
    expect(noiseBanks!.spread.text).toBeGreaterThanOrEqual(0);
  });

  test('of a run that stops examples there are none: those that went on are not like the others', async () => {
    const stop = ['--stop', 'ttest', '--least', '4', '--alpha', '0.2'];
    const flags = [...TINY, '--limit', '4', '--timesteps', '4', '--seed', '1,2', ...stop];
    const { stopping, noiseBanks } = (await score('tiny-world', 'stopped-banks', ...flags)).scorers
      .diffusion!;
    expect(stopping!.stopped).toBeGreaterThan(0);
    expect(noiseBanks).toBeUndefined();
  });
});

test('--antithetic doubles the trials, and sequential stopping wants a calibration of the same noises', async () => {
  const flags = [
    ...TINY,
    '--antithetic',
    '--timesteps',
    '4',
    '--repeats',
    '2',
    '--limit',
    '12',
    '--maps',
    'off',
  ];
  const summary = await score('tiny-world', 'couples', ...flags);
  expect(summary.scorers.diffusion!.evaluations).toBe(12 * 6 * 4 * 2 * 2);
  const stop = ['--stop', 'sequential'];
  const { code, stderr } = await runCli(['score', '--out', out('none'), ...flags, ...stop]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/calibration is of other noises.*expected one made with --antithetic/);
  await runOk(['calibrate', out('couples'), '--output', out('couples.json')]);
  const stopped = await score(
    'tiny-world',
    'stopped',
    ...flags,
    ...stop,
    '--calibration',
    out('couples.json'),
  );
  expect(stopped.scorers.diffusion!.stopping!.stopped).toBeGreaterThan(0);
  // Looks come after whole couples only.
  for (const trials of trialsByPair('stopped').values()) expect(trials % 2).toBe(0);
});

describe('what a stored run gives afterwards', () => {
  beforeAll(async () => {
    const flags = ['--limit', '24', '--timesteps', '6', '--maps', 'off'];
    await score('tiny-world', 'stored', ...TINY, '--clip', 'tiny-world', ...flags);
  });

  test('fitted weights: in a file, told with what they do for others, used by reports', async () => {
    const { stderr } = await runOk(['fit-weights', out('stored'), '--output', out('weights.json')]);
    expect(stderr).toMatch(/^Percent right of 24 examples, each by weights that were fitted on others:/);
    const weights = JSON.parse(readFileSync(out('weights.json'), 'utf8')) as { points: [number, number][] };
    expect(weights.points).toHaveLength(6);
    const mean = weights.points.reduce((sum, [, weight]) => sum + weight, 0) / 6;
    expect(mean).toBeCloseTo(1, 4);
    const report = await runOk([
      'report',
      out('stored'),
      '--format',
      'json',
      '--weighting',
      out('weights.json'),
    ]);
    const summary = summarySchema.parse(JSON.parse(report.stdout));
    expect(summary.analysis.weighting).toEqual(weights);
    const markdown = await runOk(['report', out('stored'), '--weighting', out('weights.json')]);
    expect(markdown.stdout).toContain('timesteps weighted fitted on tiny-world');
  });

  test('the published weighting, only of the errors that it is made for', async () => {
    const flags = ['report', out('stored'), '--weighting', 'clark2023'];
    await runOk([...flags, '--error-space', 'x0']);
    const { code, stderr } = await runCli(flags);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/expected --loss mse --error-space x0/)]);
  });

  test('trials to a decision with the confidence that follows', async () => {
    await runOk(['report', out('stored'), '--confidence', out('confidence.jsonl')]);
    const lines = readFileSync(out('confidence.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { trials: number; p: number; best: number });
    expect(lines).toHaveLength(48);
    for (const { trials, p, best } of lines) {
      expect(trials).toBeLessThanOrEqual(6);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThan(1);
      expect([0, 1]).toContain(best);
    }
    const summary = storedSummary(out('stored')).scorers.diffusion!;
    expect(summary.samplesToDecide).toMatchObject({ choices: 48 });
  });

  test('a prior shifts probabilities towards what it expects, and must know every caption', async () => {
    const report = ['report', out('stored'), '--probabilities'];
    await runOk([...report, out('p.jsonl')]);
    const captions = readFileSync(join(out('stored'), 'examples.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { captions: [string, string] }).captions);
    const prior = Object.fromEntries(captions.flatMap(([a, b]) => [[a, 9] as const, [b, 1] as const]));
    writeFileSync(out('prior.json'), JSON.stringify(prior));
    await runOk([...report, out('q.jsonl'), '--prior', out('prior.json')]);
    const read = (name: string) =>
      readFileSync(out(name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { p: [number, number] }).p);
    const [plain, shifted] = [read('p.jsonl'), read('q.jsonl')];
    expect(shifted).toHaveLength(plain.length);
    for (const [k, [p]] of plain.entries()) {
      const odds = (p / (1 - p)) * 9;
      if (p > 1e-9 && p < 1 - 1e-9) expect(shifted[k]![0]).toBeCloseTo(odds / (1 + odds), 9);
    }
    writeFileSync(out('prior.json'), JSON.stringify({ 'a caption': 1 }));
    const { code, stderr } = await runCli([...report, out('q.jsonl'), '--prior', out('prior.json')]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/prior lacks a caption.*a weight for every caption/),
    ]);
  });
});

test.each<[string[], RegExp]>([
  [['--keep', '5,1'], /--keep has no use without --stop stages/],
  [['--stop', 'stages', '--alpha', '0.1'], /--alpha has no use without --stop sequential or ttest/],
  [['--stop', 'stages', '--timesteps', '5'], /stages bring their own timesteps/],
  [['--stop', 'stages', '--keep', '1,5'], /make no elimination.*keep falling to 1/],
  [['--stop', 'stages', '--keep', '5,2', '--samples', '10,20'], /make no elimination/],
  [['--stop', 'stages', '--keep', '5,1', '--samples', '20,10'], /samples rising/],
  [['--stop', 'stages', '--samples', '50,5000'], /at most 1000 timesteps/],
  [['--prune', '3', ...TINY], /captions are pruned by a CLIP scorer, and there is none/],
  [['--prune', 'x'], /expected a number of captions/],
  [['--prune', 'other:3'], /say which CLIP scorer prunes.*clip:3/],
  [['--seed', '1,1'], /a seed is named twice/],
  [['--seed', '1,x'], /whole number/],
  [['--weighting', 'none'], /no weighting "none".*uniform, clark2023/],
])('%s is refused with one sentence', async (flags, message) => {
  const { code, stdout, stderr } = await runCli(['score', '--out', out('refused'), ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
