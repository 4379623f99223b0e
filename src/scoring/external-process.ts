/** A child process that speaks JSON, a line per message, on its stdin and stdout. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { z } from 'zod';
import { ExternalError } from '../errors.ts';
import { withoutTokens } from '../hub/secret.ts';

/** The version of the protocol of docs/external.md. */
export const PROTOCOL = 1;

/** What a child says first. */
export const helloSchema = z.object({
  winoscope: z.literal(PROTOCOL),
  name: z.string().min(1).max(100),
  version: z
    .union([z.string().max(100), z.number()])
    .transform(String)
    .default(''),
  higherIsBetter: z.boolean().default(true),
});
export type Hello = z.infer<typeof helloSchema>;

/** How long a wait is cut into, so that a run that is to end does not wait for an answer. */
const LOOK_MS = 50;
/** From the end of its input to SIGTERM, and from there to SIGKILL. */
const GRACE_MS = 2000;
/** A longer line is no answer to anything. */
const MOST_CHARACTERS = 16 * 2 ** 20;
/** Of its stderr, what a sentence quotes. */
const LAST_WORDS = 300;

export class ExternalProcess {
  readonly #command: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #gone: Promise<void>;
  #rest = '';
  #stderr = '';
  #wake: () => void = () => {};
  /** Why no more lines can come. */
  #end: string | undefined;

  /** Starts the command in a shell, as it stands. */
  constructor(command: string) {
    this.#command = command;
    // A group of its own: what the shell starts ends with it, and Ctrl-C is ours to pass on.
    this.#child = spawn(command, { shell: true, detached: process.platform !== 'win32', windowsHide: true });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4 * LAST_WORDS);
    });
    this.#child.stdin.on('error', () => {}); // its end says more
    this.#gone = new Promise((resolve) => {
      const done = (how: string) => {
        this.#end ??= how;
        this.#wake();
        resolve();
      };
      this.#child.on('error', (error) => done(`it could not be started: ${error.message}`));
      this.#child.on('close', (code, signal) =>
        done(code === null ? `signal ${signal}` : `exit code ${code}`),
      );
    });
  }

  /**
   * Its first line.
   * @throws ExternalError where it ends, is silent for too long, or says something else.
   */
  async hello(seconds: number, stopping: () => boolean = () => false): Promise<Hello | undefined> {
    const line = await this.#next(seconds, stopping, 'before it said hello');
    if (line === undefined) return undefined;
    const hello = helloSchema.safeParse(parse(line));
    if (hello.success) return hello.data;
    throw this.#failure('the external scorer did not say hello', {
      expected: `a line {"winoscope": ${PROTOCOL}, "name": …, "version": …, "higherIsBetter": …} first`,
      got: quote(line),
    });
  }

  /**
   * Sends a request and waits for the answer to it.
   * @param what it is about, for errors.
   * @returns the answer; undefined where `stopping` became true meanwhile.
   * @throws ExternalError where the process ends, is silent for too long, or gives no JSON object with the request's id.
   */
  async ask(
    request: { id: number } & Record<string, unknown>,
    { seconds, stopping, what }: { seconds: number; stopping: () => boolean; what: string },
  ): Promise<Record<string, unknown> | undefined> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#next(seconds, stopping, `at ${what}`);
    if (line === undefined) return undefined;
    const answer = parse(line) as Record<string, unknown> | undefined;
    if (typeof answer === 'object' && answer !== null && answer.id === request.id) return answer;
    throw this.#failure(`the external scorer gave no answer at ${what}`, {
      expected: `{"id": ${request.id}, "scores": [[…]]} or {"id": ${request.id}, "error": "…"}`,
      got: quote(line),
      fix: 'Whatever else it prints belongs on its stderr.',
    });
  }

  /** Lets it end: its input is closed, and what does not end by itself is ended. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    if (await this.#isGoneWithin(GRACE_MS)) return;
    this.#kill('SIGTERM');
    if (await this.#isGoneWithin(GRACE_MS)) return;
    this.#kill('SIGKILL');
    await this.#isGoneWithin(GRACE_MS);
  }

  /** Ends it without waiting for what it is at. */
  async abort(): Promise<void> {
    this.#kill('SIGTERM');
    await this.close();
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop()!;
    this.#lines.push(...parts.filter((line) => line.trim() !== ''));
    if (this.#rest.length > MOST_CHARACTERS) {
      this.#lines.push(this.#rest.slice(0, LAST_WORDS)); // no JSON: whoever waits refuses it
      this.#rest = '';
    }
    this.#wake();
  }

  async #next(seconds: number, stopping: () => boolean, when: string): Promise<string | undefined> {
    const until = performance.now() + 1000 * seconds;
    while (this.#lines.length === 0) {
      if (stopping()) return undefined;
      if (this.#end !== undefined)
        throw this.#failure(`the external scorer ended ${when}`, { got: this.#end });
      if (performance.now() > until) {
        throw this.#failure(`the external scorer said nothing for ${seconds} s ${when}`, {
          fix: 'If it only needs longer, pass --external-timeout SECONDS.',
        });
      }
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, LOOK_MS);
      });
      clearTimeout(timer);
    }
    return this.#lines.shift();
  }

  #failure(what: string, more: { expected?: string; got?: string; fix?: string }): ExternalError {
    const words = withoutTokens(this.#stderr.trim().split('\n').at(-1)!.trim()).slice(-LAST_WORDS);
    const got = [more.got, words && `its last words "${words.replace(/\.$/, '')}"`]
      .filter(Boolean)
      .join(', ');
    return new ExternalError({ what, where: withoutTokens(this.#command), ...more, ...(got && { got }) });
  }

  async #isGoneWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    const gone = await Promise.race([this.#gone.then(() => true), late]);
    clearTimeout(timer);
    return gone;
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function quote(line: string): string {
  const text = withoutTokens(line.trim());
  return `"${text.length > 120 ? `${text.slice(0, 120)}…` : text}"`;
}
