/** A program on a pseudo-terminal: util-linux's `script` makes one, bytes of keys go in, bytes for the screen come out. */

import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { stripVTControlCharacters } from 'node:util';

/** "What are you?", and the answer of a VT220. */
const ASKED = '\u001b[c';
const ANSWER = '\u001b[?62c';

export class TerminalProcess {
  readonly #child: ChildProcess;
  #output = '';
  #wake = () => {};
  #over = false;
  /** Resolves with the exit code once it has ended. */
  readonly ended: Promise<number | null>;

  /** Runs a shell command on a terminal of 120 × 40. */
  constructor(command: string) {
    const env = { ...process.env, TERM: 'xterm-256color' };
    delete env.CI;
    const line = `stty cols 120 rows 40; exec ${command}`;
    this.#child = spawn('script', ['-qefc', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      // As every terminal does: what waits for the answer would else wait in vain.
      if (text.includes(ASKED)) this.#child.stdin!.write(ANSWER);
      this.#output += text;
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => {
        this.#over = true;
        this.#wake();
        resolve(code);
      });
    });
    this.ended.catch(() => {});
  }

  /** Presses a key and waits until a text is written after it. Returns milliseconds. @throws where it ends before. */
  async press(key: string, text: string): Promise<number> {
    this.#output = '';
    const begun = performance.now();
    this.#child.stdin!.write(key);
    await this.shows(text);
    return performance.now() - begun;
  }

  /** Waits until a text is written, since the last key. */
  async shows(text: string): Promise<void> {
    while (!stripVTControlCharacters(this.#output).includes(text)) {
      if (this.#over) throw new Error(`it ended without "${text}": ${this.#output.slice(-500)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  write(key: string): void {
    this.#child.stdin!.write(key);
  }

  get over(): boolean {
    return this.#over;
  }
}
