/** Several worker processes that open the same scorer and share a queue of blocks. */

import { WinoscopeError } from '../errors.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import type { WorkerFailure, WorkerReply, WorkerRequest } from './worker.ts';
import { WorkerProcess } from './worker-process.ts';

/** An expected failure inside a worker, with the exit code it had there. */
export class WorkerError extends WinoscopeError {
  override readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super({ what: message.replace(/\.$/, '') });
    this.exitCode = exitCode;
  }
}

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const WORKER_FILE = new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

export class WorkerPool {
  readonly #workers: PoolWorker[];
  readonly #ready: Promise<unknown>;
  #stopped = false;

  /** Starts `count` workers; each loads the model. */
  constructor(settings: ScorerSettings, count: number) {
    this.#workers = Array.from({ length: count }, () => new PoolWorker(settings));
    this.#ready = Promise.all(this.#workers.map((worker) => worker.wait('ready')));
    this.#ready.catch(() => {}); // reported by ready(); not an unhandled rejection before that
  }

  /** Resolves once every worker has its model. @throws as `run`. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /**
   * Evaluates all blocks, each on the next free worker; hands out results as they come. A failure or the signal stops
   * all workers: each finishes the model call it is in, and what it hands out until then still comes.
   * @throws once all workers stand still: WorkerError where a model fails, Error for a fault of ours with the stack
   *   it had in the worker, the signal's reason when aborted.
   */
  async run(
    blocks: readonly ExampleWork[][],
    emit: (output: ScorerOutput) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let next = 0;
    const errors: unknown[] = [];
    const onAbort = () => this.#stop();
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) this.#stop();
    const feed = async (worker: PoolWorker) => {
      worker.onOutput = emit;
      while (next < blocks.length && !this.#stopped) {
        const done = worker.wait('block-done');
        worker.post({ type: 'block', work: blocks[next++]! });
        await done;
      }
    };
    const feeds = this.#workers.map((worker) =>
      feed(worker).catch((error) => {
        errors.push(error);
        this.#stop();
      }),
    );
    await Promise.all(feeds);
    signal?.removeEventListener('abort', onAbort);
    if (errors.length > 0) throw errors[0];
    signal?.throwIfAborted();
    // A worker may have died after its last block, or while it had none.
    for (const { failure } of this.#workers) if (failure) throw failure;
  }

  /**
   * Lets the workers end: each finishes the model call it is in, drops the rest of its block and frees its models.
   * They are given the time for it: what they computed still comes.
   */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#workers.map((worker) => worker.ended));
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const worker of this.#workers) worker.post({ type: 'stop' });
  }
}

/** One worker, listened to from its first to its last moment: a failure between two waits is kept for the next. */
class PoolWorker {
  readonly #worker: WorkerProcess;
  #waiting: { type: WorkerReply['type']; resolve: () => void; reject: (error: Error) => void } | undefined;
  /** Resolves when the worker is gone. */
  readonly ended: Promise<void>;
  /** Why nothing more can be expected of it. */
  failure: Error | undefined;
  onOutput: ((output: ScorerOutput) => void) | undefined;

  constructor(settings: ScorerSettings) {
    this.#worker = new WorkerProcess(WORKER_FILE, settings);
    this.#worker.on('message', (reply) => this.#receive(reply as WorkerReply));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (failure) => {
        if (failure) this.#fail(failure);
        else if (this.#waiting) this.#fail(new WorkerError('a worker ended unexpectedly', 1));
        resolve();
      });
    });
  }

  post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  /** Waits for one reply; one wait at a time. @throws the worker's failure, also one that came before. */
  wait(type: WorkerReply['type']): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { type, resolve, reject };
    });
  }

  #receive(reply: WorkerReply): void {
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

/** A failure that a worker told of, as an error of this process. */
function revive({ message, known, exitCode, stack }: WorkerFailure): Error {
  if (known) return new WorkerError(message, exitCode);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
