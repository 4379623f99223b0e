/** One interactive worker as seen from here: requests with their replies. */

import type { InteractiveReply, InteractiveRequest, InteractiveWorkerData } from './interactive-worker.ts';
import { WorkerProcess } from './worker-process.ts';

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const WORKER_FILE = new URL(
  `./interactive-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

/** Milliseconds that a worker may take to end. */
const PATIENCE_MS = 10_000;

type Ask =
  | Omit<Extract<InteractiveRequest, { type: 'score' }>, 'id'>
  | Omit<Extract<InteractiveRequest, { type: 'reconstruct' }>, 'id'>
  | Omit<Extract<InteractiveRequest, { type: 'draw' }>, 'id'>;

/** Starts with its first request and lives until it is closed. */
export class InteractiveProcess {
  readonly #data: InteractiveWorkerData;
  readonly #listeners = new Map<number, (reply: InteractiveReply) => void>();
  #worker: WorkerProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #next = 1;

  constructor(data: InteractiveWorkerData) {
    this.#data = data;
  }

  /** Sends a request; its replies come to `listen`, the last one being `done`, `refused` or `failed`. Returns its number. */
  ask(request: Ask, listen: (reply: InteractiveReply) => void): number {
    const id = this.#next++;
    this.#listeners.set(id, listen);
    this.#start().postMessage({ ...request, id });
    return id;
  }

  /** Lets a request end at its next model call. */
  cancel(id: number): void {
    this.#worker?.postMessage({ type: 'cancel', id } satisfies InteractiveRequest);
  }

  /** Lets the worker finish the model call it is in and end; one that takes long is killed: nobody waits for its answer. */
  async close(): Promise<void> {
    const worker = this.#worker;
    worker?.postMessage({ type: 'stop' } satisfies InteractiveRequest);
    const late = setTimeout(() => worker?.kill(), PATIENCE_MS);
    await this.#ended;
    clearTimeout(late);
  }

  #start(): WorkerProcess {
    if (this.#worker) return this.#worker;
    const worker = new WorkerProcess(WORKER_FILE, this.#data);
    this.#worker = worker;
    worker.on('message', (message) => {
      const reply = message as InteractiveReply;
      const listen = this.#listeners.get(reply.id);
      if (reply.type === 'done' || reply.type === 'refused' || reply.type === 'failed')
        this.#listeners.delete(reply.id);
      listen?.(reply);
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (failure) => {
        this.#worker = undefined; // the next request starts another
        const error = {
          message: failure?.message ?? 'the worker ended.',
          known: true,
          exitCode: 1,
          stack: undefined,
        };
        for (const [id, listen] of this.#listeners) listen({ type: 'failed', id, error });
        this.#listeners.clear();
        resolve();
      });
    });
    return worker;
  }
}
