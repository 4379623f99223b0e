/** How fast bytes come in, and how long the rest will take. */

/** The speed is that of so many milliseconds: long enough to be steady, short enough to follow a change. */
const WINDOW_MS = 10_000;

export class Speed {
  readonly #files = new Map<string, { bytes: number; first: number }>();
  readonly #samples: { at: number; fresh: number }[] = [{ at: performance.now(), fresh: 0 }];

  /** A file has `bytes` bytes by now, `first` of them from before. */
  set(file: string, bytes: number, first: number): void {
    this.#files.set(file, { bytes, first });
  }

  /** Bytes that are there. */
  get done(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  /** Bytes that came this time. */
  get fresh(): number {
    return this.#sum(({ bytes, first }) => Math.max(0, bytes - first));
  }

  /** State against `total` bytes; `secondsLeft` is infinite where nothing comes. */
  now(total: number): { done: number; bytesPerSecond: number; secondsLeft: number } {
    const { done, fresh } = this;
    const at = performance.now();
    this.#samples.push({ at, fresh });
    while (this.#samples.length > 2 && at - this.#samples[0]!.at > WINDOW_MS) this.#samples.shift();
    const from = this.#samples[0]!;
    const bytesPerSecond = (1000 * Math.max(0, fresh - from.fresh)) / Math.max(1, at - from.at);
    const left = Math.max(0, total - done);
    return { done, bytesPerSecond, secondsLeft: left === 0 ? 0 : left / bytesPerSecond };
  }

  #sum(count: (file: { bytes: number; first: number }) => number): number {
    return [...this.#files.values()].reduce((total, file) => total + count(file), 0);
  }
}
