/** A run's events as plain lines: one line that changes on a terminal, a line now and then elsewhere. */

import { counted } from '../errors.ts';
import { duration } from '../report/duration.ts';
import { visible } from '../report/format.ts';
import type { RunEvent } from '../run/events.ts';

/** Without a terminal, progress is told at most this often. */
const LINE_MS = 10_000;

export interface ProgressOptions {
  /** No progress; warnings and failures are told all the same. */
  quiet: boolean;
}

export class ProgressLines {
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly #live: boolean;
  #started = 0;
  #lastLine = 0;
  #open = false;

  constructor(stream: NodeJS.WriteStream, { quiet }: ProgressOptions) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#live = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'begin': {
        const what =
          event.selected === event.count
            ? counted(event.count, 'example')
            : `${event.selected} of ${counted(event.count, 'example')}`;
        this.#tell(
          `${visible(event.task)}: ${what}, ${event.resumed ? 'going on in' : 'results in'} ${event.folder}`,
        );
        break;
      }
      case 'warning':
        this.#line(`warning: ${event.message}`);
        break;
      case 'phase':
        this.#started = performance.now();
        this.#lastLine = performance.now();
        if (event.phase === 'load') this.#update(`${event.scorer}: loading the model`);
        break;
      case 'progress':
        this.#progress(event);
        break;
      case 'example-failed':
        this.#line(`left out example ${event.id}: ${event.message}`);
        break;
      case 'end':
        this.end();
    }
  }

  /** A line of its own, whatever the progress line shows. */
  note(text: string): void {
    this.#line(text);
  }

  /** Leaves the cursor on a fresh line. */
  end(): void {
    if (this.#open) this.#stream.write('\n');
    this.#open = false;
  }

  #progress({ scorer, done, total, fresh, examples }: Extract<RunEvent, { type: 'progress' }>): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = fresh / Math.max(seconds, 1e-3);
    const percent = Math.floor((100 * done) / Math.max(1, total));
    const left = rate > 0 ? `${duration((total - done) / rate)} left` : '';
    const text = `${scorer}: ${percent} %  ${done}/${total} evaluations, ${counted(examples, 'example')}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s, ${left}`;
    if (done >= total) {
      this.#tell(
        `${scorer}: ${total} evaluations, ${counted(examples, 'example')} in ${duration(seconds)}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s`,
      );
    } else if (this.#live) this.#update(text);
    else if (performance.now() - this.#lastLine >= LINE_MS) this.#tell(text);
  }

  /** A line of progress. */
  #tell(text: string): void {
    if (!this.#quiet) this.#line(text);
  }

  #line(text: string): void {
    this.#lastLine = performance.now();
    this.#stream.write(this.#open ? `\r\u001b[2K${visible(text)}\n` : `${visible(text)}\n`);
    this.#open = false;
  }

  #update(text: string): void {
    if (this.#quiet || !this.#live) return;
    this.#stream.write(`\r\u001b[2K${visible(text).slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#open = true;
  }
}
