/** All denoising errors of one scorer in memory: per example, loss, pair and trial. */

import { LOSSES, type Loss } from '../diffusion/denoising-error.ts';
import { ResultsError } from '../errors.ts';
import type { ExampleErrors } from '../scoring/aggregate.ts';
import { type PairIndex, pairsOf, type UncondMode } from '../scoring/conditions.ts';
import { type Example, UNCONDITIONAL } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { TrialColumns } from './arrow.ts';

/** float64 `[loss][pair][trial]`; NaN where nothing was evaluated. */
type Errors = Float64Array;

/** Rows for the trials, in memory and towards disk. */
export class TrialStore {
  readonly #examples: readonly Example[];
  readonly #plan: Plan;
  readonly #pairs: PairIndex[][];
  /** Place in the plan's order by noise index, which is unique within a plan. */
  readonly #trialOfNoise: Int32Array;
  readonly #indexOfId: Map<string, number>;
  /** Per example, per numeric setting: errors computed under different settings are never put together. */
  readonly #errors: Map<number, Errors>[];
  /** Per example, per numeric setting: trials that are complete for all pairs. */
  readonly #prefixes: Map<number, number>[];
  /** The numeric setting that counts, per example. */
  readonly #numerics: Int16Array;

  constructor(examples: readonly Example[], plan: Plan, uncond: UncondMode) {
    this.#examples = examples;
    this.#plan = plan;
    this.#pairs = examples.map((example) => pairsOf(example, uncond));
    this.#trialOfNoise = new Int32Array(plan.trials.length);
    for (const [k, { noise }] of plan.trials.entries()) this.#trialOfNoise[noise] = k;
    this.#indexOfId = new Map(examples.map(({ id }, index) => [id, index]));
    this.#errors = examples.map(() => new Map());
    this.#prefixes = examples.map(() => new Map());
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
    for (let row = 0; row < columns.example.length; row++) {
      const index = this.#indexOfId.get(columns.example[row]!);
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
      const pair = { image: columns.image[row]!, caption: columns.caption[row]! };
      const values = [columns.mse[row]!, columns.mae[row]!, columns.huber[row]!];
      this.#put(index, columns.numerics[row]!, { pair, trial, values, where });
    }
  }

  /** Takes one fresh row under the current numeric setting. */
  put(
    index: number,
    numerics: number,
    row: { pair: PairIndex; trial: number; values: readonly number[] },
  ): void {
    this.#put(index, numerics, { ...row, where: 'a fresh evaluation' });
    this.#numerics[index] = numerics;
  }

