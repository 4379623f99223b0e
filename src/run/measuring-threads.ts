/** Threads that hold one denoiser each and are measured together: they share the cores as the workers of a run do. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ModelFileError } from '../errors.ts';
import type { MeasureReply, MeasureRequest, MeasureSetup } from './measure-worker.ts';

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const WORKER_FILE = new URL(
  `./measure-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

export class MeasuringThreads {
  readonly #workers: Worker[];

  private constructor(workers: Worker[]) {
    this.#workers = workers;
  }

  /** Opens the model in `count` threads. @throws ModelFileError where one cannot. */
  static async open(setup: MeasureSetup, count: number): Promise<MeasuringThreads> {
    const workers = Array.from({ length: count }, () => new Worker(WORKER_FILE, { workerData: setup }));
    const threads = new MeasuringThreads(workers);
    try {
      await Promise.all(workers.map((worker) => answer(worker)));
    } catch (error) {
      await threads.close();
      throw error;
    }
    return threads;
  }

  /**
   * Evaluations per second of all threads at once, in calls of `batch` rows.
   * @throws ModelFileError where a thread cannot make them, for want of memory for instance.
   */
  async measure(batch: number, { milliseconds, warmUp }: { milliseconds: number; warmUp: number }) {
    const replies = await Promise.all(
      this.#workers.map((worker) => {
        const reply = answer(worker);
        worker.postMessage({ type: 'measure', batch, milliseconds, warmUp } satisfies MeasureRequest);
        return reply;
      }),
    );
    return replies.reduce((sum, { rows, seconds }) => sum + rows / seconds, 0);
  }

  /** Frees the models; a thread ends its call first. */
  async close(): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        if (worker.threadId < 0) return undefined; // gone already
        const gone = once(worker, 'exit');
        worker.postMessage({ type: 'stop' } satisfies MeasureRequest);
        return gone;
      }),
    );
  }
}

/** The next reply of a thread; rows and seconds of those that measured nothing are zeros. */
function answer(worker: Worker): Promise<{ rows: number; seconds: number }> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      end();
    };
    const onMessage = (reply: MeasureReply) =>
      settle(() => {
        if (reply.type === 'failed') reject(new ModelFileError({ what: reply.message.replace(/\.$/, '') }));
        else resolve(reply.type === 'measured' ? reply : { rows: 0, seconds: 0 });
      });
    const onError = (error: unknown) => settle(() => reject(error));
    const onExit = (code: number) =>
      settle(() => reject(new ModelFileError({ what: `a thread that measured ended with code ${code}` })));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
