/** `winoscope task …` as a newcomer and as a script would use it. */

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { HAS_TMUX } from '../e2e/terminal.ts';
import { lines, makeProbe } from '../support/make-probe.ts';
import { BIN, runCli, runOk } from '../support/run-cli.ts';
import { worldImage, worldRecords } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TmuxSession } from '../support/tmux-session.ts';

const folder = temporaryFolder();
let made = 0;
const fresh = () => join(folder, `${made++}`);
const run = (...args: string[]) => runCli(args, { cwd: folder });
const ok = (...args: string[]) => runOk(args, { cwd: folder });

test("the newcomer's path: new, five pictures, check, score, report, with nothing but --help", async () => {
  const { stdout: help } = await ok('--help');
  expect(help).toContain('winoscope task new my-probe');
  expect((await ok('task', '--help')).stdout).toContain('winoscope task add my-probe');

  const { stdout: told } = await ok('task', 'new', 'my-probe');
  expect(told).toContain('runs as it is');
  await ok('score', 'my-probe', '--timesteps', '2', '--out', 'first', '--quiet');

  for (const [k, { caption_0, caption_1 }] of worldRecords(25).slice(20).entries()) {
    const picture = join(folder, `picture-${k}.png`);
    copyFileSync(worldImage(20 + k, 0), picture);
    const { stdout } = await ok(
      'task',
      'add',
      'my-probe',
      picture,
      '--caption',
      caption_0,
      '--caption',
      caption_1,
      '--tag',
      'mine',
    );
    expect(stdout).toBe(
      `added example-${4 + k}, example ${4 + k} of my-probe; true: picture-${k}.png with "${caption_0}".\n`,
    );
  }
  const { stdout: checked } = await ok('task', 'check', 'my-probe', '--clip', 'tiny-world');
  expect(checked).toContain('8 examples (3 of 2 x 2, 5 of 1 x 2, images x captions), 11 pictures');
  expect(checked).toMatch(/No errors, \d+ warnings?\. `winoscope score my-probe` runs it\.\n$/);

  const { stdout: scored } = await ok('score', 'my-probe', '--timesteps', '4', '--out', 'run', '--quiet');
  expect(scored).toContain('my-probe: 8 of 8 examples');
  const { stdout: report } = await ok('report', 'run');
  expect(report).toContain('# my-probe');
  expect(report).toMatch(/\| mine \| 5 \|/);
});

