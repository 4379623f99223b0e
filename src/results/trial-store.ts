/** All denoising errors of one scorer in memory: per example, loss, pair and trial. */

import { LOSSES, type Loss, needsBound, type ScoreLoss } from '../diffusion/denoising-error.ts';
import { ResultsError } from '../errors.ts';
import type { ExampleErrors } from '../scoring/aggregate.ts';
import { type PairIndex, pairsOf, type UncondMode } from '../scoring/conditions.ts';
import { type Example, UNCONDITIONAL } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { TrialColumns } from './arrow.ts';
import { columnsOf } from './trial-columns.ts';
import { combined, KINDS, type Kind, noBound } from './trial-values.ts';

/** Errors of one example under one numeric setting. */
interface StoredErrors {
  /** float64 `[kind][pair][trial]` */
  values: Float64Array;
  /** `[pair][trial]`: 1 where evaluated. Not told by NaN, which a broken model may give. */
  present: Uint8Array;
  /** Per pair, trials of the plan's order that are there without a gap; each grows only. */
  prefixes: Int32Array;
  /** Where its first row came from, to name two files that contradict each other. */
  origin: string;
}

/** Where a row comes from that was not read from a file. */
const FRESH = 'a fresh evaluation';

/** Errors of a pair by its slot, per trial of the plan's order. */
export type PairValues = (slot: number) => Float64Array;
/** Trials of a pair by its slot. */
export type PairCounts = (slot: number) => number;

/** What a store needs to know of its run. */
export interface TrialStoreOptions {
  examples: readonly Example[];
  plan: Plan;
  uncond: UncondMode;
  /** Values of a latent, C · H · W: un-squared norms are told from mean squares by it. */
  elements?: number;
  /** Whether rows have parts of the variational bound. @default false */
  bound?: boolean;
  /** Whether a numeric setting gives the same bits again; GPUs do not. By default all do. */
  repeats?: (numerics: number) => boolean;
}

/** Rows for the trials, in memory and towards disk. */
export class TrialStore {
  readonly #examples: readonly Example[];
  readonly #plan: Plan;
  readonly #pairs: PairIndex[][];
  /** Place in the plan's order by noise index, which is unique within a plan. */
  readonly #trialOfNoise: Int32Array;
  readonly #indexOfId: Map<string, number>;
  /** Per example, per numeric setting: errors computed under different settings are never put together. */
  readonly #errors: Map<number, StoredErrors>[];
  /** The numeric setting that counts, per example. */
  readonly #numerics: Int16Array;
  readonly #repeats: (numerics: number) => boolean;
  readonly #elements: number | undefined;
  readonly #kinds: readonly Kind[];

  constructor({ examples, plan, uncond, elements, bound = false, repeats = () => true }: TrialStoreOptions) {
    this.#elements = elements;
    this.#kinds = bound ? KINDS : LOSSES;
    this.#examples = examples;
    this.#plan = plan;
    this.#repeats = repeats;
    this.#pairs = examples.map((example) => pairsOf(example, uncond));
    this.#trialOfNoise = new Int32Array(plan.trials.length);
    for (const [k, { noise }] of plan.trials.entries()) this.#trialOfNoise[noise] = k;
    this.#indexOfId = new Map(examples.map(({ id }, index) => [id, index]));
    this.#errors = examples.map(() => new Map());
    this.#numerics = new Int16Array(examples.length).fill(-1);
  }

  /** The pairs of an example, in stored order. */
  pairs(index: number): readonly PairIndex[] {
    return this.#pairs[index]!;
  }

  /** The place of an example in the task, by id; undefined for one that the task does not have. */
  indexOf(id: string): number | undefined {
    return this.#indexOfId.get(id);
  }

  /** The numeric setting of an example's stored errors; −1 where there are none. */
  numericsOf(index: number): number {
    return this.#numerics[index]!;
  }

