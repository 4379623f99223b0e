/** Other families through the whole command line. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';

const part = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/parts/diffusion/${name}`, import.meta.url));

/** `pair` on a part's own pictures. */
function pairArgs(name: string, captions: string[], ...more: string[]): string[] {
  const pictures = ['image_0.png', 'image_1.png'].map((file) => join(part(name), file));
  return [
    'pair',
    ...pictures,
    ...captions.flatMap((caption) => ['--caption', caption]),
    ...['--diffusion', part(name), '--timesteps', '3', '--json', ...more],
  ];
}

test.each(['sdxl-c', 'sd3-t5', 'pixart-sigma', 'sd-b-fixed-batch', 'lcm-c'])(
  '%s scores a pair',
  async (name) => {
    const { stdout } = await runOk(
      pairArgs(name, ['a cat sits on a mat', 'the old person kisses the young one']),
    );
    const { raw } = JSON.parse(stdout).scores.diffusion;
    expect(raw.flat()).toHaveLength(4);
    for (const score of raw.flat()) expect(score).toBeLessThan(0);
  },
);

test('a DiT scores names of classes, and says which it has where a caption is none', async () => {
  await runOk(pairArgs('dit', ['shape 3', 'H']));
  const { code, stderr } = await runCli(pairArgs('dit', ['shape 3', 'a cat']));
  expect(code).toBe(2);
  expect(stderr).toMatch(/no class "a cat".*one of its 10 classes/);
});

test('--guidance is for models that are told one', async () => {
  const scoresAt = async (guidance: string) =>
    JSON.parse((await runOk(pairArgs('lcm-c', ['a cat', 'a dog'], '--guidance', guidance))).stdout).scores
      .diffusion.raw;
  expect(await scoresAt('8.5')).not.toEqual(await scoresAt('1'));
  const { code, stderr } = await runCli(pairArgs('sdxl-c', ['a cat', 'a dog'], '--guidance', '3'));
  expect(code).toBe(2);
  expect(stderr).toMatch(/none of the models is told a guidance scale/);
});

test('error spaces of a flow', async () => {
  const inSpace = async (space: string) =>
    JSON.parse((await runOk(pairArgs('sd3-no-t5', ['a cat', 'a dog'], '--error-space', space))).stdout).scores
      .diffusion.raw[0][0];
  expect(await inSpace('epsilon')).toBeGreaterThan(await inSpace('native'));
  expect(await inSpace('x0')).toBeGreaterThan(await inSpace('native'));
});
