/** What the list of runs tells of folders on disk. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listRuns } from '../../src/report/list-runs.ts';
import { identityHash, type Manifest, parseManifest } from '../../src/results/manifest.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { makeRun } from '../support/made-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { smallTask } from '../tui/runs.ts';

const root = temporaryFolder();
const task = await smallTask(12);
const entryOf = (name: string) => listRuns(root).find((run) => run.name === name)!;

/** A run with `done` of 12 examples by sessions of these selections. */
function runOf(name: string, done: number, selections: Manifest['sessions'][number]['selection'][]) {
  const folder = makeRun(join(root, name), { task, done });
  change(folder, (manifest) => {
    manifest.sessions = selections.map((selection) => ({
      started: '2026-01-01T00:00:00Z',
      host: 'here',
      node: 'v22',
      workers: 1,
      selection,
    }));
  });
  return folder;
}

function change(folder: string, how: (manifest: Manifest) => void): void {
  const file = join(folder, 'run.json');
  const manifest = parseManifest(readFileSync(file, 'utf8'), file);
  how(manifest);
  new RunFolder(folder).writeManifest({ ...manifest, identityHash: identityHash(manifest.identity) });
}

test.each([
  ['all of it', 12, [{}], 'complete'],
  ['a limit that was reached', 5, [{ limit: '5' }], 'part'],
  ['two limits, the larger one first', 5, [{ limit: '5' }, { limit: '3' }], 'part'],
  ['a range that was done', 3, [{ limit: '4-6' }], 'part'],
  ['a limit that was not reached', 4, [{ limit: '5' }], 'interrupted'],
  ['the whole task, cut short', 5, [{ limit: '5' }, {}], 'interrupted'],
  ['parts of which some are missing', 5, [{ limit: '1-6' }, { limit: '4-8' }], 'resumable'],
  ['sessions that are not told', 5, [], 'resumable'],
] as const)('%s', (name, done, selections, state) => {
  runOf(name, done, [...selections]);
  expect(entryOf(name)).toMatchObject({ state, done, count: 12 });
});

test('without a summary a session was cut off', () => {
  rmSync(join(runOf('cut off', 5, [{ limit: '5' }]), 'summary.json'));
  expect(entryOf('cut off')).toMatchObject({ state: 'interrupted', done: undefined });
});

test('what differs between runs is told in words, models and rules among it', () => {
  const folder = runOf('facts', 12, [{}]);
  expect(entryOf('facts').facts).toBe(
    'diffusion (tiny-world): 8 timesteps 62–937, seed 0, no stopping; clip (tiny-world)',
  );
  change(folder, ({ identity }) => {
    const { diffusion } = identity.scorers;
    if (diffusion?.kind !== 'diffusion') throw new Error('never');
    Object.assign(diffusion, {
      plan: { timesteps: [500], repeats: 3, seed: 4, moreSeeds: [5] },
      stop: { rule: 'ttest', alpha: 0.002, least: 20 },
      prune: { by: 'clip', keep: 2 },
      uncond: 'never',
      resize: 'squash',
    });
  });
  expect(entryOf('facts').facts).toBe(
    'diffusion (tiny-world): timestep 500, 3 noises each, seeds 4, 5, stop ttest 0.002, pruned to 2 by clip, squash, uncond never; clip (tiny-world)',
  );
});
