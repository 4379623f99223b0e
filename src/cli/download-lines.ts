/** A pull's events as plain lines: one line that changes on a terminal, a line now and then elsewhere. */

import { type HubRef, refText } from '../hub/hub-ref.ts';
import type { PullEvent } from '../hub/pull.ts';
import { duration } from '../report/duration.ts';
import { visible } from '../report/format.ts';

/** Without a terminal, progress is told at most this often. */
const LINE_MS = 10_000;

export class DownloadLines {
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly #live: boolean;
  #told = performance.now();
  #open = false;
  #fetched = 0;

  constructor(stream: NodeJS.WriteStream, { quiet }: { quiet: boolean }) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#live = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  show(event: PullEvent, ref: HubRef): void {
    const name = refText(ref);
    switch (event.type) {
      case 'resolved':
        if (event.missing === 0) break;
        this.#tell(
          `${name}: fetching ${bytesText(event.missing)} of ${bytesText(event.bytes)} in ${event.files} files, commit ${event.commit.slice(0, 12)}`,
        );
        break;
      case 'verify':
        this.#update(`${name}: verifying ${event.path} (${bytesText(event.bytes)})`);
        break;
      case 'progress':
        this.#progress(event, name);
        break;
      case 'file':
        if (event.file.downloaded > 0) this.#fetched += 1;
        break;
      case 'retry':
        this.#tell(`${name}: ${event.reason}; trying again in ${waitText(event.seconds)}`);
        break;
      case 'waiting':
        this.#tell(`${name}: waiting for ${event.holder}, which downloads ${event.path}`);
        break;
      case 'warning':
        this.#line(`warning: ${event.message}`);
        break;
      case 'end':
        if (this.#fetched > 0)
          this.#tell(`${name}: ${bytesText(event.result.downloaded)} fetched and verified`);
        this.end();
    }
  }

  /** A line of progress that does not stay on a terminal. */
  update(text: string): void {
    this.#update(text);
  }

  /** Leaves the cursor at the beginning of an empty line. */
  end(): void {
    if (this.#open) this.#stream.write('\r\u001b[2K');
    this.#open = false;
  }

  #progress(event: Extract<PullEvent, { type: 'progress' }>, name: string): void {
    const { done, total, bytesPerSecond, secondsLeft } = event;
    const percent = Math.floor((100 * done) / Math.max(1, total));
    const left = Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : 'stalled';
    const text = `${name}: ${percent} %  ${bytesText(done)} of ${bytesText(total)}, ${bytesText(bytesPerSecond)}/s, ${left}`;
    if (this.#live) this.#update(text);
    else if (performance.now() - this.#told >= LINE_MS) this.#tell(text);
  }

  #tell(text: string): void {
    if (!this.#quiet) this.#line(text);
  }

  #line(text: string): void {
    this.#told = performance.now();
    this.end();
    this.#stream.write(`${visible(text)}\n`);
  }

  #update(text: string): void {
    if (this.#quiet || !this.#live) return;
    this.#stream.write(`\r\u001b[2K${visible(text).slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#open = true;
  }
}

/** `512 bytes`, `1.2 kB`, `3.44 GB`: powers of ten, as the Hub writes them. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value
    .toPrecision(3)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')} ${units[unit]}`;
}

function waitText(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}
