/** Several worker processes that open the same model and share a queue of blocks. */

import { WinoscopeError } from '../errors.ts';
import type { Device } from '../onnx/session.ts';
import type { DrawOutput, DrawSettings, ImageOrder } from '../scoring/image-sampler.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import type { WorkerFailure, WorkerReply, WorkerRequest } from './serve-blocks.ts';
import {
  HungWorkerError,
  loadSecondsOf,
  type PoolWatch,
  QUIET_WATCH,
  SilenceWatch,
} from './silence-watch.ts';
import { WorkerEnd, WorkerProcess } from './worker-process.ts';

/** An expected failure inside a worker, with the exit code it had there. */
export class WorkerError extends WinoscopeError {
  override readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super({ what: message.replace(/\.$/, '') });
    this.exitCode = exitCode;
  }
}

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const SCORE_WORKER = new URL(`./worker${ENDING}`, import.meta.url);
const DRAW_WORKER = new URL(`./draw-worker${ENDING}`, import.meta.url);

/** Freeing models takes a moment; a driver that hangs meanwhile must not keep a run whose results are all there. */
const IDLE_END_SECONDS = 60;

export interface PoolOptions {
  /** Where the workers run in turn, if on several devices. */
  devices?: readonly Device[];
  /** What is told of a worker that gives no answer for long, and when it is given up. @default QUIET_WATCH */
  watch?: PoolWatch | 'never';
}

/** Workers that score examples, unless `drawPool` made them. */
export class WorkerPool<Work = ExampleWork, Output = ScorerOutput> {
  readonly #workers: PoolWorker<Work, Output>[];
  readonly #ready: Promise<unknown>;
  #stopped = false;
  readonly #watch: PoolWatch | undefined;
  /** Whether all workers have their models and no work. */
  #isIdle = false;

