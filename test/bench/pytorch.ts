/** PyTorch as a contestant: Python processes that live as long as the benchmark and measure when told to. */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Call, Contestant } from './contestant.ts';
import type { UnetShape } from './subject.ts';

const SCRIPT = fileURLToPath(new URL('./torch_unet.py', import.meta.url));

interface Reply {
  rows: number;
  seconds: number;
}

/** The Python that can run the comparison: `WINOSCOPE_PYTHON`, else `python3`; undefined where it lacks PyTorch. */
export function findPython(): string | undefined {
  const python = process.env.WINOSCOPE_PYTHON || 'python3';
  const { status } = spawnSync(python, ['-c', 'import torch, diffusers'], { stdio: 'ignore' });
  return status === 0 ? python : undefined;
}

export interface TorchOptions {
  python: string;
  processes: number;
  threads: number;
}

export class TorchProcesses implements Contestant {
  readonly label: string;
  /** PyTorch's own version. */
  readonly version: string;
  readonly #children: PythonChild[];

  private constructor(label: string, version: string, children: PythonChild[]) {
    this.label = label;
    this.version = version;
    this.#children = children;
  }

  /** Starts the processes; resolves once each has built the model. */
  static async start(unet: UnetShape, { python, processes, threads }: TorchOptions): Promise<TorchProcesses> {
    const context = Object.values(unet.conditions)[0]!;
    const numbers = (values: readonly number[]) => values.map(String);
    const args = [SCRIPT, '--config', unet.config, '--threads', String(threads)];
    args.push('--latent', ...numbers(unet.latent), '--context', ...numbers(context));
    const children = Array.from({ length: processes }, () => new PythonChild(python, args));
    const [{ torch }] = (await Promise.all(children.map((child) => child.reply()))) as [{ torch: string }];
    return new TorchProcesses(`${processes} x ${threads} thread${threads > 1 ? 's' : ''}`, torch, children);
  }

  async measure({ batch, format = 'contiguous', compile = false }: Call, seconds: number): Promise<number> {
    await this.#all({ type: 'prepare', batch, format, compile });
    const replies = await this.#all({ type: 'measure', seconds });
    return replies.reduce((sum, reply) => sum + reply.rows / reply.seconds, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  /** Sends a request to all processes at once and waits for all. */
  async #all(request: object): Promise<Reply[]> {
    return Promise.all(
      this.#children.map((child) => {
        child.send(request);
        return child.reply();
      }),
    ) as Promise<Reply[]>;
  }
}

/** One process that speaks JSON lines; what it writes to stderr is shown. */
class PythonChild {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(python: string, args: readonly string[]) {
    this.#process = spawn(python, args);
    this.#process.stderr.pipe(process.stderr);
    this.#process.stdin.on('error', () => {}); // it has ended: reply() says so
    this.#ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  send(request: object): void {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
  }

  async reply(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the PyTorch process ended before it answered');
    return JSON.parse(value);
  }

  async stop(): Promise<void> {
    this.#process.stdin.end();
    await this.#ended;
  }
}
