/** Bare loops over the UNet: threads that each call onnxruntime with feeds built beforehand, and nothing else. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BareReply, BareRequest, BareSetup } from './bare-worker.ts';
import type { Call, Contestant } from './contestant.ts';
import type { UnetShape } from './subject.ts';

export class BareLoops implements Contestant {
  readonly label: string;
  /** Seconds until the last session was open. */
  readonly openSeconds: number;
  readonly #workers: Worker[];
  readonly #ended: Promise<unknown>;

  private constructor(label: string, workers: Worker[], openSeconds: number) {
    this.label = label;
    this.openSeconds = openSeconds;
    this.#workers = workers;
    this.#ended = Promise.all(
      workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
    );
  }

  /** Starts the threads; resolves once each has its own session. */
  static async start(
    unet: UnetShape,
    { workers, threads, options }: Pick<BareSetup, 'threads' | 'options'> & { workers: number },
  ): Promise<BareLoops> {
    const file = new URL('./bare-worker.ts', import.meta.url);
    const workerData: BareSetup = { unet, threads, ...(options && { options }) };
    const started = Array.from({ length: workers }, () => new Worker(file, { workerData }));
    const first = await Promise.all(started.map((worker) => once(worker, 'message') as Promise<[BareReply]>));
    const label = `${workers} x ${threads} thread${threads > 1 ? 's' : ''}`;
    return new BareLoops(label, started, Math.max(...first.map(([{ seconds }]) => seconds)));
  }

  async measure({ batch }: Call, seconds: number): Promise<number> {
    await this.#all({ type: 'prepare', batch });
    const replies = await this.#all({ type: 'measure', seconds });
    return replies.reduce((sum, reply) => sum + reply.rows / reply.seconds, 0);
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.postMessage({ type: 'stop' } satisfies BareRequest);
    await this.#ended;
  }

  /** Sends a request to all threads at once and waits for all; fails with the first that fails. */
  async #all(request: BareRequest): Promise<BareReply[]> {
    return Promise.all(
      this.#workers.map(async (worker) => {
        const reply = once(worker, 'message');
        worker.postMessage(request);
        return ((await reply) as [BareReply])[0];
      }),
    );
  }
}
