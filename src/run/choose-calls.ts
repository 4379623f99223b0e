/** The canonical call of a diffusion model on this machine: rows, threads and workers, found by trying. */

import { availableParallelism } from 'node:os';
import type { DiffusionSettings } from '../scoring/diffusion-scorer.ts';
import { MeasuringWorkers } from './measuring-workers.ts';

/** How a model is called: rows of a call, threads within one, workers beside each other. */
export interface Calls {
  batch: number;
  threads: number;
  workers: number;
}

/** What was tried, and how fast it was. */
export interface MeasuredCalls extends Calls {
  /** Evaluations per second of all workers together. */
  rate: number;
}

export interface ChosenCalls extends Calls {
  measured: MeasuredCalls[];
}

export interface ChoiceOptions {
  settings: DiffusionSettings;
  /** What holds where nothing else is clearly faster. */
  rule: Calls;
  /** What the user gave is not tried otherwise. */
  fixed: Pick<Partial<Calls>, 'batch' | 'threads'>;
  /** Whether every worker can hold the model: else one with all cores. */
  isSmall: boolean;
}

/** The rule stands unless something is faster by more than measurements scatter. */
const CLEARLY = 1.03;
const CLEARLY_OTHER_SPLIT = 1.05;
/** Batches that are tried, as multiples of the rule's. */
const MULTIPLES = [0.5, 1.5, 2, 3];
/** So often in a row must another batch be clearly faster than the rule's: single tries scatter by more than that. */
const DUELS = 3;
/** Of each try; calls that take longer are made once. */
const TRY_MS = 60;
/** No other batch is tried after so long; duels take a moment more. */
const BUDGET_MS = 2000;
/** A call of two rows that takes longer than this: such models are slow enough to fill the cores with any batch. */
const SLOW_CALL_SECONDS = 0.5;
/** Share of the free memory that calls may take: arenas grow in steps, and the rest of the program needs some. */
const MEMORY_SHARE = 0.7;

/**
 * Tries what the cores and the memory allow: first how to split the cores, then how many rows. Loads the model.
 * @throws ModelFileError where it cannot be opened or called at all.
 */
export async function chooseCalls(options: ChoiceOptions): Promise<ChosenCalls> {
  const { rule, fixed } = options;
  const begun = performance.now();
  const search = new Search(options);
  try {
    const [first = rule, ...others] = splitsOf(options);
    await search.open(first);
    let batch = fixed.batch ?? (await search.largestThatFits(rule.batch));
    if (search.isSlow) return { ...first, batch, measured: search.measured };
    let best = await search.rate({ ...first, batch });
    for (const split of others) {
      await search.open(split);
      const rate = await search.rate({ ...split, batch });
      if (rate.rate > best.rate * CLEARLY_OTHER_SPLIT) best = rate;
    }
    const { threads, workers } = best;
    if (fixed.batch === undefined) {
      await search.open({ threads, workers });
      batch = await search.bestBatch(best, begun + BUDGET_MS);
    }
    return { batch, threads, workers, measured: search.measured };
  } finally {
    await search.close();
  }
}

/** Ways to share the cores, the rule's first. */
function splitsOf({ rule, fixed, isSmall, settings }: ChoiceOptions): Pick<Calls, 'threads' | 'workers'>[] {
  const first = { threads: rule.threads, workers: rule.workers };
  if (fixed.threads !== undefined || settings.device.name !== 'cpu' || !isSmall) return [first];
  const cores = availableParallelism();
  const threads = [...new Set([1, 2, 4, cores])].filter((count) => count === 1 || cores % count === 0);
  const splits = threads.map((count) => ({ threads: count, workers: Math.max(1, cores / count) }));
  return [first, ...splits.filter((split) => split.threads !== first.threads)];
}

/** The wanted batch, halved until it fits; two rows are the least. */
export function largestBatch(wanted: number, fits: (batch: number) => boolean): number {
  let batch = wanted;
  while (batch > 2 && !fits(batch)) batch = Math.max(2, 2 * Math.floor(batch / 4));
  return batch;
}