  /** Starts `count` workers; each loads the model. @param file what they run. */
  constructor(
    settings: ScorerSettings | DrawSettings,
    count: number,
    { devices = [], watch = QUIET_WATCH, file = SCORE_WORKER }: PoolOptions & { file?: URL } = {},
  ) {
    this.#watch = watch === 'never' ? undefined : watch;
    this.#workers = Array.from(
      { length: count },
      (_, k) =>
        new PoolWorker<Work, Output>(
          file,
          devices.length > 0 ? onDevice(settings, devices[k % devices.length]!) : settings,
        ),
    );
    this.#ready = this.#load();
    this.#ready.catch(() => {}); // reported by ready(); not an unhandled rejection before that
  }

  /** Resident bytes of all workers, as they last told. */
  get resident(): number {
    return this.#workers.reduce((sum, { resident }) => sum + resident, 0);
  }

  async #load(): Promise<void> {
    const late =
      this.#watch &&
      setTimeout(() => this.#giveUp(hungLoading(this.#watch!)), 1000 * loadSecondsOf(this.#watch));
    late?.unref();
    try {
      await Promise.all(this.#workers.map(({ ready }) => ready));
    } finally {
      clearTimeout(late);
    }
  }

  /** Resolves once every worker has its model. @throws as `run`. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /**
   * Evaluates all blocks, each on the next free worker; hands out results as they come. A failure or the signal stops
   * all workers: each finishes the model call it is in, and what it hands out until then still comes.
   * @throws HungWorkerError where one was given up; else once all workers stand still: WorkerError where a model fails, Error for a fault of ours with the stack
   *   it had in the worker, the signal's reason when aborted.
   */
  async run(blocks: readonly Work[][], emit: (output: Output) => void, signal?: AbortSignal): Promise<void> {
    let next = 0;
    const errors: unknown[] = [];
    const onAbort = () => this.#stop();
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) this.#stop();
    const take = () => (this.#stopped ? undefined : blocks[next++]);
    const silence = this.#watch && new SilenceWatch(this.#workers.length, this.#watch);
    silence?.gaveUp.then((error) => this.#giveUp(error));
    this.#isIdle = false;
    const feed = async (worker: PoolWorker<Work, Output>, number: number) => {
      silence?.begins(number);
      await worker.evaluate(take, (output) => {
        silence?.heard(number);
        emit(output);
      });
      silence?.ends(number);
    };
    const feeds = this.#workers.map((worker, number) =>
      feed(worker, number).catch((error) => {
        // Ctrl-C reaches a worker that has only begun to start too: that is no failure of its own.
        if (!(signal?.aborted && error instanceof WorkerEnd)) errors.push(error);
        silence?.ends(number);
        this.#stop();
      }),
    );
    await Promise.all(feeds);
    this.#isIdle = true;
    silence?.dispose();
    signal?.removeEventListener('abort', onAbort);
    if (errors.length > 0) throw errors[0];
    signal?.throwIfAborted();
    // A worker may have died after its last block, or while it had none.
    for (const { failure } of this.#workers) if (failure) throw failure;
  }

  /**
   * Lets the workers end: each finishes the model call it is in, drops the rest of its block and frees its models.
   * They are given the time for it: what they computed still comes. One that takes longer than a silence may is killed.
   */
  async close(): Promise<void> {
    this.#stop();
    const seconds = this.#isIdle ? IDLE_END_SECONDS : this.#watch && loadSecondsOf(this.#watch);
    const late = seconds && setTimeout(() => this.#kill(), 1000 * seconds);
    await Promise.all(this.#workers.map((worker) => worker.ended));
    clearTimeout(late);
  }

  #giveUp(error: Error): void {
    for (const worker of this.#workers) worker.giveUp(error);
  }

  #kill(): void {
    for (const worker of this.#workers) worker.kill();
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const worker of this.#workers) worker.post({ type: 'stop' });
  }
}

/** Workers that draw images. */
export function drawPool(settings: DrawSettings, count: number): WorkerPool<ImageOrder, DrawOutput> {
  return new WorkerPool<ImageOrder, DrawOutput>(settings, count, { file: DRAW_WORKER });
}

/** Blocks for one worker, and who waits until it has evaluated all that it took. */
interface Feed<Work, Output> {
  /** The next block; undefined where there is none for this worker any more. */
  take: () => Work[] | undefined;
  emit: (output: Output) => void;
  /** Blocks sent and not done: one, and towards its end the one that comes next. */
  sent: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** One worker, listened to from its first to its last moment: a failure that nobody waits for is kept. */
class PoolWorker<Work, Output> {
  readonly #worker: WorkerProcess;
  #opened: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #feed: Feed<Work, Output> | undefined;
  /** Resolves once it has its model. */
  readonly ready: Promise<void>;
  /** Resolves when the worker is gone. */
  readonly ended: Promise<void>;
  /** Why nothing more can be expected of it. */
  failure: Error | undefined;
  /** Bytes, as it last told. */
  resident = 0;

  constructor(file: URL, settings: ScorerSettings | DrawSettings) {
    this.#worker = new WorkerProcess(file, settings);
    this.ready = new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    this.#worker.on('message', (reply) => this.#receive(reply as WorkerReply<Output>));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (failure) => {
        if (failure) this.#fail(failure);
        else if (this.#opened || this.#feed)
          this.#fail(
            new WorkerError(
              'a worker ended unexpectedly; what was computed is kept: run the same command again to go on',
              1,
            ),
          );
        resolve();
      });
    });
  }

  /** Ends it, whatever it is doing. */
  giveUp(error: Error): void {
    this.#fail(error);
    this.kill();
  }

  kill(): void {
    this.#worker.kill();
  }

  post(request: WorkerRequest<Work>): void {
    this.#worker.postMessage(request);
  }

  /** Evaluates blocks until there are none left. @throws the worker's failure, also one that came before. */
  evaluate(take: Feed<Work, Output>['take'], emit: Feed<Work, Output>['emit']): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.#feed = { take, emit, sent: 0, resolve, reject };
      this.#send(this.#feed);
    });
  }

  /** Sends one more block; without one, the worker is through once it has done those that it has. */
  #send(feed: Feed<Work, Output>): void {
    const work = feed.take();
    if (work) {
      feed.sent++;
      this.post({ type: 'block', work });
    } else if (feed.sent === 0) {
      this.#feed = undefined;
      feed.resolve();
    }
  }

  #receive(reply: WorkerReply<Output>): void {
    const feed = this.#feed;
    if (reply.type === 'ready' || reply.type === 'block-done') this.resident = reply.resident;
    if (reply.type === 'ready') {
      this.#opened?.resolve();
      this.#opened = undefined;
    } else if (reply.type === 'error') this.#fail(revive(reply.error));
    else if (!feed) return;
    else if (reply.type === 'outputs') for (const output of reply.outputs) feed.emit(output);
    else if (reply.type === 'nearly-done') {
      // The next block arrives before this one ends: a worker never waits for its work.
      if (feed.sent === 1) this.#send(feed);
    } else {
      feed.sent--;
      if (feed.sent === 0) this.#send(feed);
    }
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.#opened?.reject(this.failure);
    this.#opened = undefined;
    this.#feed?.reject(this.failure);
    this.#feed = undefined;
  }
}

function hungLoading(watch: PoolWatch): HungWorkerError {
  return new HungWorkerError({
    what: `the model was not open after ${Math.round(loadSecondsOf(watch))} s`,
    fix: 'Its worker was ended: run the same command again, with a larger --worker-timeout if the disk is only slow.',
  });
}

/** The same settings for another device. */
function onDevice<T extends ScorerSettings | DrawSettings>(settings: T, device: Device): T {
  return 'device' in settings ? { ...settings, device } : settings;
}

/** A failure that a worker told of, as an error of this process. */
function revive({ message, known, exitCode, stack }: WorkerFailure): Error {
  if (known) return new WorkerError(message, exitCode);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
