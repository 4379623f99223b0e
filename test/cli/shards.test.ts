/** Many processes share a run, are killed, come again, and their merge is what one process computes. */

import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { forgeScores, forgeTrials } from '../support/forge.ts';
import { runCli, runOk, startCli, until } from '../support/run-cli.ts';
import {
  decisionsOf,
  leftovers,
  resultHashes,
  storedSummary,
  timelessSummary,
} from '../support/run-files.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const shardOf = (run: string, shard: string) => join(out(run), 'shards', shard.replace('/', '-of-'));
const ONE_SENTENCE = /^winoscope: [^\n]*\n$/;

describe('eight shards, two of them killed', () => {
  const PROBE = writeProbe(out('probe'), worldRecords(24));
  const args = ['score', PROBE, '--timesteps', '24', '--workers', '1', '--quiet'];
  const shard = (k: number) => [...args, '--out', out('eight'), '--shard', `${k}/8`];

  const segmentBytes = (k: number) => {
    const at = join(shardOf('eight', `${k}/8`), 'segments');
    if (!existsSync(at)) return 0;
    return readdirSync(at)
      .filter((name) => name.includes('.trials.'))
      .reduce((sum, name) => sum + (statSync(join(at, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  };

  beforeAll(async () => {
    const single = runOk([...args, '--out', out('single')]);
    for (const k of [2, 5]) {
      const run = startCli(shard(k));
      expect(
        await until(() => segmentBytes(k) > 0, run.result),
        'it had stored trials when it was killed',
      ).toBe(true);
      run.child.kill('SIGKILL');
      await run.result;
    }
    // What a loss of power leaves of a write.
    const at = join(shardOf('eight', '5/8'), 'segments');
    const torn = join(at, readdirSync(at).find((name) => name.includes('.trials.'))!);
    truncateSync(torn, statSync(torn).size - 100);
    for (const pair of [
      [1, 3],
      [4, 6],
      [7, 8],
    ])
      await Promise.all(pair.map((k) => runOk(shard(k))));
    await single;
  });

  test('merge to what one process computes, once what is missing was computed by the commands that are named', async () => {
    const first = await runCli(['merge', out('eight')]);
    expect(first.code).toBe(3);
    expect(first.stderr).toMatch(/shard 2 of 8 lacks 3 of 3 examples: 1, 9, 17\n/);
    expect(first.stderr).toMatch(/shard 5 of 8 lacks 3 of 3 examples: 4, 12, 20\n/);
    expect(first.stderr).toMatch(
      /winoscope: the run is not complete: 6 examples are missing\. Nothing was written/,
    );
    expect(existsSync(join(out('eight'), 'run.json'))).toBe(false);
    const commands = [...first.stderr.matchAll(/^ {2}winoscope (.*)$/gm)].map(([, line]) => line!.split(' '));
    expect(commands).toEqual([shard(2), shard(5)]);
    for (const command of commands) await runOk(command);

    await runOk(['merge', out('eight')]);
    expect(resultHashes(out('eight'))).toEqual(resultHashes(out('single')));
    expect(timelessSummary(out('eight'))).toEqual(timelessSummary(out('single')));
    expect(leftovers(out('eight'))).toEqual([]);
  });

  test('and again to the same files, also after a merge that was cut off', async () => {
    const files = () => readdirSync(out('eight')).filter((name) => /\.jsonl?$/.test(name));
    const texts = () => files().map((name) => readFileSync(join(out('eight'), name), 'utf8'));
    const before = texts();
    await runOk(['merge', out('eight')]);
    expect(texts()).toEqual(before);
    // Killed after it wrote the manifest.
    for (const part of ['trials', 'maps', 'scores', 'summary.json', 'examples.jsonl'])
      rmSync(join(out('eight'), part), { recursive: true });
    await runOk(['merge', out('eight')]);
    expect(texts()).toEqual(before);
    expect(resultHashes(out('eight'))).toEqual(resultHashes(out('single')));
  });
});

describe('two shards of six examples', () => {
  const args = ['score', '--limit', '6', '--timesteps', '3', '--workers', '1', '--quiet'];
  const score = (run: string, ...more: string[]) => runCli([...args, '--out', out(run), ...more]);
  /** A run folder with one of the two shards, or both. */
  const copyOf = (name: string, ...shards: string[]) => {
    cpSync(join(out('two'), 'shards', 'run.json'), join(out(name), 'shards', 'run.json'));
    for (const shard of shards) cpSync(shardOf('two', shard), shardOf(name, shard), { recursive: true });
    return out(name);
  };

  beforeAll(async () => {
    await Promise.all([
      runOk([...args, '--out', out('whole')]),
      runOk([...args, '--out', out('two'), '--shard', '1/2']),
    ]);
    await runOk([...args, '--out', out('two'), '--shard', '2/2']);
  });

  const expectWhole = (name: string) => {
    expect(resultHashes(out(name))).toEqual(resultHashes(out('whole')));
    expect(timelessSummary(out(name))).toEqual(timelessSummary(out('whole')));
  };

  test('from two machines are merged from two folders, in whatever order, and repeated ones do not matter', async () => {
    copyOf('there', '2/2');
    copyOf('here', '1/2');
    copyOf('both', '1/2', '2/2');
    await runOk(['merge', out('there'), out('here'), out('both'), '--out', out('merged')]);
    expectWhole('merged');
    expect(existsSync(join(out('there'), 'summary.json'))).toBe(false);
    await runOk(['merge', out('here'), out('there')]);
    expectWhole('here');
  });

  test('with a run of one process over the same examples are merged all the same', async () => {
    const run = copyOf('overlapping', '1/2');
    await runOk(['merge', run, out('whole')]);
    expectWhole('overlapping');
  });

  test('--remove-shards leaves the run alone', async () => {
    const run = copyOf('tidy', '1/2', '2/2');
    await runOk(['merge', run, '--remove-shards']);
    expect(existsSync(join(run, 'shards'))).toBe(false);
    expectWhole('tidy');
    // What is there is not computed again, by one process or by a shard.
    const again = await runOk([...args.slice(0, -1), '--out', run, '--shard', '1/2']);
    expect(again.stderr).toBe('shard 1 of 2\n');
    expect(again.stdout).toBe(
      `Nothing is left for shard 1 of 2: the run has all that was asked for.\n\nRun folder: ${run}\n`,
    );
    const { stdout } = await score('tidy', '--shard', '2/2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ run, examples: { done: 6 } });
    expect((await score('tidy', '--shard', '2/2', '--dry-run')).stdout).toMatch(/^Nothing is left to score/);
    expect(existsSync(join(run, 'shards'))).toBe(false);
  });

  test('another division goes on with what is there', async () => {
    const run = copyOf('divided', '1/2');
    const { stderr } = await runOk([...args.slice(0, -1), '--out', run, '--shard', '1/1']);
    expect(stderr).toMatch(/tiny-world: 3 of 210 examples/);
    await runOk(['merge', run]);
    expectWhole('divided');
  });

  test('one of them alone is merged with --partial, which says what is missing', async () => {
    const run = copyOf('partial', '2/2');
    const { code, stderr } = await runCli(['merge', run, '--partial']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/shard 1 of 2 lacks 3 of 3 examples: 0, 2, 4/);
    expect(stderr).toMatch(/What is there was merged\.\n$/);
    expect(storedSummary(run).examples.done).toBe(3);
    cpSync(shardOf('two', '1/2'), shardOf('partial', '1/2'), { recursive: true });
    await runOk(['merge', run]);
    expectWhole('partial');
  });

  test('before the merge, every command that reads a run says what is there and what to do', async () => {
    const run = copyOf('unmerged', '1/2');
    for (const command of [
      ['report', run],
      ['view', '--plain', run],
      ['export', run],
    ]) {
      const { code, stderr } = await runCli(command);
      expect(code, command[0]).toBe(2);
      expect(stderr).toMatch(ONE_SENTENCE);
      expect(stderr).toMatch(/2 shards: 1 complete, 1 not begun\)\. Merge them with `winoscope merge /);
    }
    cpSync(run, join(out('cwd'), 'runs', 'unmerged'), { recursive: true });
    const { stdout } = await runOk(['view', '--plain'], { cwd: out('cwd') });
    expect(stdout).toMatch(/unmerged +shards +3 of 210 +2 shards: 1 complete, 1 not begun/);
  });

  test('one process does not compute again what they have', async () => {
    const { code, stderr } = await score('two');
    expect(code).toBe(1);
    expect(stderr).toMatch(/the run was begun in shards.*winoscope merge .*--shard i\/n/);
  });

  test('a shard is refused to a second process while the first is alive, and not afterwards', async () => {
    const slow = [
      'score',
      '--limit',
      '40',
      '--timesteps',
      '100',
      '--workers',
      '1',
      '--out',
      out('busy'),
      '--shard',
      '1/2',
    ];
    const first = startCli(slow);
    onTestFinished(() => void first.child.kill('SIGKILL'));
    expect(await until(() => existsSync(join(shardOf('busy', '1/2'), 'run.lock')), first.result)).toBe(true);
    const second = await runCli(slow);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`in use: .*1-of-2 \\(got process ${first.child.pid} on `));
    const merged = await runCli(['merge', out('busy')]);
    expect(merged.code).toBe(1);
    expect(merged.stderr).toMatch(/still being computed: .*1-of-2 .*--partial/);
    first.child.kill('SIGKILL');
    await first.result;
    const third = startCli(slow);
    onTestFinished(() => void third.child.kill('SIGKILL'));
    expect(await until(() => /results in|going on in/.test(third.stderr()), third.result)).toBe(true);
    third.child.kill('SIGTERM');
    expect((await third.result).code).toBe(143);
  });

  test('with other settings are refused, and what differs is named', async () => {
    copyOf('one', '1/2');
    const same = await score('one', '--seed', '1', '--shard', '2/2');
    expect(same.code).toBe(2);
    expect(same.stderr).toMatch(/other settings.*plan\.seed 1.*plan\.seed 0/);
    await score('seeded', '--seed', '1', '--shard', '2/2');
    const merged = await runCli(['merge', out('one'), out('seeded')]);
    expect(merged.code).toBe(2);
    expect(merged.stderr).toMatch(ONE_SENTENCE);
    expect(merged.stderr).toMatch(/not parts of one run.*plan\.seed 0.*plan\.seed 1/);
    expect(existsSync(join(out('one'), 'summary.json'))).toBe(false);
  });

  test('with another batch are refused where nobody said that they may be mixed', async () => {
    copyOf('mixed', '1/2');
    const beside = await score('mixed', '--batch', '4', '--shard', '2/2');
    expect(beside.code).toBe(2);
    expect(beside.stderr).toMatch(/calls\.diffusion\.batch 24.*calls\.diffusion\.batch 4/);
    await score('elsewhere', '--batch', '4', '--shard', '2/2');
    const refused = await runCli(['merge', out('mixed'), out('elsewhere')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/different numeric settings.*batch 24.*batch 4.*--allow-mixed/);
    await runOk(['merge', out('mixed'), out('elsewhere'), '--allow-mixed']);
    expect(storedSummary(out('mixed')).examples.done).toBe(6);
  });

  test('without a batch of their own take that of the first', async () => {
    for (const k of [1, 2])
      expect((await score('batched', ...(k === 1 ? ['--batch', '4'] : []), '--shard', `${k}/2`)).code).toBe(
        0,
      );
    const { stdout } = await runOk(['merge', out('batched'), '--json']);
    expect(JSON.parse(stdout).examples.done).toBe(6);
  });

  test('that contradict each other about a trial are refused, and both files named', async () => {
    const run = copyOf('liar', '1/2');
    // To the last bit but one, and whole by its checksum: as another computer might have computed it.
    forgeTrials(shardOf('liar', '1/2'), ({ mse }) => {
      mse[7] = mse[7]! * (1 + 1e-12);
    });
    const { code, stderr } = await runCli(['merge', run, out('two'), '--out', out('never')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(ONE_SENTENCE);
    expect(stderr).toMatch(
      /two results of one trial differ: .*two.*example "0", image \d, caption -?\d, trial \d+, against .*liar/,
    );
    expect(existsSync(join(out('never'), 'run.json'))).toBe(false);
  });

  test('that contradict each other about a score are refused, and both folders named', async () => {
    const run = copyOf('forger', '1/2');
    forgeScores(shardOf('forger', '1/2'), (text) => text.replace(/"score":0\.(\d)/, '"score":0.1$1'), 'clip');
    const { code, stderr } = await runCli(['merge', run, out('two'), '--out', out('never')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(ONE_SENTENCE);
    expect(stderr).toMatch(/two scores of one pair differ, by "clip": .*two.*forger/);
    expect(existsSync(join(out('never'), 'run.json'))).toBe(false);
  });

  test.each([
    ['trials', 'diffusion.arrow'],
    ['maps', 'diffusion.arrow'],
    ['scores', 'clip.jsonl'],
  ])('of which one has a damaged file in %s are refused, and the file named', async (part, name) => {
    const run = copyOf(`damaged-${part}`, '1/2');
    const file = join(shardOf(`damaged-${part}`, '1/2'), part, name);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    const { code, stderr } = await runCli(['merge', run, out('two'), '--out', out('never')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(ONE_SENTENCE);
    expect(stderr).toContain(`a results file is damaged: ${file}`);
    expect(existsSync(join(out('never'), 'run.json'))).toBe(false);
  });

  test('are no more than there are examples: one without any is done at once', async () => {
    const shard = (part: string) =>
      runOk(['score', '--ids', '3', '--timesteps', '2', '--quiet', '--out', out('few'), '--shard', part]);
    await shard('1/2');
    const { stdout } = await shard('2/2');
    expect(stdout).toContain('2 shards: 2 complete');
    await runOk(['merge', out('few')]);
  });
});

test('stopping rules decide in shards what they decide in one process', async () => {
  const args = ['score', '--limit', '6', '--timesteps', '16', '--stop', 'sequential', '--quiet'];
  await Promise.all([
    runOk([...args, '--out', out('stopping')]),
    ...[1, 2, 3].map((k) => runOk([...args, '--out', out('stopped'), '--shard', `${k}/3`])),
  ]);
  await runOk(['merge', out('stopped')]);
  expect(resultHashes(out('stopped'))).toEqual(resultHashes(out('stopping')));
  expect(timelessSummary(out('stopped'))).toEqual(timelessSummary(out('stopping')));
  expect(decisionsOf(out('stopped'))).toBe(decisionsOf(out('stopping')));
});

describe('the environment', () => {
  const args = ['score', '--limit', '2', '--timesteps', '2'];

  test('of a scheduler is taken and told', async () => {
    const env = { JOB_COMPLETION_INDEX: '1', WINOSCOPE_SHARDS: '2' };
    const { stderr } = await runOk([...args, '--out', out('job')], { env });
    expect(stderr).toMatch(
      /^shard 2 of 2, from JOB_COMPLETION_INDEX=1 WINOSCOPE_SHARDS=2 \(--shard none: the whole run\)$/m,
    );
    expect(readdirSync(join(out('job'), 'shards')).sort()).toEqual(['2-of-2', 'run.json']);
  });

  test('is ignored with --shard none', async () => {
    await runOk([...args, '--out', out('alone'), '--shard', 'none'], { env: { RANK: '1' } });
    expect(storedSummary(out('alone')).examples.done).toBe(2);
  });

  test('set by halves is refused in a sentence', async () => {
    const { code, stderr } = await runCli(args, { env: { RANK: '1' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_SENTENCE);
  });
});

describe('merge refuses in a sentence', () => {
  test.each([
    ['a folder that is not there', () => [out('nothing')], /no such folder/],
    ['a folder without a run', () => [folder], /no run in this folder/],
    [
      'a shard that should take the whole',
      () => [shardOf('two', '1/2')],
      /a shard cannot take the whole run/,
    ],
  ])('%s', async (_, runs, message) => {
    const { code, stderr } = await runCli(['merge', ...runs()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_SENTENCE);
    expect(stderr).toMatch(message);
  });
});
