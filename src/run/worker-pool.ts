/** Several worker threads that open the same scorer and share a queue of blocks. */

import { Worker } from 'node:worker_threads';
import { WinoscopeError } from '../errors.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import type { WorkerReply, WorkerRequest } from './worker.ts';

/** A failure inside a worker, with the exit code it had there. */
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
  readonly #workers: Worker[];
  readonly #ready: Promise<unknown>;
  readonly #ended: Promise<unknown>;

  /** Starts `count` threads; each loads the model. */
  constructor(settings: ScorerSettings, count: number) {
    this.#workers = Array.from({ length: count }, () => new Worker(WORKER_FILE, { workerData: settings }));
    for (const worker of this.#workers) worker.setMaxListeners(32);
    this.#ended = Promise.all(
      this.#workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
    );
    this.#ready = Promise.all(this.#workers.map((worker) => waitFor(worker, 'ready')));
    this.#ready.catch(() => {}); // reported by ready(); not an unhandled rejection before that
  }

  /** Resolves once every thread has its model. @throws WorkerError with the sentence of the failure. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /**
   * Evaluates all blocks, each on the next free thread; hands out results as they come.
   * @throws WorkerError as soon as a thread fails; the signal's reason when aborted.
   */
  async run(
    blocks: readonly ExampleWork[][],
    emit: (output: ScorerOutput) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let next = 0;
    await Promise.all(
      this.#workers.map(async (worker) => {
        const listen = (reply: WorkerReply) => {
          if (reply.type === 'output' && !signal?.aborted) emit(reply.output);
        };
        worker.on('message', listen);
        try {
          while (next < blocks.length) {
            signal?.throwIfAborted();
            const done = waitFor(worker, 'block-done', signal);
            worker.postMessage({ type: 'block', work: blocks[next++]! } satisfies WorkerRequest);
            await done;
          }
        } finally {
          worker.off('message', listen);
        }
      }),
    );
  }

  /**
   * Lets the threads end: each finishes the model call it is in, drops the rest of its block and frees its models.
   * They are never terminated: a thread that is torn down in the middle of a call takes the whole process with it.
   */
  async close(): Promise<void> {
    for (const worker of this.#workers) worker.postMessage({ type: 'stop' } satisfies WorkerRequest);
    await this.#ended;
  }
}

/** Waits for one reply of a worker; fails with the worker, or when aborted. */
function waitFor(worker: Worker, type: WorkerReply['type'], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: WorkerReply) => {
      if (reply.type === 'error')
        settle(() => reject(new WorkerError(reply.error.message, reply.error.exitCode)));
      else if (reply.type === type) settle(resolve);
    };
    const onError = (error: Error) =>
      settle(() => reject(new WorkerError(`a worker failed: ${error.message}`, 1)));
    const onExit = (code: number) =>
      settle(() => reject(new WorkerError(`a worker ended unexpectedly with code ${code}`, 1)));
    const onAbort = () => settle(() => reject(signal!.reason));
    const settle = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
  });
}