describe('task new', () => {
  test.each(['1x2', '2x1', '1x10', '3x1', '3x3', '2x3'])(
    '%s makes a probe that checks and scores',
    async (shape) => {
      const probe = fresh();
      await ok(
        'task',
        'new',
        probe,
        '--shape',
        shape,
        '--count',
        '4',
        '--name',
        'shaped',
        '--title',
        'Shaped',
        '--license',
        'MIT',
      );
      const { facts, errors } = JSON.parse(
        (await ok('task', 'check', probe, '--clip', 'tiny-world', '--json')).stdout,
      );
      expect(errors).toBe(0);
      expect(facts).toMatchObject({
        name: 'shaped',
        license: 'MIT',
        examples: 4,
        shapes: { [shape.replace('x', ' x ')]: 4 },
      });
      const { stdout } = await ok('score', probe, '--clip', 'tiny-world', '--out', fresh(), '--json');
      const summary = JSON.parse(stdout);
      expect(summary.complete).toBe(true);
      expect(Object.keys(summary.scorers.clip.metrics).length).toBeGreaterThan(0);
    },
  );

  test('the place of the truth changes from example to example', async () => {
    for (const shape of ['1x2', '2x1', '1x4']) {
      const probe = fresh();
      await ok('task', 'new', probe, '--shape', shape, '--count', '4');
      const truths = readFileSync(join(probe, 'examples.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.stringify(JSON.parse(line).truth));
      expect(new Set(truths).size, shape).toBeGreaterThan(1);
    }
  });

  test('claims no licence that nobody named, and lets nothing be passed on', async () => {
    const probe = fresh();
    await ok('task', 'new', probe);
    const { facts, problems } = JSON.parse((await ok('task', 'check', probe, '--json')).stdout);
    expect(facts).toMatchObject({ license: 'unknown', redistribution: 'none' });
    expect(problems).toMatchObject([{ level: 'warning', kind: 'licence' }]);
  });

  test('a taken folder, a shape that is none and a name that is none are refused, and nothing is written', async () => {
    const taken = fresh();
    await ok('task', 'new', taken);
    const before = readdirSync(taken);
    const again = await run('task', 'new', taken);
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/^winoscope: the folder is not empty.*task add.*\n$/),
    ]);
    expect(readdirSync(taken)).toEqual(before);
    for (const flags of [
      ['--shape', '1x1'],
      ['--shape', '11x2'],
      ['--shape', 'wide'],
      ['--name', '../x'],
      ['--count', '61'],
    ]) {
      const probe = fresh();
      const { code, stderr } = await run('task', 'new', probe, ...flags);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^winoscope: [^\n]+\n$/)]);
      expect(existsSync(probe)).toBe(false);
    }
  });

  test('begins with an example of your own where flags give one, and with nothing where it is none', async () => {
    const probe = fresh();
    const [{ caption_0, caption_1 }] = worldRecords(1) as [ReturnType<typeof worldRecords>[0]];
    const own = ['--image', worldImage(0, 0), '--caption', caption_0, '--caption', caption_1];
    expect((await ok('task', 'new', probe, ...own)).stdout).toContain('has one example, yours');
    expect(readFileSync(join(probe, 'task.yaml'), 'utf8')).not.toContain('tiny world');
    const { facts, errors } = JSON.parse((await ok('task', 'check', probe, '--json')).stdout);
    expect([errors, facts.shapes]).toEqual([0, { '1 x 2': 1 }]);
    for (const flags of [
      ['--image', worldImage(0, 0)],
      ['--caption', 'x', '--caption', 'y'],
      [...own, '--shape', '1x2'],
      [...own, '--count', '2'],
      ['--image', join(folder, 'nowhere.png'), '--caption', 'x', '--caption', 'y'],
      ['--image', worldImage(0, 0), '--caption', 'x', '--caption', ' '],
      [...own, '--image', worldImage(0, 1), '--image', worldImage(1, 0)],
    ]) {
      const wrong = fresh();
      const { code, stderr } = await run('task', 'new', wrong, ...flags);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^winoscope: [^\n]+\n$/)]);
      expect(existsSync(wrong)).toBe(false);
    }
  });

  test.runIf(HAS_TMUX)('asks on a terminal, again where an answer will not do', async () => {
    const probe = fresh();
    const session = new TmuxSession([process.execPath, BIN, 'task', 'new', probe], {
      columns: 160,
      rows: 40,
      cwd: folder,
    });
    const answer = async (question: string, text: string) => {
      await session.waitFor(question);
      session.type(text);
      session.keys('Enter');
    };
    try {
      await answer('Name, for run folders', 'no name');
      await answer('only', 'asked');
      await answer('Title', '');
      await answer('Pictures x sentences', '1x3');
      await answer('Licence', 'CC0-1.0');
      await session.waitFor('ended with 0');
    } finally {
      session.kill();
    }
    const { facts } = JSON.parse((await ok('task', 'check', probe, '--json')).stdout);
    expect(facts).toMatchObject({ name: 'asked', license: 'CC0-1.0', shapes: { '1 x 3': 3 } });
  });
});

