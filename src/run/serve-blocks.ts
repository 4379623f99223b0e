/** What a thread of a `WorkerPool` does: opens its model once and works on the blocks that it is sent, one after the other. */

import { parentPort } from 'node:worker_threads';
import { WinoscopeError } from '../errors.ts';

/** Sent to a worker. */
export type WorkerRequest<Work> = { type: 'block'; work: Work[] } | { type: 'stop' };

/** Sent by a worker. */
export type WorkerReply<Output> =
  | { type: 'ready' }
  | { type: 'output'; output: Output }
  | { type: 'block-done' }
  | { type: 'error'; error: WorkerFailure };

/** An error as plain data: classes do not survive the way between threads. */
export interface WorkerFailure {
  message: string;
  /** Whether it is one of `errors.ts`: its message is a sentence for the user. */
  known: boolean;
  exitCode: number;
  stack: string | undefined;
}

/** What works on blocks: a scorer, a sampler. */
export interface BlockServer<Work, Output> {
  /** @param stopping asked before every model call: once true, the block is left. */
  evaluate(work: readonly Work[], emit: (output: Output) => void, stopping: () => boolean): Promise<void>;
  release(): Promise<void>;
}

/** Serves until it is told to stop. Called once, at the top of a worker's file. */
export function serveBlocks<Work, Output>(open: () => Promise<BlockServer<Work, Output>>): void {
  const port = parentPort!;
  let stopping = false;
  const reply = (message: WorkerReply<Output>) => port.postMessage(message);
  const fail = (error: unknown) => reply({ type: 'error', error: failureOf(error) });

  async function handle(server: BlockServer<Work, Output>, request: WorkerRequest<Work>): Promise<void> {
    if (request.type === 'stop') {
      await server.release().finally(() => port.close());
      return;
    }
    await server.evaluate(
      request.work,
      (output) => reply({ type: 'output', output }),
      () => stopping,
    );
    reply({ type: 'block-done' });
  }

  async function serve(): Promise<void> {
    const server = await open();
    reply({ type: 'ready' });
    let last = Promise.resolve();
    port.on('message', (request: WorkerRequest<Work>) => {
      if (request.type === 'stop') {
        if (stopping) return;
        stopping = true; // seen by a block that is being evaluated
      }
      last = last.then(() => handle(server, request)).catch(fail);
    });
  }

  serve().catch(fail);
}

function failureOf(error: unknown): WorkerFailure {
  const known = error instanceof WinoscopeError;
  return {
    message: error instanceof Error ? error.message : String(error),
    known,
    exitCode: known ? error.exitCode : 1,
    stack: !known && error instanceof Error ? error.stack : undefined,
  };
}
