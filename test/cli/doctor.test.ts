import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { identityGraph } from '../onnx/identity-graph.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../temporary.ts';

const PARTS = fileURLToPath(new URL('../../fixtures/parts/', import.meta.url));
const part = (name: string) => join(PARTS, 'diffusion', name);

/** The recipe of one model as `--json` prints it. */
async function report(...args: string[]) {
  const { stdout, stderr } = await runOk(['doctor', '--json', ...args]);
  expect(stderr).toBe('');
  const { format, models } = JSON.parse(stdout);
  expect([format, models.length]).toEqual([1, 1]);
  return models[0];
}

test('without a model: the machine', async () => {
  const { stdout } = await runOk(['doctor']);
  for (const line of [
    /^node +v\d+/m,
    /^onnxruntime +\d/m,
    /^devices +cpu/m,
    /^cpu .* cores?$/m,
    /^memory .* free$/m,
  ])
    expect(stdout).toMatch(line);
  const { machine, models } = JSON.parse((await runOk(['doctor', '--json'])).stdout);
  expect(models).toEqual([]);
  expect(machine.devices).toContain('cpu');
  expect(machine.cores).toBeGreaterThan(0);
});

test('the embedded models: a recipe each, as text', async () => {
  const { stdout } = await runOk(['doctor', 'tiny-world']);
  for (const line of [
    /^kind +diffusion$/m,
    /^kind +clip$/m,
    /^predicts +v_prediction/m,
    /^schedule +1000 timesteps, betas scaled_linear from 0.00085 to 0.012$/m,
    /^latent +4 x 8 x 8/m,
    /^image +64 x 64 pixels/m,
    /^text +text_encoder \(CLIP\): 24 tokens, padded with id \d+$/m,
    /^calls +24 rows, 1 thread/m,
    /^problems +none found$/m,
  ])
    expect(stdout).toMatch(line);
});

describe('the recipe says what was read', () => {
  test('of an old export: what no file says, and that its draw is made zero', async () => {
    const { recipe, kind, description } = await report(part('sd-a-int'), '--resolution', '16');
    expect(kind).toBe('diffusion');
    expect(description).toMatchObject({
      latent: [3, 8, 8],
      downscale: 2,
      scalingFactor: 0.18215,
      vae: 'still',
    });
    expect(recipe).toMatchObject({
      predicts: expect.stringMatching(/^epsilon/),
      schedule: expect.stringMatching(/^400 timesteps/),
      latent: expect.stringMatching(/^3 x 8 x 8.*2 pixels a cell$/),
      image: expect.stringMatching(/^16 x 16 pixels/),
      vae: expect.stringMatching(/made zero/),
      assumed: expect.arrayContaining([expect.stringMatching(/0.18215/)]),
    });
  });

  test('of zero SNR, SDXL, flow matching, classes and half precision', async () => {
    expect((await report(part('sd-b-zero-snr'))).recipe.schedule).toMatch(/zero terminal SNR/);
    expect((await report(part('sdxl-c'))).recipe).toMatchObject({
      'empty caption': expect.stringMatching(/zeros/),
      text: [
        expect.stringMatching(/^text_encoder /),
        expect.stringMatching(/^text_encoder_2 .*padded with id 0$/),
      ],
    });
    const dev = await report(part('flux-dev'), '--guidance', '2');
    expect(dev.recipe.schedule).toMatch(/flow matching.*dynamic exponential shift, mu 1\.15/);
    expect(dev.recipe.guidance).toMatch(/^2,/);
    expect((await report(part('sd3-no-t5'))).recipe.text).toHaveLength(2);
    expect((await report(part('dit'))).recipe.text).toEqual([expect.stringMatching(/10 classes/)]);
    expect((await report(part('sd-c-float16'))).recipe.denoiser).toBe('unet, float16');
  });

  test('of a CLIP folder', async () => {
    const { kind, recipe } = await report(join(PARTS, 'clip', 'siglip-split'));
    expect([kind, recipe.family]).toEqual(['clip', 'SigLIP']);
  });
});

describe('what would stop it', () => {
  test('a graph that cannot run is a problem, with exit code 3', async () => {
    const folder = join(temporaryFolder(), 'model');
    cpSync(part('sd-a-float'), folder, { recursive: true });
    rmSync(join(folder, 'unet', 'weights.pb'));
    cpSync(
      identityGraph([{ name: 'x', type: 'bfloat16', shape: [1] }]),
      join(folder, 'text_encoder', 'model.onnx'),
    );
    const { code, stdout } = await runCli(['doctor', folder]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/problems +the graph holds bfloat16 values/);
    expect(stdout).toMatch(/the weights of a graph are missing: .*weights\.pb/);
  });

  test.each([
    [
      'an unknown pipeline',
      '{"_class_name": "KandinskyPipeline"}',
      /"KandinskyPipeline" is not supported.*FluxPipeline/,
    ],
    ['no JSON', '{', /not JSON/],
    ['of no model', undefined, /holds no model \(expected model_index\.json beside unet.*config\.json/],
  ])('a folder that is %s is one too, and others are examined all the same', async (_, index, pattern) => {
    const folder = temporaryFolder();
    if (index !== undefined) writeFileSync(join(folder, 'model_index.json'), index);
    const { code, stdout, stderr } = await runCli(['doctor', folder, join(PARTS, 'clip', 'siglip-split')]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(/^problems +(.*)$/m.exec(stdout)?.[1]).toMatch(pattern);
    expect(stdout).toMatch(/^problems +none found$/m);
    const { models } = JSON.parse((await runCli(['doctor', folder, '--json'])).stdout);
    expect(models).toEqual([
      { ref: folder, kind: 'diffusion', folder, problems: [expect.stringMatching(pattern)] },
    ]);
  });

  test('a damaged config.json, which tells what a folder holds', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{');
    const { code, stdout } = await runCli(['doctor', folder]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^problems +a model file is not JSON: .*config\.json/m);
  });

  test('a name that stands for nothing is bad usage', async () => {
    const { code, stderr } = await runCli(['doctor', 'nowhere']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^winoscope: no such model folder: [^\n]+\n$/);
  });
});
