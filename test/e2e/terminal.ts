/** A real terminal: a tmux of its own for every test, keys sent to it and its screen read back. */

import { execFileSync, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { BIN } from '../support/run-cli.ts';

/** Whether there is a tmux; without one nothing here can run. */
export const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;
if (!HAS_TMUX) process.stderr.write('not run: tmux is missing\n');

/** Printed by the shell after the command, so that its exit code can be read. */
const END = 'ended with';

export interface TerminalOptions {
  columns: number;
  rows: number;
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** A file that gets every byte that is written to the terminal. */
  record?: string;
}

let count = 0;

/** A terminal in which `winoscope ARGS` was typed. */
export class Terminal {
  readonly #socket: string;

  constructor(
    args: readonly string[],
    { columns, rows, env = {}, cwd = packageRoot(), record }: TerminalOptions,
  ) {
    this.#socket = `winoscope-${process.pid}-${count++}`;
    onTestFinished(() => this.#try('kill-server'));
    const shell = ['env', '-u', 'CI', '-u', 'NO_COLOR', 'LC_ALL=C.UTF-8', 'PS1=$ ', 'sh'];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-c',
      cwd,
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      ...shell,
    );
    if (record !== undefined) this.#tmux('pipe-pane', `cat > '${record}'`);
    const words = [process.execPath, BIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const set = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    // Quoted so that what is typed does not look like what is printed.
    const line = `clear; ${[...set, ...words].join(' ')}; echo 'ended' "with $?"`;
    this.#tmux('send-keys', '-l', line);
    this.#tmux('send-keys', 'Enter');
  }

  /** What is on the screen, a line per row. */
  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** The screen with all that has scrolled away above it. */
  history(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-');
  }

  /** Whether the dashboard's own screen is shown, not the shell's. */
  isAlternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  /** Whether the cursor is shown. */
  hasCursor(): boolean {
    return this.#tmux('display-message', '-p', '#{cursor_flag}').trim() === '1';
  }

  /** The window's title, which a program may set. */
  title(): string {
    return this.#tmux('display-message', '-p', '#{pane_title}').trim();
  }

  /** Presses keys by tmux's names: `j`, `Enter`, `Escape`, `C-c`. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** Process ids below the shell, the command's own first. */
  pids(): number[] {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    const found = spawnSync('pgrep', ['-P', shell], { encoding: 'utf8' }).stdout;
    return found.split('\n').filter(Boolean).map(Number);
  }

  /** Closes the terminal under the command, as a lost connection does. */
  hangUp(): void {
    this.#try('kill-server');
  }

  /** Waits until the screen holds what is asked for. @throws with the screen, after `ms`. */
  async shows(what: string | RegExp | ((screen: string) => boolean), ms = 30_000): Promise<string> {
    const holds = (screen: string) =>
      typeof what === 'string'
        ? screen.includes(what)
        : what instanceof RegExp
          ? what.test(screen)
          : what(screen);
    const deadline = Date.now() + ms;
    for (;;) {
      const screen = this.screen();
      if (holds(screen)) return screen;
      if (Date.now() > deadline) throw new Error(`the screen never showed ${what}:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits for the command's end; the terminal must be as it was. Returns its exit code. */
  async end(): Promise<number> {
    const screen = await this.shows(new RegExp(`${END} \\d+`));
    if (this.isAlternate()) throw new Error('the dashboard left its screen behind');
    if (!this.hasCursor()) throw new Error('the dashboard left the cursor hidden');
    if (!this.#wraps()) throw new Error('the dashboard left a terminal that does not wrap lines');
    // The line editor works again only where the terminal's modes are back.
    const mark = `alive${count++}`;
    this.press('echo', 'Space', mark, 'Enter');
    await this.shows((text) => text.split('\n').some((line) => line.trim() === mark));
    return Number(new RegExp(`${END} (\\d+)`).exec(screen)![1]);
  }

  #wraps(): boolean {
    return this.#tmux('display-message', '-p', '#{wrap_flag}').trim() === '1';
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }

  #try(...args: readonly string[]): void {
    spawnSync('tmux', ['-L', this.#socket, ...args]);
  }
}
