/** A real terminal for tests and pictures: tmux with a server of its own. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export interface TmuxOptions {
  columns: number;
  rows: number;
  /** @default the process's own */
  cwd?: string;
  /** Added to the environment; undefined takes a variable away. `CI` is always taken away: it turns screens off. */
  env?: Record<string, string | undefined>;
}

/** One command in one terminal. */
export class TmuxSession {
  readonly #socket = `winoscope-${process.pid}-${randomBytes(4).toString('hex')}`;

  /** Starts `command` (words, not a shell line); the pane stays when it ends. */
  constructor(command: readonly string[], { columns, rows, cwd, env = {} }: TmuxOptions) {
    const set = {
      COLORTERM: 'truecolor',
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...env,
      CI: undefined,
    };
    const words = Object.entries(set).flatMap(([name, value]) => (value === undefined ? ['-u', name] : []));
    const values = Object.entries(set).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    const line = ['env', ...words, ...values, ...command].map(quoted).join(' ');
    // One shell line, so that what a program leaves on the screen can still be read after it.
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      ...(cwd ? ['-c', cwd] : []),
      `${line}; echo "ended with $?"; exec cat`,
    );
  }

  /** Presses keys by tmux's names: `Enter`, `Escape`, `C-w`, `a`. */
  keys(...names: readonly string[]): void {
    for (const name of names) this.#tmux('send-keys', name);
  }

  /** Types text. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** Pastes text as a terminal does: bracketed, where the program asked for that. */
  paste(text: string): void {
    this.#tmux('set-buffer', '--', text);
    this.#tmux('paste-buffer', '-p');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** The screen as plain text. */
  text(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** The screen with its colours. */
  colored(): string {
    return this.#tmux('capture-pane', '-e', '-p');
  }

  /** Whether the alternate screen is shown. */
  isAlternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  /**
   * Waits until the screen holds what is looked for. Returns the screen.
   * @throws Error with the screen where it never comes.
   */
  async waitFor(what: string | RegExp | ((text: string) => boolean), limitMs = 20_000): Promise<string> {
    const end = Date.now() + limitMs;
    for (;;) {
      const text = this.text();
      const isThere =
        typeof what === 'string'
          ? text.includes(what)
          : what instanceof RegExp
            ? what.test(text)
            : what(text);
      if (isThere) return text;
      if (Date.now() > end) throw new Error(`the terminal never showed ${what}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Ends the server and with it whatever runs. */
  kill(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It is gone already.
    }
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-u', '-L', this.#socket, ...args], {
      encoding: 'utf8',
      // Whatever the locale here: pictures and plots are not ASCII.
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