describe('task add', () => {
  test('writes nothing unless the whole example can be used', async () => {
    const probe = fresh();
    await ok('task', 'new', probe);
    const before = [readFileSync(join(probe, 'examples.jsonl'), 'utf8'), readdirSync(join(probe, 'images'))];
    const picture = worldImage(30, 0);
    const text = fresh();
    writeFileSync(text, 'no picture');
    const bad: [string[], RegExp][] = [
      [[join(folder, 'nowhere.png'), '--caption', 'x'], /no such file/],
      [[picture, text, '--caption', 'x', '--caption', 'y'], /not an image/],
      [[picture, '--caption', 'x', '--caption', ' '], /caption 1 is empty/],
      [[picture, picture, picture, '--caption', 'x', '--caption', 'y'], /"--truth" is needed/],
      [[picture, '--caption', 'x', '--caption', 'y', '--truth', '0:2'], /lies outside/],
      [[picture, '--caption', 'x', '--truth', 'first'], /"first" is no pair/],
      [[picture, '--caption', 'x', '--id', 'example-1'], /"example-1" is taken/],
    ];
    for (const [args, sentence] of bad) {
      const { code, stderr } = await run('task', 'add', probe, ...args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
      expect([
        readFileSync(join(probe, 'examples.jsonl'), 'utf8'),
        readdirSync(join(probe, 'images')),
      ]).toEqual(before);
    }
  });

  test('warns of a picture that is read otherwise than viewers show it, and adds it', async () => {
    const probe = fresh();
    await ok('task', 'new', probe, '--count', '1');
    const turned = `${fresh()}.jpg`;
    await sharp(worldImage(30, 0)).withMetadata({ orientation: 6 }).jpeg().toFile(turned);
    const { code, stdout, stderr } = await run(
      'task',
      'add',
      probe,
      turned,
      '--caption',
      'x',
      '--caption',
      'y',
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^added example-2/)]);
    expect(stderr).toMatch(/^warning: 1 picture .* with an EXIF rotation/);
  });

  test('another picture of the same name keeps its own, and truths are as told', async () => {
    const probe = fresh();
    await ok('task', 'new', probe, '--count', '1');
    const [first, second] = [fresh(), fresh()].map((name) => `${name}.png`);
    copyFileSync(worldImage(30, 0), first!);
    copyFileSync(worldImage(31, 0), second!);
    const add = (picture: string) =>
      ok('task', 'add', probe, picture, '--caption', 'x', '--caption', 'y', '--truth', '0:1');
    await add(first!);
    copyFileSync(second!, first!);
    await add(first!);
    const records = readFileSync(join(probe, 'examples.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(records.map(({ truth }) => truth)).toEqual([[[0, 1]], [[0, 1]]]);
    const bytes = records.map(({ images }) => readFileSync(join(probe, 'images', images[0])));
    expect(bytes[0]!.equals(readFileSync(worldImage(30, 0)))).toBe(true);
    expect(bytes[1]!.equals(readFileSync(worldImage(31, 0)))).toBe(true);
  });
});

describe('task check', () => {
  const broken = makeProbe(fresh(), {
    files: {
      'examples.jsonl': lines(
        {
          id: 'good',
          images: ['a', 'b'],
          captions: ['an orange star above a red circle', 'an orange circle above a red star'],
        },
        { id: 'lost', images: ['nowhere'], captions: ['x', 'y'], truth: 0 },
        { id: 'foreign', images: ['c'], captions: ['a dog', 'a cat'], truth: 0 },
      ),
    },
  });

  test('ends with 2 where something is wrong, and says all of it', async () => {
    const { code, stdout, stderr } = await run('task', 'check', broken, '--clip', 'tiny-world');
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toMatch(/^error: .*examples\.jsonl, line 2: an image is missing/m);
    expect(stdout).toMatch(
      /^error: .*examples\.jsonl, line 3: the tiny world model does not know the word "dog"/m,
    );
    expect(stdout).toMatch(/^2 errors, 0 warnings\./m);
  });

  test('--json has the same for scripts', async () => {
    const { code, stdout } = await run('task', 'check', broken, '--json');
    const report = JSON.parse(stdout);
    expect([code, report.format, report.errors]).toEqual([2, 1, 1]);
    expect(report.problems[0]).toMatchObject({
      level: 'error',
      kind: 'image',
      where: expect.stringMatching(/line 2$/),
    });
    expect(report.captionsMeasured).toContain('by estimate');
  });

  test('score stops before any model is loaded; --on-error skip lists, counts and ends with 3', async () => {
    const stopped = await run('score', broken, '--out', fresh(), '--quiet');
    expect([stopped.code, stopped.stderr]).toEqual([
      2,
      expect.stringMatching(/^winoscope: an image is missing: .*line 2/),
    ]);
    const skipped = await run(
      'score',
      broken,
      '--out',
      fresh(),
      '--timesteps',
      '2',
      '--on-error',
      'skip',
      '--json',
    );
    expect(skipped.code).toBe(3);
    expect(JSON.parse(skipped.stdout).examples).toEqual({ done: 1, failed: 2, skipped: 0 });
    expect(skipped.stderr).toMatch(/line 2/);
    expect(skipped.stderr).toMatch(/foreign/);
  });

  test("captions are measured by the named model's own tokenizer", async () => {
    const long = `a red circle ${'above a blue star '.repeat(40)}`.trim();
    const probe = makeProbe(fresh(), {
      files: { 'examples.jsonl': lines({ id: 1, images: ['a', 'b'], captions: [long, 'a red circle'] }) },
    });
    for (const flag of ['--clip', '--diffusion']) {
      const report = JSON.parse((await ok('task', 'check', probe, flag, 'tiny-world', '--json')).stdout);
      const cut = report.problems.filter(({ kind }: { kind: string }) => kind === 'long-caption');
      // A start, an end, and every word of its world is one token.
      expect(cut.map(({ message }: { message: string }) => message)).toEqual([
        expect.stringMatching(/^caption 0 has 165 tokens; \d+ are read/),
      ]);
      expect(report.captionsMeasured).toBe('by the tokenizer of tiny-world');
    }
  });

  test('photos that the embedded models cannot know are told, with what to do; every fault of a task file at once', async () => {
    const probe = fresh();
    await ok('task', 'new', probe, '--count', '1', '--license', 'MIT');
    const photo = join(packageRoot(), 'fixtures', 'tiny-world', 'examples.png');
    await ok('task', 'add', probe, photo, '--caption', 'a dog', '--caption', 'a cat');
    expect((await ok('task', 'check', probe)).stdout).toMatch(
      /No errors, 0 warnings\. Score it with models that know photos.*cannot know 1 of its examples\.\n$/,
    );
    writeFileSync(join(probe, 'task.yaml'), 'name: x y\nmetrics: text\ntruthFrom: 2\n');
    const { code, stdout } = await run('task', 'check', probe);
    expect([code, stdout.match(/^error: /gm)]).toEqual([2, ['error: ', 'error: ', 'error: ']]);
  });

  test('a folder that is not there', async () => {
    const { code, stderr } = await run('task', 'check', fresh());
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^winoscope: no such probe folder.*task new/)]);
  });
});

