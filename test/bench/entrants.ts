/** Who takes part in the rounds: the product, bare loops and PyTorch, each at the batches that suit it best. */

import { BareLoops } from './bare.ts';
import { type Call, type Contestant, sweep, type Tried } from './contestant.ts';
import { denoiseRate, type ProductRun, runProduct } from './product.ts';
import { findPython, TorchProcesses } from './pytorch.ts';
import type { Subject } from './subject.ts';

export type Group = 'product' | 'bare' | 'bare, one session' | 'torch' | 'torch, default' | 'torch, compiled';

/** One call of one contestant, tried. */
interface Candidate {
  contestant: Contestant;
  tried: Tried;
}

/** Something to be measured in every round. */
export interface Entry {
  name: string;
  group: Group;
  batch: number;
  /** Evaluations per second. */
  measure: () => Promise<number>;
}

/** What a contestant reached at every batch, before the rounds. */
export interface Sweep {
  label: string;
  tried: Tried[];
}

export interface EntrantOptions {
  /** Of each measurement. */
  seconds: number;
  /** Which comparisons. */
  bare: boolean;
  torch: boolean;
  /** Told what goes on, since it takes minutes. */
  note: (text: string) => void;
}

/** A sweep is short and may be wrong about the first, so as many are measured again. */
const FINALISTS = 3;

export class Entrants {
  readonly entries: Entry[] = [];
  readonly sweeps: Sweep[] = [];
  /** The product's runs at its default batch, as they are measured. */
  readonly runs: ProductRun[] = [];
  /** Examples of each of those runs. */
  examples = 0;
  torchVersion: string | undefined;
  readonly #subject: Subject;
  readonly #options: EntrantOptions;
  readonly #contestants: Contestant[] = [];

  constructor(subject: Subject, options: EntrantOptions) {
    this.#subject = subject;
    this.#options = options;
  }

  /** Starts everything and finds the best batches. The product's default comes first. */
  async prepare(): Promise<void> {
    const { settings } = this.#subject;
    this.#options.note('product, to know its speed');
    this.#enterProduct(settings.batch);
    if (this.#options.bare) await this.#enterBare();
    if (this.#options.torch) await this.#enterTorch();
  }

  async stop(): Promise<void> {
    for (const contestant of this.#contestants) await contestant.stop();
  }

  /** Of the embedded model the whole probe, whatever the others' seconds: that is the job that people run. */
  #enterProduct(batch: number): void {
    this.examples = this.#subject.examples;
    const measure = async () => {
      const run = await runProduct(this.#subject, { examples: this.examples });
      this.runs.push(run);
      return denoiseRate(run);
    };
    this.entries.push({ name: 'product', group: 'product', batch, measure });
  }

  async #enterBare(): Promise<void> {
    const { unet, settings, workers, batches } = this.#subject;
    const { batch, threads } = settings;
    const calls = batches.map((rows): Call => ({ batch: rows }));
    const loops = await BareLoops.start(unet, { workers, threads });
    await this.#enterBest('bare', [loops], { calls, finalists: FINALISTS });
    if (!this.entries.some((entry) => entry.group === 'bare' && entry.batch === batch)) {
      this.#enter('bare', loops, { batch });
    }
    if (workers > 1) {
      const single = await BareLoops.start(unet, { workers: 1, threads: workers * threads });
      await this.#enterBest('bare, one session', [single], { calls, finalists: 1 });
    }
  }

  async #enterTorch(): Promise<void> {
    const python = findPython();
    if (!python) return;
    const { unet, settings, workers, batches } = this.#subject;
    const { batch, threads } = settings;
    const arrangements = [{ processes: workers, threads }];
    if (workers > 1) arrangements.push({ processes: 1, threads: workers * threads });
    const torches: TorchProcesses[] = [];
    for (const arrangement of arrangements)
      torches.push(await TorchProcesses.start(unet, { python, ...arrangement }));
    this.torchVersion = torches[0]!.version;
    const formats = ['contiguous', 'channels_last'] as const;
    const calls = formats.flatMap((format) => batches.map((rows): Call => ({ batch: rows, format })));
    const best = await this.#enterBest('torch', torches, { calls, finalists: FINALISTS });
    // As a script has it that says nothing of formats, threads or processes.
    this.#enter('torch, default', torches.at(-1)!, { batch, format: 'contiguous' });
    if (best) this.#enter('torch, compiled', best.contestant, { ...best.tried.call, compile: true });
  }

  /** Tries all calls of some contestants; the best of all enter the rounds. Returns the very best. */
  async #enterBest(
    group: Group,
    candidates: readonly Contestant[],
    { calls, finalists }: { calls: readonly Call[]; finalists: number },
  ): Promise<Candidate | undefined> {
    this.#contestants.push(...candidates);
    const all: Candidate[] = [];
    for (const contestant of candidates) {
      const label = `${group}, ${contestant.label}`;
      this.#options.note(`sweep over batches: ${label}`);
      const tried = await sweep(contestant, calls, Math.max(0.25, this.#options.seconds / 12));
      this.sweeps.push({ label, tried });
      all.push(...tried.map((one) => ({ contestant, tried: one })));
    }
    all.sort((a, b) => b.tried.rate - a.tried.rate);
    for (const { contestant, tried } of all.slice(0, finalists)) this.#enter(group, contestant, tried.call);
    return all[0];
  }

  #enter(group: Group, contestant: Contestant, call: Call): void {
    const name = [group, contestant.label, ...(call.format ? [call.format] : [])].join(', ');
    const measure = () => contestant.measure(call, this.#options.seconds);
    this.entries.push({ name, group, batch: call.batch, measure });
  }
}