  /**
   * Decides, after loading, which errors count: those of a setting under which the example is complete (the current
   * one if there are several), else those of the current one. What was begun under another setting is begun anew.
   */
  settle(current: number): void {
    for (const [index, bySetting] of this.#errors.entries()) {
      const settings = [...bySetting.keys()].sort((a, b) => Number(b === current) - Number(a === current));
      const complete = settings.find((setting) => this.#prefix(index, setting) === this.#plan.trials.length);
      this.#numerics[index] = complete ?? (bySetting.has(current) ? current : -1);
    }
  }

  /** How many trials of the plan's order are stored for all pairs of an example, without a gap. */
  done(index: number): number {
    const setting = this.#numerics[index]!;
    return setting < 0 ? 0 : this.#prefix(index, setting);
  }

  /** The errors of one example under one loss, for scoring. */
  errors(index: number, loss: Loss): ExampleErrors {
    const stored = this.#errors[index]!.get(this.#numerics[index]!);
    const trials = this.#plan.trials.length;
    const pairs = this.#pairs[index]!;
    const base = LOSSES.indexOf(loss) * pairs.length * trials;
    const byImage = this.#examples[index]!.images.map(() => [] as Float64Array[]);
    const unconditional: Float64Array[] = [];
    for (const [slot, { image, caption }] of pairs.entries()) {
      const start = base + slot * trials;
      const values = stored?.subarray(start, start + trials) ?? new Float64Array(trials).fill(Number.NaN);
      if (caption === UNCONDITIONAL) unconditional.push(values);
      else byImage[image]!.push(values);
    }
    return { pairs: byImage, done: this.done(index), ...(unconditional.length > 0 && { unconditional }) };
  }

  /** Every stored row that counts, in task order, then image, caption and noise: the same however they came in. */
  columns(): TrialColumns {
    const rows: { index: number; slot: number; trial: number }[] = [];
    const byNoise = [...this.#plan.trials.keys()].sort(
      (a, b) => this.#plan.trials[a]!.noise - this.#plan.trials[b]!.noise,
    );
    for (const index of this.#examples.keys()) {
      const stored = this.#errors[index]!.get(this.#numerics[index]!);
      if (!stored) continue;
      for (const slot of this.#pairs[index]!.keys()) {
        for (const trial of byNoise) {
          if (!Number.isNaN(stored[slot * this.#plan.trials.length + trial]!))
            rows.push({ index, slot, trial });
        }
      }
    }
    const value = (loss: number) => (row: (typeof rows)[number]) => {
      const stored = this.#errors[row.index]!.get(this.#numerics[row.index]!)!;
      return stored[
        (loss * this.#pairs[row.index]!.length + row.slot) * this.#plan.trials.length + row.trial
      ]!;
    };
    return {
      example: rows.map((row) => this.#examples[row.index]!.id),
      image: Int16Array.from(rows, (row) => this.#pairs[row.index]![row.slot]!.image),
      caption: Int16Array.from(rows, (row) => this.#pairs[row.index]![row.slot]!.caption),
      timestep: Float32Array.from(rows, (row) => this.#plan.trials[row.trial]!.timestep),
      noise: Int32Array.from(rows, (row) => this.#plan.trials[row.trial]!.noise),
      mse: Float64Array.from(rows, value(0)),
      mae: Float64Array.from(rows, value(1)),
      huber: Float64Array.from(rows, value(2)),
      numerics: Int16Array.from(rows, (row) => this.#numerics[row.index]!),
    };
  }

  #put(
    index: number,
    numerics: number,
    row: { pair: PairIndex; trial: number; values: readonly number[]; where: string },
  ): void {
    const pairs = this.#pairs[index]!;
    const slot = pairs.findIndex(
      ({ image, caption }) => image === row.pair.image && caption === row.pair.caption,
    );
    const bySetting = this.#errors[index]!;
    const trials = this.#plan.trials.length;
    const stored =
      bySetting.get(numerics) ?? new Float64Array(LOSSES.length * pairs.length * trials).fill(Number.NaN);
    bySetting.set(numerics, stored);
    for (const [loss, value] of row.values.entries()) {
      const at = (loss * pairs.length + slot) * trials + row.trial;
      if (slot < 0 || (!Number.isNaN(stored[at]!) && !Object.is(stored[at], value))) {
        throw new ResultsError({
          what:
            slot < 0
              ? 'a stored trial is of a pair that the example does not have'
              : 'two results of one trial differ',
          where: row.where,
          got: `example "${this.#examples[index]!.id}", image ${row.pair.image}, caption ${row.pair.caption}, trial ${row.trial}`,
          fix: 'A results file is damaged: delete the run folder and run again.',
        });
      }
      stored[at] = value;
    }
  }

  /** Values are only ever added, so the count goes on from where it stood. */
  #prefix(index: number, setting: number): number {
    const stored = this.#errors[index]!.get(setting)!;
    const trials = this.#plan.trials.length;
    const pairs = this.#pairs[index]!.length;
    let trial = this.#prefixes[index]!.get(setting) ?? 0;
    for (; trial < trials; trial++) {
      let slot = 0;
      while (slot < pairs && !Number.isNaN(stored[slot * trials + trial]!)) slot++;
      if (slot < pairs) break;
    }
    this.#prefixes[index]!.set(setting, trial);
    return trial;
  }
}