describe('task list, show and sample', () => {
  test('list --json has shape, size, licence and what was checked of every task', async () => {
    const { tasks } = JSON.parse((await ok('task', 'list', '--json')).stdout);
    const byName = Object.fromEntries(tasks.map((task: { name: string }) => [task.name, task]));
    expect(byName['tiny-world']).toEqual({
      name: 'tiny-world',
      about: expect.any(String),
      shapes: ['2 x 2'],
      examples: 210,
      license: 'Apache-2.0',
      checked: 'ships here',
    });
    expect(byName['tiny-world-choices'].shapes).toEqual(['1 x 10', '1 x 20', '1 x 50']);
    expect(byName.winoground).toMatchObject({ examples: 400, data: 'facebook/winoground' });
    expect((await ok('task', 'list')).stdout).toMatch(/^tiny-world +2 x 2 +210 +ships here +Apache-2\.0 /m);
  });

  test('show tells what a task is; sample prints one example', async () => {
    const { stdout } = await ok('task', 'show', 'tiny-world-edits', '--examples', '1');
    expect(stdout).toContain('108 of 1 x 2 (images x captions)');
    expect(stdout).toMatch(/caption 0 {2}.* <- true of image 0/);
    const sample = JSON.parse((await ok('task', 'sample', 'tiny-world', '--id', '7', '--json')).stdout);
    expect(sample).toMatchObject({
      id: '7',
      captions: [expect.any(String), expect.any(String)],
      images: [{ width: 64 }, { width: 64 }],
    });
    const { code, stderr } = await run('task', 'sample', 'tiny-world', '--id', 'none');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no example "none".*such as 0, 1, 2/)]);
  });

  test.runIf(HAS_TMUX)('sample shows the pictures on a terminal', async () => {
    const session = new TmuxSession([process.execPath, BIN, 'task', 'sample', 'tiny-world-edits'], {
      columns: 100,
      rows: 50,
    });
    try {
      expect(await session.waitFor('ended with 0')).toMatch(/▀{8}/);
    } finally {
      session.kill();
    }
  });
});

