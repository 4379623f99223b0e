/** Watches workers that are at work for signs of life: a driver or a graph may hang, and a run would wait for ever. */

import { WinoscopeError } from '../errors.ts';

/** A worker that gives no answer. */
export interface Silence {
  /** From 1. */
  worker: number;
  /** Seconds since its last answer, and the longest that any answer took before. */
  seconds: number;
  longest: number;
}

/** A worker gave no answer for too long. */
export class HungWorkerError extends WinoscopeError {}

/** How long workers may be silent, and who is told of one that is. */
export interface PoolWatch {
  /** Seconds without an answer after which a worker is given up, or 20 times the longest answer so far if that is more. */
  seconds: number;
  /** Seconds that models may take to open. @default 3 times as long as an answer, at least 300 */
  loadSeconds?: number;
  onSilence: (silence: Silence) => void;
}

/** How long a worker may be silent where nobody says. */
export const WORKER_SECONDS = 600;

/** What holds where nobody wants to be told. */
export const QUIET_WATCH: PoolWatch = { seconds: WORKER_SECONDS, onSilence: () => {} };

/** Opening many gigabytes from a slow disk takes minutes. */
const LOAD_SECONDS = 300;

/** See `PoolWatch`. */
export function loadSecondsOf({ seconds, loadSeconds }: PoolWatch): number {
  return loadSeconds ?? Math.max(LOAD_SECONDS, FIRST * seconds);
}

/** The longest answer so far times this is no silence yet. */
const FACTOR = 20;
/** Before any answer came there is nothing to measure by: models may be warming up, many images being encoded. */
const FIRST = 3;
/** Part of the bound after which a silence is told. */
const TELL = 0.5;
const TICK_MS = 250;

/** One per run of a pool. */
export class SilenceWatch {
  /** Resolves where a worker is given up; else never. */
  readonly gaveUp: Promise<HungWorkerError>;
  readonly #watch: PoolWatch;
  /** Seconds of silence by worker; NaN for one that has nothing to do. */
  readonly #silent: Float64Array;
  readonly #told = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  #longest = 0;
  #answered = false;
  #last = performance.now();
  #giveUp: (error: HungWorkerError) => void = () => {};

  constructor(workers: number, watch: PoolWatch) {
    this.#watch = watch;
    this.#silent = new Float64Array(workers).fill(Number.NaN);
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** A worker was given something to do. */
  begins(worker: number): void {
    this.#silent[worker] = 0;
  }

  /** A worker gave an answer. */
  heard(worker: number): void {
    this.#answered = true;
    this.#longest = Math.max(this.#longest, this.#silent[worker] || 0);
    this.#silent[worker] = 0;
    this.#told.delete(worker);
  }

  /** A worker is through with what it was given. */
  ends(worker: number): void {
    this.heard(worker);
    this.#silent[worker] = Number.NaN;
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // A process that was stopped, or a machine that slept, was not waiting: a tick counts for two at most.
    const passed = Math.min(now - this.#last, 2 * TICK_MS) / 1000;
    this.#last = now;
    const { seconds: least, onSilence } = this.#watch;
    const bound = !this.#answered ? FIRST * least : Math.max(least, FACTOR * this.#longest);
    for (const worker of this.#silent.keys()) {
      this.#silent[worker]! += passed;
      const seconds = this.#silent[worker]!;
      const silence = { worker: worker + 1, seconds: Math.round(seconds), longest: this.#longest };
      if (seconds > bound) {
        this.dispose();
        this.#giveUp(hung(silence));
        return;
      }
      if (seconds > TELL * bound && !this.#told.has(worker)) {
        this.#told.add(worker);
        onSilence(silence);
      }
    }
  }
}

/** A silence in words. */
export function silenceWords({ worker, seconds, longest }: Silence): string {
  const before = longest === 0 ? 'it gave none before' : `the longest so far took ${longest.toFixed(1)} s`;
  return `worker ${worker} has given no answer for ${seconds} s (${before})`;
}

function hung(silence: Silence): HungWorkerError {
  return new HungWorkerError({
    what: silenceWords(silence),
    fix: 'It was ended; what was computed is kept: run the same command again to go on, with a larger --worker-timeout if it was only slow.',
  });
}
