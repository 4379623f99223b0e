/** Several worker threads that open the same model and share a queue of blocks. */

import { Worker } from 'node:worker_threads';
import { WinoscopeError } from '../errors.ts';
import type { DrawOutput, DrawSettings, ImageOrder } from '../scoring/image-sampler.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import type { WorkerFailure, WorkerReply, WorkerRequest } from './serve-blocks.ts';

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

/** Threads that score examples, unless `drawPool` made them. */
export class WorkerPool<Work = ExampleWork, Output = ScorerOutput> {
  readonly #threads: Thread<Work, Output>[];
  readonly #ready: Promise<unknown>;
  #stopped = false;

  /** Starts `count` threads; each loads the model. */
  constructor(settings: ScorerSettings | DrawSettings, count: number, file: URL = SCORE_WORKER) {
    this.#threads = Array.from({ length: count }, () => new Thread(settings, file));
    this.#ready = Promise.all(this.#threads.map((thread) => thread.wait('ready')));
    this.#ready.catch(() => {}); // reported by ready(); not an unhandled rejection before that
  }

  /** Resolves once every thread has its model. @throws as `run`. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /**
   * Evaluates all blocks, each on the next free thread; hands out results as they come. A failure or the signal stops
   * all threads: each finishes the model call it is in, and what it hands out until then still comes.
   * @throws once all threads stand still: WorkerError where a model fails, Error for a fault of ours with the stack
   *   it had in the thread, the signal's reason when aborted.
   */
  async run(blocks: readonly Work[][], emit: (output: Output) => void, signal?: AbortSignal): Promise<void> {
    let next = 0;
    const errors: unknown[] = [];
    const onAbort = () => this.#stop();
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) this.#stop();
    const feed = async (thread: Thread<Work, Output>) => {
      thread.onOutput = emit;
      while (next < blocks.length && !this.#stopped) {
        const done = thread.wait('block-done');
        thread.post({ type: 'block', work: blocks[next++]! });
        await done;
      }
    };
    const feeds = this.#threads.map((thread) =>
      feed(thread).catch((error) => {
        errors.push(error);
        this.#stop();
      }),
    );
    await Promise.all(feeds);
    signal?.removeEventListener('abort', onAbort);
    if (errors.length > 0) throw errors[0];
    signal?.throwIfAborted();
    // A thread may have died after its last block, or while it had none.
    for (const { failure } of this.#threads) if (failure) throw failure;
  }

  /**
   * Lets the threads end: each finishes the model call it is in, drops the rest of its block and frees its models.
   * They are never terminated: a thread that is torn down in the middle of a call takes the whole process with it.
   */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#threads.map((thread) => thread.ended));
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const thread of this.#threads) thread.post({ type: 'stop' });
  }
}

/** Threads that draw images. */
export function drawPool(settings: DrawSettings, count: number): WorkerPool<ImageOrder, DrawOutput> {
  return new WorkerPool(settings, count, DRAW_WORKER);
}

/** One worker, listened to from its first to its last moment: a failure between two waits is kept for the next. */
class Thread<Work, Output> {
  readonly #worker: Worker;
  #waiting:
    | { type: WorkerReply<Output>['type']; resolve: () => void; reject: (error: Error) => void }
    | undefined;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
  /** Why nothing more can be expected of it. */
  failure: Error | undefined;
  onOutput: ((output: Output) => void) | undefined;

  constructor(settings: object, file: URL) {
    this.#worker = new Worker(file, { workerData: settings });
    this.#worker.on('message', (reply: WorkerReply<Output>) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(crash(error)));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        if (code !== 0 || this.#waiting)
          this.#fail(new WorkerError(`a worker ended unexpectedly with code ${code}`, 1));
        resolve();
      });
    });
  }

  post(request: WorkerRequest<Work>): void {
    this.#worker.postMessage(request);
  }

  /** Waits for one reply; one wait at a time. @throws the thread's failure, also one that came before. */
  wait(type: WorkerReply<Output>['type']): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { type, resolve, reject };
    });
  }

  #receive(reply: WorkerReply<Output>): void {
    if (reply.type === 'output') this.onOutput?.(reply.output);
    else if (reply.type === 'error') this.#fail(revive(reply.error));
    else if (reply.type === this.#waiting?.type) {
      this.#waiting.resolve();
      this.#waiting = undefined;
    }
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.#waiting?.reject(this.failure);
    this.#waiting = undefined;
  }
}

/** A failure that a worker told of, as an error of this thread. */
function revive({ message, known, exitCode, stack }: WorkerFailure): Error {
  if (known) return new WorkerError(message, exitCode);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What took a worker away: a want of memory is a sentence, anything else a fault of ours with its stack. */
function crash(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? new WorkerError(`a worker failed: ${error.message}`, 1) : error;
}
