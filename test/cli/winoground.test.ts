import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { folderFiles, hubEnv } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { resultHashes, scoresByLabel, storedSummary } from '../support/run-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHAPED = fileURLToPath(new URL('../../fixtures/winoground-shaped', import.meta.url));
const JSONL = join(SHAPED, 'jsonl');
const PARQUET = join(SHAPED, 'parquet');
const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const env = { WINOSCOPE_CACHE: join(folder, 'cache') };
const server = await HubServer.start();
afterAll(() => server.stop());

const MODELS = [
  '--diffusion',
  'tiny-world',
  '--timesteps',
  '4',
  '--clip',
  'a=tiny-world',
  '--clip',
  'b=tiny-world',
];

describe('winoscope score winoground', () => {
  test('gives the same bits from both layouts, by several models at once', async () => {
    const runs = [];
    for (const data of [JSONL, PARQUET]) {
      const path = out(data === JSONL ? 'zip' : 'parquet');
      await runOk(['score', 'winoground', '--data', data, ...MODELS, '--out', path, '--quiet'], { env });
      runs.push(path);
    }
    const [zip, parquet] = runs.map(storedSummary);
    expect(Object.keys(zip!.scorers)).toEqual(['diffusion', 'a', 'b']);
    expect(zip!.complete).toBe(true);
    expect(parquet!.task).toEqual(zip!.task);
    expect(parquet!.identity).toBe(zip!.identity);
    expect(resultHashes(runs[1]!)).toEqual(resultHashes(runs[0]!));
    expect(zip!.scorers.a!.metrics).toEqual(zip!.scorers.b!.metrics);
  });

  test('takes CLIP, SigLIP and OpenCLIP side by side', async () => {
    const parts = fileURLToPath(new URL('../../fixtures/parts/clip', import.meta.url));
    const names = ['transformersjs', 'optimum', 'fp16', 'siglip-split', 'siglip-joint', 'openclip'];
    const clips = names.flatMap((name) => ['--clip', `${name}=${join(parts, name)}`]);
    const path = out('families');
    await runOk(['score', 'winoground', '--data', JSONL, ...clips, '--out', path, '--quiet'], { env });
    const [split, joint, half, ...siglips] = names.map((name) => scoresByLabel(path, name));
    expect(Object.keys(split!)).toHaveLength(48);
    // The same weights in other layouts.
    for (const [label, score] of Object.entries(split!)) {
      expect(joint![label]).toBeCloseTo(score, 4);
      expect(half![label]).toBeCloseTo(score, 1);
      expect(siglips[1]![label]).toBeCloseTo(siglips[0]![label]!, 4);
    }
  });

  test('groups the tags by kind', async () => {
    const { stdout } = await runOk(
      ['score', 'winoground', '--data', JSONL, '--clip', 'tiny-world', '--out', out('tags')],
      {
        env,
      },
    );
    const lines = stdout.split('\n').map((line) => line.trimEnd());
    const at = (text: string) => lines.findIndex((line) => line.startsWith(text));
    const order = ['Object', 'main predicates', '  1', 'secondary', '  Symbolic', 'secondary exactly'].map(
      at,
    );
    expect(order.every((place) => place > 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(lines[at('secondary')]).toBe('secondary');
  });

  test('takes a tag with its kind', async () => {
    const args = [
      'score',
      'winoground',
      '--data',
      JSONL,
      '--clip',
      'tiny-world',
      '--out',
      out('tag'),
      '--json',
    ];
    const { stdout } = await runOk([...args, '--tag', 'secondary: Series'], { env });
    expect(JSON.parse(stdout).examples).toEqual({ done: 3, failed: 0, skipped: 9 });
  });

  test('keeps no caption and no picture in the run folder', async () => {
    const path = out('licence');
    await runOk(['score', 'winoground', '--data', JSONL, '--clip', 'tiny-world', '--out', path, '--quiet'], {
      env,
    });
    const captions = readFileSync(join(JSONL, 'data', 'examples.jsonl'), 'utf8')
      .split('\n')
      .flatMap((line) => [JSON.parse(line).caption_0, JSON.parse(line).caption_1] as string[]);
    for (const [name, bytes] of Object.entries(folderFiles(path))) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(
        captions.filter((caption) => text.includes(caption)),
        name,
      ).toEqual([]);
      expect(text.includes('PNG'), name).toBe(false);
    }
    const { redistribution } = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')).about.task;
    expect(redistribution).toBe('limited');
  });

  test('refuses a folder without it by one sentence', async () => {
    const { code, stderr } = await runCli(['score', 'winoground', '--data', SHAPED, '--clip', 'tiny-world'], {
      env,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^winoscope: Winoground is not in this folder: .*\n$/);
  });

  test('refuses --data for other tasks', async () => {
    const { code, stderr } = await runCli(['score', '--data', JSONL, '--clip', 'tiny-world'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--data is for tasks that come without their data/);
  });
});

describe('from the Hub', () => {
  const serve = (repo: string, data: string) =>
    server.add({
      type: 'dataset',
      repo,
      gated: true,
      files: { ...folderFiles(data), 'README.md': '# terms', 'statistics/compute_statistics.py': 'pass' },
    });
  serve('facebook/winoground', JSONL);
  serve('someone/parquet', PARQUET);
  server.tokens.set('hf_right', ['facebook/winoground', 'someone/parquet']);
  const at = (name: string, token?: string) => ({
    env: { ...env, ...hubEnv(server, out(name)), HF_TOKEN: token },
  });

  test('without the terms accepted, the sentence says where to accept them', async () => {
    const { code, stderr } = await runCli(['score', 'winoground', '--clip', 'tiny-world'], at('hub-none'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/facebook\/winoground/);
    expect(stderr).toMatch(/token|accept/i);
  });

  test.each([
    ['the default, jsonl and zip', [], 'hub-zip', ['data/examples.jsonl', 'data/images.zip']],
    [
      'a named one, Parquet',
      ['--data', 'someone/parquet'],
      'hub-parquet',
      ['data/test-00000-of-00002.parquet'],
    ],
  ])(
    '%s: only the files needed are fetched, and offline it is there again',
    async (_, args, name, wanted) => {
      const { hash } = storedSummary(out('zip')).task;
      const score = [
        'score',
        'winoground',
        ...args,
        '--clip',
        'tiny-world',
        '--json',
        '--out',
        out(`${name}-run`),
      ];
      const from = server.requests.length;
      const first = JSON.parse((await runOk(score, at(name, 'hf_right'))).stdout);
      expect(first.task.hash).toBe(hash);
      const urls = server.requests
        .slice(from)
        .map(({ url }) => url)
        .join('\n');
      for (const file of wanted) expect(urls).toContain(file);
      expect(urls).not.toMatch(/resolve.*compute_statistics/);
      const { source } = JSON.parse(readFileSync(join(out(`${name}-run`), 'run.json'), 'utf8')).about.task;
      expect(source).toMatch(/^(?:facebook\/winoground|someone\/parquet)@[0-9a-f]{40}$/);
      const again = await runOk([...score, '--offline'], at(name));
      expect(JSON.parse(again.stdout).task.hash).toBe(hash);
    },
  );
});

describe('winoscope verify', () => {
  /** 400 examples of made-up scores of which so many are right. */
  function scoreFile({ text, image, group }: { text: number; image: number; group: number }): string {
    const lines: string[] = [];
    for (let id = 0; id < 400; id++) {
      const isGroup = id < group;
      const isText = isGroup || (id >= 100 && id < 100 + text - group);
      const isImage = isGroup || (id >= 300 && id < 300 + image - group);
      // s[image][caption]: the diagonal wins its row for text, its column for image.
      const s = isGroup
        ? [
            [2, 1],
            [1, 2],
          ]
        : isText
          ? [
              [2, 1],
              [4, 5],
            ]
          : isImage
            ? [
                [2, 4],
                [1, 5],
              ]
            : [
                [1, 2],
                [2, 1],
              ];
      // In another order than ours.
      for (const c of [1, 0])
        for (const i of [0, 1])
          lines.push(JSON.stringify({ label: `${id}_c${c}_i${i}`, score: s[i]![c]! + id }));
    }
    return lines.join('\n');
  }

  const copy = (name: string, files: Record<string, string>) => {
    const place = join(folder, name, 'statistics', 'model_scores');
    mkdirSync(place, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
    return join(folder, name);
  };
  const CLIP = scoreFile({ text: 123, image: 42, group: 32 });

  test('equal scores: exit code 0, the numbers and who has no file', async () => {
    const data = copy('right', {
      'clip.jsonl': CLIP,
      'mine.jsonl': scoreFile({ text: 10, image: 9, group: 8 }),
    });
    const { stdout } = await runOk(['verify', '--data', data]);
    expect(stdout).toMatch(/CLIP \(ViT-B\/32\) +400 +30\.75 +10\.50 +8\.00 +equal/);
    expect(stdout).toMatch(/mine +400 +2\.50 +2\.25 +2\.00 +nothing published/);
    expect(stdout).toMatch(/1 of 2 files give the published scores\.\nNo file for human, vinvl/);
  });

  test('the folder of the files itself, as JSON', async () => {
    const data = join(copy('json', { 'clip.jsonl': CLIP }), 'statistics', 'model_scores');
    const result = JSON.parse((await runOk(['verify', '--data', data, '--json'])).stdout);
    expect(result).toMatchObject({ equal: 1, differ: 0, failures: [] });
    expect(result.files[0].correct).toEqual({ text: 123, image: 42, group: 32 });
  });

  test('one score too few: exit code 3, both numbers', async () => {
    const data = copy('wrong', { 'clip.jsonl': scoreFile({ text: 122, image: 42, group: 32 }) });
    const { code, stdout } = await runCli(['verify', '--data', data]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/30\.50 \(published 30\.75\).*DIFFERENT/);
  });

  test('files that cannot be judged are named, the others are', async () => {
    const lines = CLIP.split('\n');
    const data = copy('damaged', {
      'clip.jsonl': CLIP,
      'vilt.jsonl': lines.slice(0, -1).join('\n'),
      'unit.jsonl': [...lines, lines[0]].join('\n'),
      'human.jsonl': '{"label": "0_c0_i0"}',
    });
    const { code, stdout } = await runCli(['verify', '--data', data]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/CLIP .*equal/);
    expect(stdout).toMatch(
      /Not judged: an example has not all of its four scores: .*vilt\.jsonl .*3 of example "399"/,
    );
    expect(stdout).toMatch(/Not judged: a pair has two scores: .*unit\.jsonl, line 1601/);
    expect(stdout).toMatch(/Not judged: a line is no score: .*human\.jsonl, line 1/);
  });

  test('nothing to compare is no success', async () => {
    const data = copy('other', { 'mine.jsonl': CLIP });
    expect((await runCli(['verify', '--data', data])).code).toBe(3);
    const { code, stderr } = await runCli(['verify', '--data', JSONL]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no score file.*statistics\/model_scores/);
    expect(existsSync(join(JSONL, 'data'))).toBe(true);
  });

  test('from the Hub', async () => {
    const data = copy('hub-scores', { 'clip.jsonl': CLIP });
    server.add({ type: 'dataset', repo: 'someone/scores', files: { ...folderFiles(data), 'big.bin': 'x' } });
    const { stdout } = await runOk(['verify', '--data', 'someone/scores', '--quiet'], {
      env: hubEnv(server, out('hub-verify')),
    });
    expect(stdout).toMatch(/CLIP .*equal/);
    expect(stdout).toMatch(/files in someone\/scores@[0-9a-f]{40}/);
  });
});
