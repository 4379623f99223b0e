/** Image classifiers and the class-conditional DiT through the whole command line. */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const DIT = ['--diffusion', 'dit=tiny-world-dit', '--timesteps', '8'];
const FIRST = ['tiny-world-classes', '--limit', '4', '--json', '--quiet'];

describe('the embedded models that know classes', () => {
  it('are scored side by side by one command, and a second one resumes to the same', async () => {
    const out = join(temporaryFolder(), 'run');
    const models = ['synthetic', 'features', 'linear', 'resnet', 'resnet-small'].flatMap((name) => [
      '--classifier',
      `${name}=tiny-world-${name}`,
    ]);
    const args = ['score', ...FIRST, ...DIT, ...models, '--out', out];
    const first = JSON.parse((await runOk(args)).stdout);
    expect(Object.keys(first.scorers).sort()).toEqual([
      'dit',
      'features',
      'linear',
      'resnet',
      'resnet-small',
      'synthetic',
    ]);
    expect(first.scorers.features.kind).toBe('classifier');
    expect(first.scorers.features.metrics.accuracy.count).toBe(4);
    const again = JSON.parse((await runOk(args)).stdout);
    expect(again.scorers.dit.metrics).toEqual(first.scorers.dit.metrics);
    const identity = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).identity.scorers;
    expect(identity.dit.bound).toBe(true);
    expect(Object.keys(identity.dit.files)).toContain('../diffusion/vae_encoder/model.onnx');
    expect(Object.keys(identity.features.files)).toContain('../../diffusion/unet/model.onnx');
    // What is stored serves every loss.
    const bound = ['report', out, '--loss', 'vlb', '--format', 'json'];
    expect(JSON.parse((await runOk(bound)).stdout).analysis).toMatchObject({ loss: 'vlb' });
  });

  it.each(['tiny-world-dit', 'tiny-world-synthetic', 'tiny-world-features', 'tiny-world-resnet'])(
    'doctor %s',
    async (name) => {
      const { stdout } = await runOk(['doctor', name]);
      expect(stdout).toMatch(/problems\s+none found/);
      expect(stdout).toMatch(name === 'tiny-world-dit' ? /learned width/ : /kind\s+classifier/);
    },
  );

  it('are refused where captions name no class', async () => {
    const { code, stderr } = await runCli(['score', 'tiny-world', '--limit', '2', ...DIT, '--plain']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the model has (?:no|several) class/);
  });
});

describe('--loss vlb', () => {
  it('is refused in one sentence for a model that learns no variance', async () => {
    const { code, stderr } = await runCli(['score', ...FIRST, '--diffusion', 'tiny-world', '--loss', 'vlb']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /"diffusion" does not learn the width of the reverse step.*--loss mse, mae, huber or l2norm/,
    );
  });

  it('and has no other error space', async () => {
    const { code, stderr } = await runCli([
      'score',
      ...FIRST,
      ...DIT,
      '--loss',
      'vlb',
      '--error-space',
      'x0',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the variational bound cannot be converted/);
  });
});

describe("data of ImageNet's classes", () => {
  it('asks a classifier for each class by its WordNet id and ObjectNet for several at once', async () => {
    const data = temporaryFolder();
    const picture = fixture('parts/classifier/picture_0.png');
    for (const folder of ['images/tench_fish', 'images/bird_crane', 'images/sofa_red', 'mappings'])
      mkdirSync(join(data, folder), { recursive: true });
    for (const folder of ['tench_fish', 'bird_crane', 'sofa_red'])
      cpSync(picture, join(data, 'images', folder, 'a.png'));
    const write = (name: string, value: unknown) =>
      writeFileSync(join(data, 'mappings', name), JSON.stringify(value));
    write('folder_to_objectnet_label.json', {
      tench_fish: 'Tench',
      bird_crane: 'Shark',
      sofa_red: 'Sofa',
    });
    write('objectnet_to_imagenet_1k.json', {
      Tench: 'tench, Tinca tinca',
      Shark:
        'great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias; tiger shark, Galeocerdo cuvieri',
    });
    const model = temporaryFolder();
    cpSync(fixture('parts/classifier/resnet'), model, { recursive: true });
    const id2label = {
      0: 'tench, Tinca tinca',
      1: 'great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias',
      2: 'tiger shark, Galeocerdo cuvieri',
      3: 'a',
      4: 'b',
    };
    writeFileSync(join(model, 'config.json'), JSON.stringify({ model_type: 'resnet', id2label }));
    const out = join(temporaryFolder(), 'run');
    const args = ['score', 'objectnet-imagenet', '--data', data, '--classifier', model, '--out', out];
    const { stdout } = await runOk([...args, '--json', '--quiet']);
    expect(JSON.parse(stdout).scorers.classifier.metrics.accuracy.count).toBe(2);
    const [first] = JSON.parse(readFileSync(fixture('parts/classifier/golden.json'), 'utf8')).resnet;
    const lines = readFileSync(join(out, 'scores', 'classifier.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const scores = new Map(lines.map((line) => Object.values(JSON.parse(line)) as [string, number]));
    const size = Math.max(...first.logs.map(Math.abs));
    // Classes are in the order of the folders: bird_crane is called a shark here, which two labels are.
    expect(
      Math.abs(scores.get('bird_crane/a.png_c0_i0')! - Math.max(first.logs[1], first.logs[2])),
    ).toBeLessThan(2e-6 * size);
    expect(Math.abs(scores.get('tench_fish/a.png_c1_i0')! - first.logs[0])).toBeLessThan(2e-6 * size);
  });
});
