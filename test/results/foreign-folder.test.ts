/** A folder of somebody else's is not written into. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunFolder } from '../../src/results/run-folder.ts';
import { temporaryFolder } from '../temporary.ts';

test.each(['examples.jsonl', 'summary.json', 'task.yaml', 'thesis.tex'])('one that holds %s', (name) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), 'mine');
  expect(() => new RunFolder(folder).create()).toThrow(
    `the folder holds something else than a run: ${folder} (expected a run.json, or an empty folder, got ${name}). Choose another --out.`,
  );
  expect(readdirSync(folder)).toEqual([name]);
  expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
});

test('what a run leaves before its manifest is written, and shards, are its own', () => {
  const folder = temporaryFolder();
  for (const part of ['segments', 'trials', 'slurm']) mkdirSync(join(folder, part));
  for (const file of ['run.lock', 'run.json.123.tmp', '.DS_Store']) writeFileSync(join(folder, file), '');
  new RunFolder(folder).create();
  const divided = temporaryFolder();
  mkdirSync(join(divided, 'shards'));
  writeFileSync(join(divided, 'examples.jsonl'), ''); // of a merge that was killed
  new RunFolder(divided).create();
});
