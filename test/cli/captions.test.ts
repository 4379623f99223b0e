/** Captions and ids of any length and in any script, through the real command line. */

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { worldImage, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const [RECORD] = worldRecords(1) as [ReturnType<typeof worldRecords>[0]];
const IMAGE = worldImage(0, 0);
const probeOf = (name: string, id: string, ...captions: [string, string]) =>
  writeProbe(join(folder, name), [{ id, images: [RECORD.image_0, RECORD.image_1], captions }]);

describe('a caption of 100,000 characters', () => {
  const LONG = Array.from({ length: 10_000 }, (_, k) => `w${k} dog`).join(' ');
  let probe: string;
  beforeAll(() => {
    probe = probeOf('long', 'one', LONG, `dog ${'x'.repeat(5000)}`);
  });
  const LIST = 'the words "w0", "dog", "w1", "w2", "w3" and 9996 more';

  test('is refused with the first of its words, each once and no longer than can be read', async () => {
    const { stdout } = await runCli(['task', 'check', probe, '--clip', 'tiny-world']);
    expect(stdout).toContain(LIST);
    expect(stdout.length).toBeLessThan(2000);
    for (const args of [
      ['score', probe, '--timesteps', '1', '--out', join(folder, 'never')],
      ['pair', IMAGE, '--caption', LONG, '--timesteps', '1'],
    ]) {
      const { code, stderr } = await runCli(args);
      expect(stderr).toContain(LIST);
      expect(stderr.length).toBeLessThan(2000);
      expect(code).toBe(2);
    }
    const { stderr } = await runCli(['pair', IMAGE, '--caption', 'x'.repeat(5000)]);
    expect(stderr).toContain(`the word "${'x'.repeat(40)}…"`);
  });

  test('is shortened for people, and whole in --json', async () => {
    for (const args of [
      ['task', 'show', probe],
      ['task', 'sample', probe, '--id', 'one'],
    ]) {
      const { stdout } = await runOk(args);
      expect(stdout).toContain(`${LONG.slice(0, 500)}… [${LONG.length - 500} more characters]`);
      expect(stdout.length).toBeLessThan(3000);
      expect((await runOk([...args, '--json'])).stdout).toContain(LONG);
    }
  });
});

describe('what is no word of the embedded world', () => {
  test.each([
    ['a red circle 😀 above a blue square', 'the word "😀"'],
    ['a red ❤️ above a blue ★', 'the words "❤️", "★"'],
    ['एक लाल हिन्दी', 'the words "एक", "लाल", "हिन्दी"'],
    ["a dog's circle", `the word "dog's"`],
  ])('"%s"', async (caption, words) => {
    const { code, stderr } = await runCli(['pair', IMAGE, '--caption', caption, '--timesteps', '1']);
    expect(stderr).toContain(`does not know ${words}: `);
    expect(code).toBe(2);
  });
});

test('an id is taken as it is shown', async () => {
  const probe = probeOf('odd-id', 'o\u202ene', RECORD.caption_0, RECORD.caption_1);
  const { stdout } = await runOk(['task', 'show', probe]);
  const shown = /^example (.*)$/m.exec(stdout)![1]!;
  expect(shown).toBe('o\\u202ene');
  for (const id of [shown, 'o\u202ene']) {
    expect((await runOk(['task', 'sample', probe, '--id', id])).stdout).toContain(`example ${shown}`);
    await runOk(['score', probe, '--ids', id, '--timesteps', '1', '--out', join(folder, `out-${id.length}`)]);
  }
  const { code } = await runCli(['task', 'sample', probe, '--id', 'one']);
  expect(code).toBe(2);
});

test('--json has what would steer a terminal as escapes, which say the same', async () => {
  const hostile = 'a \u202ered \u{e0041}\u007f\u009b dog';
  const probe = probeOf('hostile', 'o\u202ene', hostile, 'a dog');
  for (const args of [
    ['task', 'show', probe],
    ['task', 'sample', probe],
    ['task', 'check', probe],
    ['pair', IMAGE, '--caption', hostile, '--timesteps', '1', '--force'],
    ['score', probe, '--timesteps', '1', '--force', '--dry-run'],
  ]) {
    const { stdout } = await runCli([...args, '--json']);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|[\u202e\u{e0041}]/u);
    const text = JSON.stringify(JSON.parse(stdout));
    if (args[1] === 'show' || args[0] === 'pair') expect(text).toContain(JSON.stringify(hostile));
  }
});
