/** A worker process: opens one scorer and evaluates the blocks it is sent. Inference never runs in the run's own process. */

import { WinoscopeError } from '../errors.ts';
import { openScorer, type ScorerSettings } from '../scoring/open-scorer.ts';
import type { ExampleWork, Scorer, ScorerOutput } from '../scoring/scorer.ts';
import { openParentPort } from './parent-port.ts';

/** Sent to a worker. */
export type WorkerRequest = { type: 'block'; work: ExampleWork[] } | { type: 'stop' };

/** Sent by a worker. */
export type WorkerReply =
  | { type: 'ready' }
  | { type: 'output'; output: ScorerOutput }
  | { type: 'nearly-done' }
  | { type: 'block-done' }
  | { type: 'error'; error: WorkerFailure };

/** An error as plain data: classes do not survive the way between processes. */
export interface WorkerFailure {
  message: string;
  /** Whether it is one of `errors.ts`: its message is a sentence for the user. */
  known: boolean;
  exitCode: number;
  stack: string | undefined;
}

const { data, port } = await openParentPort();
let stopping = false;

async function serve(): Promise<void> {
  const scorer = await openScorer(data as ScorerSettings);
  reply({ type: 'ready' });
  let last = Promise.resolve();
  port.onMessage((message) => {
    const request = message as WorkerRequest;
    if (request.type === 'stop') {
      if (stopping) return;
      stopping = true; // seen by a block that is being evaluated
    } else if (!stopping) scorer.prepare?.(request.work);
    last = last.then(() => handle(scorer, request)).catch(fail);
  });
}

async function handle(scorer: Scorer, request: WorkerRequest): Promise<void> {
  if (request.type === 'stop') {
    await scorer.release().finally(() => port.close());
    return;
  }
  await scorer.evaluate(
    request.work,
    (output) => reply(output.type === 'nearly-done' ? output : { type: 'output', output }),
    () => stopping,
  );
  reply({ type: 'block-done' });
}

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

function fail(error: unknown): void {
  const known = error instanceof WinoscopeError;
  reply({
    type: 'error',
    error: {
      message: error instanceof Error ? error.message : String(error),
      known,
      exitCode: known ? error.exitCode : 1,
      stack: !known && error instanceof Error ? error.stack : undefined,
    },
  });
}

/** Tells why and ends: nobody can be served any more. */
function giveUp(error: unknown): void {
  fail(error);
  port.close();
}

process.on('uncaughtException', giveUp);
serve().catch(giveUp);
