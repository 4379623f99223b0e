/** A worker process's side of `worker-process.ts`. */

import { Worker } from 'node:worker_threads';

/** How often it is looked whether the run is still there. */
const ORPHAN_MS = 2000;

/** A process whose parent is gone gets another one. On Windows it keeps the number: there only `disconnect` tells. */
const END_ORPHAN = `
  const { workerData: parent } = require('node:worker_threads');
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), ${ORPHAN_MS});
`;

/** Native code that hangs keeps the main thread from hearing anything: another one looks too, where there can be one. */
function watchParent(): void {
  try {
    const thread = new Worker(END_ORPHAN, { eval: true, workerData: process.ppid, execArgv: [] });
    thread.on('error', () => {});
    thread.unref();
  } catch {
    // Too many threads: the run does without.
  }
}

/** What a worker hears and says. */
export interface ParentPort {
  /** Calls back for every message, first for those that came before. Once. */
  onMessage(listener: (message: unknown) => void): void;
  postMessage(message: unknown): void;
  /** Ends the conversation, and with it the process once nothing is left to do. */
  close(): void;
}

/** Signals that a terminal or a job manager sends to a whole group: the run hears them and says when to stop. */
const GROUP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The data that the worker was started with, and the port to whoever started it. A worker whose run is gone ends with it.
 */
export function openParentPort(): Promise<{ data: unknown; port: ParentPort }> {
  if (!process.send) throw new Error('this file is run by a run only, as its worker');
  for (const signal of GROUP_SIGNALS) process.on(signal, () => {});
  let closing = false;
  process.on('disconnect', () => {
    // Without its clean-up: nobody is left who could use what it does, and a graph may be open.
    if (!closing) process.kill(process.pid, 'SIGKILL');
  });
  watchParent();
  let unsent = 0;
  /** Not before the last word is out. */
  const leave = () => {
    if (closing && unsent === 0 && process.connected) process.disconnect();
  };
  const early: unknown[] = [];
  let listener: ((message: unknown) => void) | undefined;
  const port: ParentPort = {
    onMessage(listen) {
      listener = listen;
      for (const message of early.splice(0)) listen(message);
    },
    postMessage(message) {
      unsent += 1;
      process.send!(message, undefined, undefined, () => {
        unsent -= 1;
        leave();
      });
    },
    close() {
      closing = true;
      leave();
    },
  };
  return new Promise((resolve) => {
    process.once('message', (data) => {
      process.on('message', (message) => {
        if (listener) listener(message);
        else early.push(message);
      });
      resolve({ data, port });
    });
  });
}