  /**
   * Takes stored rows. Rows that repeat known ones must repeat them to the bit.
   * @throws ResultsError where two results of one trial differ, or a row is not of this run.
   */
  load(columns: TrialColumns, where: string): void {
    // Millions of rows: one object for all of them, and the rows of an example mostly come together.
    const pair = { image: 0, caption: 0 };
    const sources = (columns.kl ? KINDS : LOSSES).map((kind) => columns[kind]!);
    const put = { pair, trial: 0, values: sources.map(() => 0), where };
    let index: number | undefined;
    for (let row = 0; row < columns.example.length; row++) {
      if (row === 0 || columns.example[row] !== columns.example[row - 1])
        index = this.#indexOfId.get(columns.example[row]!);
      const trial = this.#trialOfNoise[columns.noise[row]!];
      if (
        index === undefined ||
        trial === undefined ||
        this.#plan.trials[trial]!.timestep !== columns.timestep[row]
      ) {
        throw new ResultsError({
          what: 'a stored trial is not of this run',
          where,
          got: `example "${columns.example[row]}", timestep ${columns.timestep[row]}, noise ${columns.noise[row]}`,
        });
      }
      pair.image = columns.image[row]!;
      pair.caption = columns.caption[row]!;
      put.trial = trial;
      for (let kind = 0; kind < sources.length; kind++) put.values[kind] = sources[kind]![row]!;
      this.#put(index, columns.numerics[row]!, put);
    }
  }

  /** Takes one fresh row under the current numeric setting. */
  put(
    index: number,
    numerics: number,
    row: { pair: PairIndex; trial: number; values: readonly number[] },
  ): void {
    this.#put(index, numerics, { ...row, where: FRESH });
    this.#numerics[index] = numerics;
  }

  /**
   * Decides, after loading, which errors count: those of a setting under which the example is complete (the current
   * one if there are several), else those of the current one. What was begun under another setting is begun anew.
   * @param isComplete whether that many trials of each pair, with their errors, complete an example.
   * @param loss of those errors.
   */
  settle(
    current: number,
    isComplete: (index: number, done: PairCounts, values: PairValues) => boolean,
    loss: ScoreLoss = 'mse',
  ): void {
    for (const [index, bySetting] of this.#errors.entries()) {
      const settings = [...bySetting.keys()].sort((a, b) => Number(b === current) - Number(a === current));
      const complete = settings.find((setting) =>
        isComplete(
          index,
          (slot) => this.#prefix(index, setting, slot),
          (slot) => this.#read(index, setting, slot, loss),
        ),
      );
      this.#numerics[index] = complete ?? (bySetting.has(current) ? current : -1);
    }
  }

