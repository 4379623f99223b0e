/** What a worker of a `WorkerPool` does: opens its model once and works on the blocks that it is sent, one after the other. */

import { WinoscopeError } from '../errors.ts';
import type { NearlyDone } from '../scoring/scorer.ts';
import { openParentPort } from './parent-port.ts';

/** Sent to a worker. */
export type WorkerRequest<Work> = { type: 'block'; work: Work[] } | { type: 'stop' };

/** Sent by a worker. */
export type WorkerReply<Output> =
  /** With the resident bytes of the worker's process. */
  | { type: 'ready'; resident: number }
  | { type: 'outputs'; outputs: Output[] }
  | NearlyDone
  | { type: 'block-done'; resident: number }
  | { type: 'error'; error: WorkerFailure };

/** An error as plain data: classes do not survive the way between processes. */
export interface WorkerFailure {
  message: string;
  /** Whether it is one of `errors.ts`: its message is a sentence for the user. */
  known: boolean;
  exitCode: number;
  stack: string | undefined;
}

/** Rows of calls that end within so long go out together: a message between processes costs more than a short call's rows. */
const TOGETHER_MS = 250;

/** What works on blocks: a scorer, a sampler. */
export interface BlockServer<Work, Output> {
  /** Told of work as soon as it is known, while another block may still be evaluated. */
  prepare?(work: readonly Work[]): void;
  /** @param stopping asked before every model call: once true, the block is left. */
  evaluate(
    work: readonly Work[],
    emit: (output: Output | NearlyDone) => void,
    stopping: () => boolean,
  ): Promise<void>;
  release(): Promise<void>;
}

/** Serves until it is told to stop. Called once, at the top of a worker's file. @param open gets what the worker was started with. */
export async function serveBlocks<Work, Output extends { type: string }>(
  open: (data: unknown) => Promise<BlockServer<Work, Output>>,
): Promise<void> {
  const { data, port } = await openParentPort();
  let stopping = false;
  const waiting: Output[] = [];
  let sent = performance.now();
  const flush = () => {
    sent = performance.now();
    if (waiting.length > 0) port.postMessage({ type: 'outputs', outputs: waiting.splice(0) });
  };
  /** Whatever was put out before comes before it. */
  const reply = (message: WorkerReply<Output>) => {
    flush();
    port.postMessage(message);
  };
  const put = (output: Output) => {
    waiting.push(output);
    // Rows of errors are nobody's any more; what may be written to again goes out at once.
    if (output.type !== 'trials' || performance.now() - sent >= TOGETHER_MS) flush();
  };
  const fail = (error: unknown) => reply({ type: 'error', error: failureOf(error) });
  /** Tells why and ends: nobody can be served any more. */
  const giveUp = (error: unknown) => {
    fail(error);
    port.close();
  };
  process.on('uncaughtException', giveUp);

  async function handle(server: BlockServer<Work, Output>, request: WorkerRequest<Work>): Promise<void> {
    if (request.type === 'stop') {
      await server.release().finally(() => port.close());
      return;
    }
    await server.evaluate(
      request.work,
      (output) => (isNearlyDone(output) ? reply({ type: 'nearly-done' }) : put(output as Output)),
      () => stopping,
    );
    reply({ type: 'block-done', resident: process.memoryUsage.rss() });
  }

  try {
    const server = await open(data);
    reply({ type: 'ready', resident: process.memoryUsage.rss() });
    let last = Promise.resolve();
    port.onMessage((message) => {
      const request = message as WorkerRequest<Work>;
      if (request.type === 'stop') {
        if (stopping) return;
        stopping = true; // seen by a block that is being evaluated
      } else if (!stopping) server.prepare?.(request.work);
      last = last.then(() => handle(server, request)).catch(fail);
    });
  } catch (error) {
    giveUp(error);
  }
}

function isNearlyDone(output: { type: string }): boolean {
  return output.type === 'nearly-done';
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
