/** Workers that hold one denoiser each and are measured together: they share the cores as those of a run do. */

import { ModelFileError } from '../errors.ts';
import type { MeasureReply, MeasureRequest, MeasureSetup } from './measure-worker.ts';
import { WorkerProcess } from './worker-process.ts';

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const WORKER_FILE = new URL(
  `./measure-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

/** Milliseconds that an answer may take. Measuring must not keep a run from beginning; what hangs is told then. */
const PATIENCE_MS = 300_000;

export class MeasuringWorkers {
  readonly #workers: Measured[];
  /** Resident bytes of all workers after their last answers. */
  resident = 0;

  private constructor(workers: Measured[]) {
    this.#workers = workers;
  }

  /**
   * Opens the model in `count` workers.
   * @param patience milliseconds after which a worker that gives no answer is killed.
   * @throws ModelFileError where one cannot, WorkerEnd where one is ended by it or was killed.
   */
  static async open(setup: MeasureSetup, count: number, patience = PATIENCE_MS): Promise<MeasuringWorkers> {
    const workers = new MeasuringWorkers(Array.from({ length: count }, () => new Measured(setup, patience)));
    try {
      workers.#note(await Promise.all(workers.#workers.map((worker) => worker.answer())));
    } catch (error) {
      await workers.close();
      throw error;
    }
    return workers;
  }

  /**
   * Evaluations per second of all workers at once, in calls of `batch` rows.
   * @throws ModelFileError where one cannot make them, for want of memory for instance; WorkerEnd where that ended it.
   */
  async measure(batch: number, { milliseconds, warmUp }: { milliseconds: number; warmUp: number }) {
    const replies = await Promise.all(
      this.#workers.map((worker) => worker.ask({ type: 'measure', batch, milliseconds, warmUp })),
    );
    this.#note(replies);
    return replies.reduce((sum, { rows, seconds }) => sum + rows / seconds, 0);
  }

  #note(answers: readonly Answer[]): void {
    this.resident = answers.reduce((sum, { resident }) => sum + resident, 0);
  }

  /** Frees the models; a worker ends its call first. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

/** Rows and seconds of an answer that measured nothing are zeros. */
interface Answer {
  rows: number;
  seconds: number;
  resident: number;
}

/** One worker, of which one answer at a time is awaited. */
class Measured {
  readonly #worker: WorkerProcess;
  readonly #ended: Promise<void>;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  #end: Error | undefined;
  readonly #patience: number;

  constructor(setup: MeasureSetup, patience: number) {
    this.#patience = patience;
    this.#worker = new WorkerProcess(WORKER_FILE, setup);
    this.#worker.on('message', (message) => this.#receive(message as MeasureReply));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (failure) => {
        this.#end = failure ?? new ModelFileError({ what: 'a worker that measured ended' });
        this.#waiting?.reject(this.#end);
        resolve();
      });
    });
  }

  answer(): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#end) reject(this.#end);
    });
    return this.#unlessLate(answer);
  }

  ask(request: MeasureRequest): Promise<Answer> {
    const answer = this.answer();
    this.#worker.postMessage(request);
    return answer;
  }

  async close(): Promise<void> {
    this.#worker.postMessage({ type: 'stop' } satisfies MeasureRequest);
    await this.#unlessLate(this.#ended);
  }

  /** Kills the worker where that does not come in time, which ends the waiting. */
  async #unlessLate<T>(expected: Promise<T>): Promise<T> {
    const late = setTimeout(() => this.#worker.kill(), this.#patience);
    return expected.finally(() => clearTimeout(late));
  }

  #receive(reply: MeasureReply): void {
    if (reply.type === 'failed')
      this.#waiting?.reject(new ModelFileError({ what: reply.message.replace(/\.$/, '') }));
    else this.#waiting?.resolve({ rows: 0, seconds: 0, ...reply });
    this.#waiting = undefined;
  }
}
