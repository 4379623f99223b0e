/**
 * `npm run docs`: tries every command of the pages. Those that this machine can run are run in a folder with embedded
 * models and made-up data in place of the reader's; the others are held to the commands, flags and files that there are.
 * A command without a rule fails, and so does one that ends otherwise than it should.
 * `--page NAME` tries one page, `--list` only says what would be done.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/hub/package-root.ts';
import { startProgram } from '../support/run-cli.ts';
import { callsIn, faultOf, faultOfNpm } from './command-line.ts';
import { commandsIn, type ShownCommand } from './listing.ts';
import { pages } from './markdown.ts';
import { type Place, Stage } from './stage.ts';

interface Tried {
  how: 'run' | 'parsed' | 'not run' | 'failed';
  /** Why not run, what was changed, or what went wrong. */
  says: string;
}

const SECONDS = 600;
const { values } = parseArgs({ options: { page: { type: 'string' }, list: { type: 'boolean' } } });
const chosen = pages().filter(({ file }) => values.page === undefined || file === values.page);
if (chosen.length === 0) {
  console.error(
    `There is no page "${values.page}": ${pages()
      .map(({ file }) => file)
      .join(', ')}.`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'winoscope-docs-'));
const stage = values.list ? undefined : await Stage.make(folder);
const totals: Record<Tried['how'], number> = { run: 0, parsed: 0, 'not run': 0, failed: 0 };
let others = 0;
console.log('| page | command | | |\n| --- | --- | --- | --- |');
for (const page of chosen) {
  const found = commandsIn(page);
  others += found.others;
  for (const { file, line, lines } of found.unknown) {
    totals.failed++;
    row(`${file}:${line}`, lines[0]!, {
      how: 'failed',
      says: 'a block that is neither a command nor known to be none',
    });
  }
  for (const command of found.commands) {
    const tried = await attempt(command, stage?.place(page.file));
    totals[tried.how]++;
    row(`${command.file}:${command.line}`, command.shown, tried);
  }
}
await stage?.stop();
rmSync(folder, { recursive: true, force: true });
const { run, parsed, failed } = totals;
console.log(
  `\n${run + parsed + totals['not run'] + failed} commands: ${run} run, ${parsed} held to what there is, ${totals['not run']} not run for want of a program, ${failed} failed. ${others} blocks hold no command.`,
);
process.exitCode = failed > 0 ? 1 : 0;

function row(place: string, shown: string, { how, says }: Tried): void {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  console.log(`| ${place} | \`${cell(shown)}\` | ${how} | ${cell(says)} |`);
}

async function attempt(
  { command, shown, module, rule }: ShownCommand,
  place: Place | undefined,
): Promise<Tried> {
  const fault = [...callsIn(shown).map(faultOf), faultOfNpm(shown)].find((one) => one !== undefined);
  if (fault !== undefined) return { how: 'failed', says: fault };
  if (rule === undefined) return { how: 'failed', says: 'no rule says whether to run it' };
  if (rule.how === 'parse') return { how: 'parsed', says: rule.why };
  if (rule.needs !== undefined && !isThere(rule.needs))
    return { how: 'not run', says: `needs ${rule.needs}` };
  const line = rule.instead?.(command) ?? command;
  if (place === undefined) return { how: 'run', says: line };
  // npm and the repository's own scripts run where they are.
  if (module !== undefined) writeFileSync(join(place.cwd, 'block.mjs'), module);
  const cwd = /^(?:npm|node(?! \.\/)) /.test(line) ? packageRoot() : place.cwd;
  // Not in step: the Hub on loopback answers from this process.
  const { result } = startProgram('timeout', [`${SECONDS}`, 'bash', '-c', line], { cwd, env: place.env });
  const { code, signal, stdout, stderr } = await result;
  if (code === 0 || rule.codes?.includes(code!)) return { how: 'run', says: rule.note ?? '' };
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-3).join(' ').slice(-600);
  return { how: 'failed', says: `exit code ${code ?? signal} of \`${line}\`: ${said}` };
}

function isThere(what: 'python' | 'pyarrow' | 'pillow'): boolean {
  const code = { python: '', pyarrow: 'import pyarrow', pillow: 'import PIL' }[what];
  return spawnSync('python3', ['-c', code]).status === 0;
}
