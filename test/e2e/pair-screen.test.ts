/** The pair screen in a real terminal, on a run of the real models: walk, look, edit, undo, save, leave. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BIN, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TmuxSession } from '../support/tmux-session.ts';
import { HAS_TMUX } from './terminal.ts';

const folder = temporaryFolder();
const run = join(folder, 'run');
let session: TmuxSession;

beforeAll(async () => {
  await runOk(['score', '--limit', '2', '--out', run, '--quiet']);
});
afterEach(() => session.kill());

/** Opens the first example of the run. */
async function open(columns: number, rows: number, env: Record<string, string | undefined> = {}) {
  session = new TmuxSession([process.execPath, BIN, 'view', run], { columns, rows, cwd: folder, env });
  await session.waitFor('[1 Summary]');
  session.keys('2');
  await session.waitFor('[2 Examples]');
  session.keys('Enter');
  await session.waitFor(/Example 0 .*1 of 210/);
}

describe.skipIf(!HAS_TMUX).each([
  [120, 40],
  [80, 24],
])('in a terminal of %i × %i', (columns, rows) => {
  test('an example is looked at from all sides', async () => {
    await open(columns, rows);
    await session.waitFor('▀▀▀▀');
    await session.waitFor('A better');
    session.keys('m');
    session.keys('m');
    await session.waitFor('heat map off');
    session.keys('r');
    await session.waitFor('[r trials]');
    session.keys('t', '.');
    await session.waitFor('[t timesteps]');
    session.keys('x');
    await session.waitFor('noised 0');
    await session.waitFor(/A\* 0\.\d+/);
    session.keys('z');
    await session.waitFor((text) => !text.includes('heat map off') && text.includes('noised 1'));
    session.keys('z', 'n');
    await session.waitFor(/Example 1 .*2 of 210/);
    session.keys('p');
    await session.waitFor(/Example 0 .*1 of 210/);
    session.resize(columns - 10, rows - 2);
    await session.waitFor('Example 0');
    session.keys('Escape');
    await session.waitFor('[2 Examples]');
    session.keys('q');
    await session.waitFor('ended with 0');
    expect(session.isAlternate()).toBe(false);
  });

  test('a caption is edited, scored at once, undone, edited again and saved as a probe that can be scored', async () => {
    const probe = `./variants-${columns}`;
    await open(columns, rows);
    session.keys('Down', 'e', 'C-w');
    session.type('square');
    await session.waitFor('above a red square');
    session.keys('Enter');
    await session.waitFor(/diffusion +scored, 32 trials/);
    await session.waitFor(/clip +scored/);
    await session.waitFor('A better');
    session.keys('u');
    await session.waitFor(
      (text) => !text.includes('(edited)') && text.includes('orange circle above a red star'),
    );
    session.keys('e', 'C-a');
    session.paste('two\n');
    session.keys('C-e', 'BSpace', 'BSpace', 'BSpace', 'BSpace');
    session.type('dragon');
    await session.waitFor('two an orange circle above a red dragon');
    session.keys('Enter');
    await session.waitFor(/f scores it all the same: The tiny world model does not know/);
    session.keys('f');
    await session.waitFor(/diffusion +scored, 32 trials/);
    session.keys('u', 'e', 'C-w');
    session.type('cross');
    session.keys('Enter');
    await session.waitFor(/diffusion +scored, 32 trials/);
    session.keys('s', 'C-u');
    session.type(probe);
    session.keys('Enter');
    await session.waitFor(`Saved as "0-edit-1" in ${join(probe, 'examples.jsonl')}.`);
    session.keys('q');
    await session.waitFor('ended with 0');
    const [line] = readFileSync(join(folder, probe, 'examples.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(line!).captions).toEqual([
      'an orange star above a red circle',
      'an orange circle above a red cross',
    ]);
    const { stdout } = await runOk(['score', probe, '--json', '--quiet'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, examples: { done: 1, failed: 0 } });
  });
});

test.skipIf(!HAS_TMUX)('Ctrl-C in the middle of scoring an edit gives the terminal back', async () => {
  await open(120, 40);
  session.keys('e', 'C-w');
  session.type('square');
  session.keys('Enter');
  await session.waitFor('(edited)');
  session.keys('C-c');
  await session.waitFor(/ended with \d+/);
  expect(session.isAlternate()).toBe(false);
  expect(session.text()).not.toMatch(/ended with 13[49]/);
});

test.skipIf(!HAS_TMUX)('without colours nothing is coloured, and all is there', async () => {
  await open(80, 24, { NO_COLOR: '1', COLORTERM: undefined });
  await session.waitFor('++ A better by');
  const colored = session.colored();
  const screen = colored.slice(0, colored.indexOf('? help'));
  expect(screen).not.toContain('\u001b[3');
  expect(screen).toContain('an orange [star] above a red [circle]');
});

test.skipIf(!HAS_TMUX)('under 256 colours pictures are of the palette', async () => {
  await open(80, 24, { COLORTERM: undefined, TERM: 'xterm-256color', TMUX: undefined });
  await session.waitFor('▀▀▀▀');
  expect(session.colored()).toContain('[38;5;');
  expect(session.colored()).not.toContain('38;2;');
});