/** Measurements with the workers that are open at the moment. */
class Search {
  readonly measured: MeasuredCalls[] = [];
  /** Whether more than a call or two would take long. */
  isSlow = false;
  readonly #settings: DiffusionSettings;
  readonly #free = process.availableMemory();
  #workers: MeasuringWorkers | undefined;
  #split: Pick<Calls, 'threads' | 'workers'> | undefined;
  /** Resident bytes before anything was called, and what a row of a call adds. */
  #before = 0;
  #perRow = 0;

  constructor({ settings }: ChoiceOptions) {
    this.#settings = settings;
  }

  async open(split: Pick<Calls, 'threads' | 'workers'>): Promise<void> {
    const { threads, workers } = split;
    if (this.#split?.threads === threads && this.#split.workers === workers) return;
    await this.close();
    const { description, device } = this.#settings;
    this.#workers = await MeasuringWorkers.open({ description, threads, device }, workers);
    this.#split = { threads, workers };
  }

  /** Two rows tell how much memory a row takes, and how long. */
  async largestThatFits(wanted: number): Promise<number> {
    this.#before = this.#workers!.resident;
    const rate = await this.#workers!.measure(2, { milliseconds: 0, warmUp: 0 });
    const rows = 2 * this.#split!.workers;
    this.#perRow = Math.max(0, this.#workers!.resident - this.#before) / rows;
    this.isSlow = rows / rate > SLOW_CALL_SECONDS;
    return largestBatch(wanted, (batch) => this.#fits(batch));
  }

  /** Of the rule's batch and some around it, the rule's unless another is clearly faster. */
  async bestBatch(rule: MeasuredCalls, until: number): Promise<number> {
    const others = MULTIPLES.map((times) => 2 * Math.round((rule.batch * times) / 2));
    const batches = [...new Set([rule.batch, ...others])].filter((rows) => rows >= 2 && this.#fits(rows));
    const rates = new Map<number, number>(batches.map((rows) => [rows, 0]));
    rates.set(rule.batch, rule.rate);
    // Twice, the second time backwards: what disturbs a short measurement only ever slows it.
    for (const order of [batches, [...batches].reverse()]) {
      for (const rows of order) {
        if (performance.now() > until) break;
        const { rate } = await this.rate({ ...rule, batch: rows });
        rates.set(rows, Math.max(rates.get(rows)!, rate));
      }
    }
    const byRate = [...rates].sort(([, a], [, b]) => b - a);
    const challenger = byRate[0]![0];
    if (challenger === rule.batch || rates.get(challenger)! <= rates.get(rule.batch)! * CLEARLY)
      return rule.batch;
    return (await this.#winsAlways(challenger, rule)) ? challenger : rule.batch;
  }

  /** Whether calls of `rows` are clearly faster than the rule's each time that one is tried right after the other. */
  async #winsAlways(rows: number, rule: MeasuredCalls): Promise<boolean> {
    for (let duel = 0; duel < DUELS; duel++) {
      const { rate: ruled } = await this.rate(rule);
      const { rate } = await this.rate({ ...rule, batch: rows });
      if (rate <= ruled * CLEARLY) return false;
    }
    return true;
  }

  async rate(calls: Calls): Promise<MeasuredCalls> {
    const rate = await this.#workers!.measure(calls.batch, { milliseconds: TRY_MS, warmUp: 1 });
    const { batch, threads, workers } = calls;
    const found = { batch, threads, workers, rate };
    this.measured.push(found);
    return found;
  }

  async close(): Promise<void> {
    await this.#workers?.close();
    this.#workers = undefined;
    this.#split = undefined;
  }

  #fits(batch: number): boolean {
    return this.#perRow * batch * (this.#split?.workers ?? 1) <= this.#free * MEMORY_SHARE;
  }
}
