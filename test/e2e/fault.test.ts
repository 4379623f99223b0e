/** A fault of ours outside any view: the terminal is given back, one sentence says so, and a run keeps what it computed. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runOk } from '../support/run-cli.ts';
import { leftovers } from '../support/run-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HAS_TMUX, Terminal } from './terminal.ts';

const folder = temporaryFolder();
const PRELOAD = join(packageRoot(), 'test', 'support', 'faults', 'throws-later.mjs');
const SENTENCE = /winoscope: unexpected failure: something of ours is broken\. Set WINOSCOPE_DEBUG=1 to/;

function terminalWith(args: readonly string[], sign: string): Terminal {
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(PRELOAD).href}`, WINOSCOPE_FAULT_FILE: sign };
  return new Terminal(args, { columns: 120, rows: 40, env });
}

/** Everything that the terminal shows, however its lines were broken. */
const told = (terminal: Terminal) => terminal.history().replaceAll('\n', ' ');

describe.skipIf(!HAS_TMUX)('an exception outside a view', () => {
  test('of the dashboard on a stored run', async () => {
    const run = makeRun(join(folder, 'stored'), { task: await loadTask('tiny-world') });
    const sign = join(folder, 'now');
    const terminal = terminalWith(['view', run], sign);
    await terminal.shows('[1 Summary]');
    writeFileSync(sign, '');
    expect(await terminal.end()).toBe(1);
    expect(told(terminal)).toMatch(SENTENCE);
    expect(told(terminal)).not.toMatch(/ {4}at /);
  });

  test('while a run goes on: it ends in order and can go on', async () => {
    const run = join(folder, 'live');
    const sign = join(folder, 'now-live');
    const args = ['score', '--limit', '10', '--timesteps', '100', '--diffusion', 'tiny-world', '--out', run];
    const terminal = terminalWith(args, sign);
    await terminal.shows(() => existsSync(join(run, 'segments', 'diffusion.0001.trials.arrows')));
    writeFileSync(sign, '');
    expect(await terminal.end()).toBe(1);
    expect(told(terminal)).toMatch(SENTENCE);
    expect(leftovers(run)).toEqual([]);
    const report = JSON.parse((await runOk(['report', run, '--format', 'json'])).stdout);
    expect(report.scorers.diffusion.evaluations).toBeGreaterThan(0);
  });
});
