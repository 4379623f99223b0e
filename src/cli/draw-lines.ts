/** Drawing as plain lines: one that changes on a terminal, one now and then elsewhere. */

import { duration } from '../report/duration.ts';
import { visible } from '../report/format.ts';
import type { DrawEvent } from '../run/draw-images.ts';

/** Without a terminal, progress is told at most this often. */
const LINE_MS = 10_000;

export class DrawLines {
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly #live: boolean;
  #total = 0;
  #started = 0;
  #lastLine = 0;
  #open = false;

  constructor(stream: NodeJS.WriteStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#live = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  show(event: DrawEvent): void {
    switch (event.type) {
      case 'begin':
        this.#total = event.total;
        this.#started = performance.now();
        this.#lastLine = this.#started;
        if (event.there > 0) this.#line(`${event.there} of ${event.total} images are there already`);
        break;
      case 'loading':
        this.#update('loading the model');
        break;
      case 'progress': {
        const { steps, totalSteps, images } = event;
        const seconds = (performance.now() - this.#started) / 1000;
        const left = steps > 0 ? duration((seconds * (totalSteps - steps)) / steps) : 'unknown';
        const percent = Math.floor((100 * steps) / totalSteps);
        const text = `${percent} %  ${images}/${this.#total} images, ${left} left`;
        if (this.#live) this.#update(text);
        else if (performance.now() - this.#lastLine >= LINE_MS) this.#line(text);
        break;
      }
      case 'end':
        this.end();
    }
  }

  /** Leaves the cursor on an empty line. */
  end(): void {
    if (this.#open) this.#stream.write('\r\u001b[2K');
    this.#open = false;
  }

  #line(text: string): void {
    if (this.#quiet) return;
    this.#lastLine = performance.now();
    this.end();
    this.#stream.write(`${visible(text)}\n`);
  }

  #update(text: string): void {
    if (this.#quiet || !this.#live) return;
    this.#stream.write(`\r\u001b[2K${visible(text).slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#open = true;
  }
}
