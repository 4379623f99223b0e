/** Folders with spaces and letters of other scripts, line ends of Windows, names that only some disks tell apart. */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkNames } from '../../src/run/check-scorers.ts';
import { readScoreFile } from '../../src/scoring/score-tables.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { CLIP } from '../models/tiny-world.ts';
import { lines, makeProbe } from '../support/make-probe.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('everything in folders with spaces, letters of other scripts and an emoji: score, report, view, export', async () => {
  const place = join(folder, 'ein Ordner; größe 試験 🐕');
  mkdirSync(place);
  writeProbe(join(place, 'meine Probe'), worldRecords(2));
  cpSync(CLIP, join(place, 'das Modell é'), { recursive: true });
  const out = 'Läufe/erster Lauf';
  const options = { cwd: place };
  await runOk(['score', 'meine Probe', '--clip', 'das Modell é', '--out', out, '--quiet'], options);
  const { stdout } = await runOk(['report', out, '--format', 'json'], options);
  expect(JSON.parse(stdout).examples.done).toBe(2);
  expect((await runOk(['view', out, '--plain'], options)).stdout).toContain('small');
  await runOk(['export', out, '--format', 'csv', '--output', 'Ergebnis é.csv'], options);
  expect(readdirSync(place)).toContain('Ergebnis é.csv');
});

describe('line ends of Windows', () => {
  const records = lines(
    { id: 'one', images: ['a', 'b'], captions: ['a cat', 'a dog'], tags: ['x'] },
    { id: 'two', images: ['c', 'd'], captions: ['left', 'right'] },
  );
  const table = 'id,image_0,image_1,caption_0,caption_1\none,a,b,"a cat, big",a dog\ntwo,c,d,left,right\n';

  test.each([
    ['examples.jsonl', records],
    ['examples.csv', table],
    ['examples.tsv', table.replace('"a cat, big"', 'a cat').replaceAll(',', '\t')],
  ])('%s and its task file are the same task with them, and with a byte order mark', async (name, text) => {
    const task = 'name: made\nlicense: MIT\ntemplate: "a photo of {}"\n';
    const windows = (contents: string) => `\uFEFF${contents.replaceAll('\n', '\r\n')}`;
    const plain = await loadProbeFolder(
      makeProbe(join(folder, `${name} unix`), { task, files: { [name]: text } }),
    );
    const other = await loadProbeFolder(
      makeProbe(join(folder, `${name} windows`), { task: windows(task), files: { [name]: windows(text) } }),
    );
    expect(other.hash).toBe(plain.hash);
  });

  test.each([
    ['jsonl', '{"label":"1_c0_i0","score":0.5}\n{"label":"1_c1_i0","score":2}\n'],
    ['csv', 'example,image,caption,score\n1,0,0,0.5\n1,0,1,2\n'],
  ])('scores as %s', (ending, text) => {
    const [unix, windows] = ['unix', 'windows'].map((name) => join(folder, `${name}.${ending}`));
    writeFileSync(unix!, text);
    writeFileSync(windows!, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect([...readScoreFile(windows!)]).toEqual([...readScoreFile(unix!)]);
  });
});

describe('names', () => {
  const request = (name: string) => ({ kind: 'imported' as const, name, ref: name, path: name });

  test('that differ in capitals alone are one scorer on many disks, and refused', () => {
    expect(() => checkNames([request('Big'), request('big')])).toThrow(/"Big" and "big".*capitals/);
    expect(() => checkNames([request('big'), request('small')])).not.toThrow();
  });

  test.each(['con', 'AUX', 'nul.x', 'com1'])(
    '%s is a device of Windows and names no scorer',
    async (name) => {
      const { code, stderr } = await runCli(['score', '--clip', `${name}=tiny-world`]);
      expect(stderr).toMatch(/cannot name a scorer.*Windows/);
      expect(code).toBe(2);
    },
  );
});

test('a cell that a spreadsheet would carry out is harmless in an export, and reads back as it was', async () => {
  const [record] = worldRecords(1);
  const { image_0, image_1, caption_0, caption_1 } = record!;
  const id = '=HYPERLINK("http://x")';
  const probe = writeProbe(join(folder, 'formulas'), [
    { id, images: [image_0, image_1], captions: [caption_0, caption_1] },
  ]);
  const out = join(folder, 'formula run');
  await runOk(['score', probe, '--clip', 'tiny-world', '--out', out, '--quiet']);
  const file = join(folder, 'scores.csv');
  await runOk(['export', out, '--format', 'csv', '--output', file]);
  expect(readFileSync(file, 'utf8')).not.toMatch(/^"?=/m);
  expect([...readScoreFile(file).keys()][0]).toBe(`${id}_c0_i0`);
});
