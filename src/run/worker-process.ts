/** A worker as a child process: whatever ends it, a graph that aborts included, ends only it. */

import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WinoscopeError } from '../errors.ts';

/** Of what a worker writes to stderr, so much is kept for the sentence about its end. */
const LAST_WORDS = 4000;
/** Of that, what the sentence quotes. */
const QUOTED = 200;

interface Events {
  /** Something the worker said. */
  message: [message: unknown];
  /** It is gone and all it said has been handed out. A failure says why, where it was not let go. */
  exit: [failure: WorkerEnd | undefined];
}

/** A worker that ended by itself, or was ended by the system. */
export class WorkerEnd extends WinoscopeError {}

/**
 * Speaks to a worker file as `worker_threads` would, in structured clones; `parent-port.ts` is the other side. onnxruntime
 * ends its process where a graph makes it abort, and so does the system where memory ends: neither may take the run.
 */
export class WorkerProcess extends EventEmitter<Events> {
  readonly #child: ChildProcess;
  #stderr = '';
  #left = 0;

  /**
   * Starts the worker.
   * @param file to run, TypeScript or JavaScript.
   * @param data what it gets first.
   */
  constructor(file: URL, data: unknown) {
    super();
    this.#child = fork(fileURLToPath(file), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-LAST_WORDS);
      if (process.env.WINOSCOPE_DEBUG) process.stderr.write(text);
    });
    this.#child.on('message', (message) => this.emit('message', message));
    // Messages that were sent before its end may come after the news of it: both must be through.
    this.#left = 2;
    this.#child.once('disconnect', () => this.#part());
    this.#child.once('close', () => this.#part());
    this.#child.on('error', (error) => {
      if (this.#child.pid !== undefined) return; // a message that could not be sent: its end says more
      this.#left = 0;
      this.emit('exit', new WorkerEnd({ what: 'a worker could not be started', got: error.message }));
    });
    this.postMessage(data);
  }

  /** Sends it a message; one that is gone gets none. */
  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => {});
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #part(): void {
    this.#left -= 1;
    if (this.#left === 0) this.emit('exit', this.#failure());
  }

  #failure(): WorkerEnd | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === 0) return undefined;
    const words = this.#stderr.trim();
    const [what, fix] = reason(signalCode, words);
    const line = words.split('\n').at(-1)!.trim().replace(/\.$/, '');
    const quoted = line.length > QUOTED ? `…${line.slice(-QUOTED)}` : line;
    const got = `${signalCode ?? `exit code ${exitCode}`}${quoted && `, its last words "${quoted}"`}`;
    return new WorkerEnd({ what, got, fix });
  }
}

/** What an end means, and what can be done about it. */
function reason(signal: NodeJS.Signals | null, words: string): [what: string, fix: string] {
  const kept = 'What was computed is kept.';
  if (/out of memory|bad_alloc/i.test(words) || signal === 'SIGKILL')
    return [
      'the system ended a worker, most likely because memory ran out',
      `Use fewer --workers or a smaller --batch. ${kept}`,
    ];
  if (
    signal === 'SIGABRT' ||
    signal === 'SIGSEGV' ||
    signal === 'SIGBUS' ||
    signal === 'SIGFPE' ||
    signal === 'SIGILL'
  )
    return [
      'the model makes onnxruntime crash, and took its worker with it',
      `Export the model again, or use another file of it. ${kept}`,
    ];
  return ['a worker ended unexpectedly', `Run the same command again. ${kept}`];
}