describe('what a task asks of the numbers', () => {
  const record = {
    id: 1,
    images: ['a', 'b'],
    captions: ['an orange star above a red circle', 'an orange circle above a red star'],
  };

  test('only its metrics are reported, and its expected numbers are compared', async () => {
    const probe = makeProbe(fresh(), {
      task: 'name: asked\nlicense: MIT\nmetrics: [text]\nexpected:\n  - { metric: text, percent: 100, source: us }\n  - { scorer: tiny-world, metric: text, percent: 20, tolerance: 5 }\n  - { scorer: other, metric: text, percent: 20 }\n',
      files: { 'examples.jsonl': lines(record) },
    });
    const out = fresh();
    const summary = summarySchema.parse(
      JSON.parse((await ok('score', probe, '--clip', 'tiny-world', '--out', out, '--json')).stdout),
    );
    expect(Object.keys(summary.scorers.clip!.metrics)).toEqual(['text']);
    expect(summary.expected).toEqual([
      { scorer: 'clip', metric: 'text', expected: 1, tolerance: 0.005, source: 'us', got: 1, agrees: true },
      { scorer: 'clip', metric: 'text', expected: 0.2, tolerance: 0.05, got: 1, agrees: false },
    ]);
    const { stdout } = await ok('report', out);
    expect(stdout).toContain('clip text: expected 100.0 within 0.5 (us), got 100.0: agrees');
    expect(stdout).toContain('clip text: expected 20.0 within 5.0, got 100.0: does not agree');
  });

  test('a task in code, typed, found from anywhere, with metrics of its own that a report keeps', async () => {
    const text = readFileSync(new URL('../../docs/probes.md', import.meta.url), 'utf8');
    const code = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
    const place = makeProbe(fresh(), { files: {} });
    writeFileSync(join(place, 'my-task.ts'), code);
    const scenes = worldRecords(6).map(({ caption_0, caption_1, image_0 }, k) => {
      copyFileSync(worldImage(k, 0), join(place, `${image_0}.png`));
      return {
        key: `scene ${k}`,
        photo: `${image_0}.png`,
        right: caption_0,
        wrong: [caption_1, 'a red circle'],
      };
    });
    writeFileSync(join(place, 'scenes.json'), JSON.stringify(scenes));
    const out = fresh();
    const { stdout } = await ok(
      'score',
      join(place, 'my-task.ts'),
      '--clip',
      'tiny-world',
      '--out',
      out,
      '--json',
    );
    const summary = summarySchema.parse(JSON.parse(stdout));
    const own = summary.scorers.clip!.ownMetrics!['reciprocal rank']!;
    expect(own.count).toBe(6);
    // Ranks 1, 2 and 3 are as likely: (1 + 1/2 + 1/3) / 3, within five standard errors of 2000 draws.
    expect(Math.abs(own.chance - 11 / 18)).toBeLessThan(5 * Math.sqrt(0.0802 / 2000));
    rmSync(join(place, 'my-task.ts'));
    expect((await ok('report', out)).stdout).toContain('clip, reciprocal rank');
    expect((await ok('report', out, '--format', 'json')).stdout).toContain('reciprocal rank');
  });

  test('a metric of its own that fails is told in a sentence', async () => {
    const place = makeProbe(fresh(), { files: {} });
    const task = join(place, 'task.mjs');
    const write = (metric: string) =>
      writeFileSync(
        task,
        `export default { name: 'm', load: () => [${JSON.stringify({ ...record, images: ['images/a.png', 'images/b.png'] })}], ownMetrics: { odd: ${metric} } };`,
      );
    for (const [metric, sentence] of [
      ['() => 2', /metric "odd" gave something that it must not.*got 2/],
      ['() => { throw new Error("no"); }', /metric "odd" failed \(got no\)/],
    ] as const) {
      write(metric);
      const { code, stderr } = await run('score', task, '--clip', 'tiny-world', '--out', fresh(), '--quiet');
      expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    }
  });
});
