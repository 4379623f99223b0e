import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ResultsError } from '../../src/errors.ts';
import { RunFolder, writeAtomically } from '../../src/results/run-folder.ts';
import { temporaryFolder } from '../temporary.ts';

function newFolder(): RunFolder {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  return folder;
}

describe('create', () => {
  test('twice is once', () => {
    const folder = newFolder();
    folder.create();
    expect(readdirSync(folder.path).sort()).toEqual(['maps', 'scores', 'segments', 'trials']);
  });

  test('where a file stands in the way', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(() => new RunFolder(path).create()).toThrow(ResultsError);
    expect(() => new RunFolder(join(path, 'run')).create()).toThrow(/cannot write the run folder.*--out/);
  });
});

describe('writeAtomically', () => {
  test('replaces a file as a whole and leaves nothing else', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.json');
    writeAtomically(path, 'old and long');
    writeAtomically(path, Uint8Array.of(110, 101, 119));
    expect(readFileSync(path, 'utf8')).toBe('new');
    writeAtomically(path, '');
    expect(readFileSync(path, 'utf8')).toBe('');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  test('a folder that cannot be written gives one sentence', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    for (const path of [join(file, 'a.json'), join(temporaryFolder(), 'none', 'a.json')]) {
      expect(() => writeAtomically(path, 'x')).toThrow(ResultsError);
      expect(() => writeAtomically(path, 'x')).toThrow(`cannot write results: ${path}`);
    }
  });

  test('a failure leaves the old contents and no half-written file', () => {
    const folder = temporaryFolder();
    const target = join(folder, 'a');
    mkdirSync(target);
    writeFileSync(join(target, 'kept'), 'kept');
    expect(() => writeAtomically(target, 'x')).toThrow(ResultsError);
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(target, 'kept'), 'utf8')).toBe('kept');
  });
});

describe('segments', () => {
  test('are found by scorer and kind, oldest first', () => {
    const folder = newFolder();
    const files = [12, 2, 10_000].map((session) => folder.segmentFile('sd', 'trials', session));
    const others = [
      folder.segmentFile('sd', 'maps', 1),
      folder.segmentFile('sd.2', 'trials', 1),
      folder.segmentFile('clip', 'scores', 1),
      join(folder.path, 'segments', 'sd.0003.trials.arrows.tmp'),
    ];
    for (const file of [...files, ...others]) writeFileSync(file, '');
    const names = (scorer: string, what: 'trials' | 'scores') =>
      folder.segmentFiles(scorer, what).map((f) => basename(f));
    expect(names('sd', 'trials')).toEqual(
      ['2', '12', '10000'].map((n) => `sd.${n.padStart(4, '0')}.trials.arrows`),
    );
    expect(names('sd.2', 'trials')).toEqual(['sd.2.0001.trials.arrows']);
    expect(names('clip', 'scores')).toEqual(['clip.0001.scores.jsonl']);
  });

  test('a folder without any has none', () => {
    expect(new RunFolder(temporaryFolder()).segmentFiles('sd', 'trials')).toEqual([]);
  });
});

test('a folder without a manifest holds no run', () => {
  expect(newFolder().readManifest()).toBeUndefined();
});