  /** How many trials of the plan's order are stored for all pairs of an example, without a gap. */
  done(index: number): number {
    return Math.min(...this.#pairs[index]!.map((_, slot) => this.doneOf(index, slot)));
  }

  /** The same for one pair. */
  doneOf(index: number, slot: number): number {
    const setting = this.#numerics[index]!;
    return setting < 0 ? 0 : this.#prefix(index, setting, slot);
  }

  /** Trials of all pairs of an example, under whatever numeric setting: those that do not count are kept as well. */
  kept(index: number): number {
    const settings = [...this.#errors[index]!.keys()];
    const ofPair = (slot: number) => settings.reduce((sum, k) => sum + this.#prefix(index, k, slot), 0);
    return this.#pairs[index]!.reduce((sum, _, slot) => sum + ofPair(slot), 0);
  }

  /** One stored column of a pair, per trial of the plan's order; NaN where not evaluated. */
  column(index: number, slot: number, kind: Kind): Float64Array {
    return this.#values(index, this.#numerics[index]!, slot, kind);
  }

  /** The errors of one example under one loss, for scoring: `[image][caption]`, and `[image]` under ∅. */
  errors(index: number, loss: ScoreLoss): ExampleErrors {
    return { ...this.byPair(index, (slot) => this.values(index, slot, loss)), done: this.done(index) };
  }

  /** Something of each pair as `[image][caption]`, and as `[image]` under ∅ where that is evaluated. */
  byPair<T>(index: number, value: (slot: number) => T): { pairs: T[][]; unconditional?: T[] } {
    const pairs = this.#examples[index]!.images.map(() => [] as T[]);
    const unconditional: T[] = [];
    for (const [slot, { image, caption }] of this.#pairs[index]!.entries()) {
      if (caption === UNCONDITIONAL) unconditional.push(value(slot));
      else pairs[image]!.push(value(slot));
    }
    return { pairs, ...(unconditional.length > 0 && { unconditional }) };
  }

  /** The errors of one pair under one loss, per trial of the plan's order; NaN where not evaluated. */
  values(index: number, slot: number, loss: ScoreLoss): Float64Array {
    return this.#read(index, this.#numerics[index]!, slot, loss);
  }

  #read(index: number, setting: number, slot: number, loss: ScoreLoss): Float64Array {
    if (needsBound(loss) && !this.#kinds.includes('kl')) throw noBound(loss);
    if ((LOSSES as readonly string[]).includes(loss)) return this.#values(index, setting, slot, loss as Loss);
    const columns = this.#kinds.map((kind) => [kind, this.#values(index, setting, slot, kind)] as const);
    return combined(columns, loss, { trials: this.#plan.trials, elements: this.#elements });
  }

  #values(index: number, setting: number, slot: number, kind: Kind): Float64Array {
    const stored = this.#errors[index]!.get(setting);
    const trials = this.#plan.trials.length;
    const start = (this.#kinds.indexOf(kind) * this.#pairs[index]!.length + slot) * trials;
    return stored?.values.subarray(start, start + trials) ?? new Float64Array(trials).fill(Number.NaN);
  }

  /** Every stored row; see `columnsOf`. */
  columns(): TrialColumns {
    return columnsOf({
      examples: this.#examples,
      trials: this.#plan.trials,
      order: this.#trialOfNoise,
      pairs: this.#pairs,
      errors: this.#errors,
      kinds: this.#kinds,
    });
  }

  /** The place of a pair within its example's list, or −1. */
  slotOf(index: number, { image, caption }: PairIndex): number {
    const pairs = this.#pairs[index]!;
    const perImage = pairs.length / this.#examples[index]!.images.length;
    const slot = image * perImage + (caption === UNCONDITIONAL ? perImage - 1 : caption);
    const found = pairs[slot];
    return found?.image === image && found.caption === caption ? slot : -1;
  }

  #put(
    index: number,
    numerics: number,
    row: { pair: PairIndex; trial: number; values: readonly number[]; where: string },
  ): void {
    const pairs = this.#pairs[index]!.length;
    const trials = this.#plan.trials.length;
    const slot = this.slotOf(index, row.pair);
    if (slot < 0) this.#refuse(index, row, 'a stored trial is of a pair that the example does not have');
    if (row.values.length !== this.#kinds.length)
      this.#refuse(index, row, 'a stored trial has other columns than the run');
    const bySetting = this.#errors[index]!;
    let stored = bySetting.get(numerics);
    if (!stored) {
      const values = new Float64Array(this.#kinds.length * pairs * trials).fill(Number.NaN);
      stored = {
        values,
        present: new Uint8Array(pairs * trials),
        prefixes: new Int32Array(pairs),
        origin: row.where,
      };
      bySetting.set(numerics, stored);
    }
    const known = stored.present[slot * trials + row.trial] === 1;
    for (let loss = 0; loss < row.values.length; loss++) {
      const value = row.values[loss]!;
      const at = (loss * pairs + slot) * trials + row.trial;
      if (!known) stored.values[at] = value;
      else if (!Object.is(stored.values[at], value) && this.#repeats(numerics)) {
        this.#refuse(index, row, 'two results of one trial differ', stored.origin);
      }
    }
    stored.present[slot * trials + row.trial] = 1;
  }

  #refuse(
    index: number,
    { pair, trial, where }: { pair: PairIndex; trial: number; where: string },
    what: string,
    origin = where,
  ): never {
    const place = `example "${this.#examples[index]!.id}", image ${pair.image}, caption ${pair.caption}, trial ${trial}`;
    throw new ResultsError({
      what,
      where,
      got: origin === where ? place : `${place}, against ${origin}`,
      fix:
        where === FRESH
          ? 'Either a results file is damaged or this machine does not repeat its own results: score into another --out and compare.'
          : origin === where
            ? 'The file is damaged: score into another --out.'
            : 'One of the files is damaged, or a machine does not repeat its own results: delete the one you trust less and compute it again.',
    });
  }

  #prefix(index: number, setting: number, slot: number): number {
    const { present, prefixes } = this.#errors[index]!.get(setting)!;
    const trials = this.#plan.trials.length;
    let prefix = prefixes[slot]!;
    while (prefix < trials && present[slot * trials + prefix]) prefix++;
    prefixes[slot] = prefix;
    return prefix;
  }
}
