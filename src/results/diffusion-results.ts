/** What a diffusion scorer leaves in the run folder: trials and error maps, written as they come. */

import { rmSync } from 'node:fs';
import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import type { ExampleErrors } from '../scoring/aggregate.ts';
import { applyRule } from '../scoring/apply-rule.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import { Course } from '../scoring/course.ts';
import type { Example } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { MapSums, ScorerOutput, TrialRows } from '../scoring/scorer.ts';
import { type Decision, lossRead, type StoppingPlan, type StopRule } from '../scoring/stop-rule.ts';
import { subjectOf } from '../scoring/subject.ts';
import { encodeFile, type TrialColumns } from './arrow.ts';
import { MapStore } from './map-store.ts';
import { type ResultSource, readAllTables } from './read-tables.ts';
import { type RunFolder, writeAtomically } from './run-folder.ts';
import type { PendingExample, ScorerResults } from './scorer-results.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type PairCounts, type PairValues, TrialStore } from './trial-store.ts';
import { trialValues } from './trial-values.ts';

/** Rows or milliseconds after which buffered trials are written. */
const FLUSH_ROWS = 256;
const FLUSH_MS = 10_000;

export interface DiffusionResultsOptions {
  folder: RunFolder;
  scorer: string;
  examples: readonly Example[];
  plan: Plan;
  uncond: UncondMode;
  /** Values of a latent, C · H · W. */
  elements?: number;
  /** Whether its model has parts of the variational bound. @default false */
  bound?: boolean;
  /** The rule that may end an example before the plan's end. */
  stop?: StopRule;
  /** Of the model; a rule that looks at weighted errors needs it. */
  schedule?: NoiseSchedule;
  /** Slots of an example's pairs that are not evaluated; undefined where that is not known yet. By default none. */
  skipped?: (index: number) => readonly number[] | undefined;
  /** Whether error maps are wanted: examples without them are not finished. */
  maps: boolean;
  /** Whether a numeric setting gives the same bits again. By default all do. */
  repeats?: (numerics: number) => boolean;
  /** The run's identity hash, written into every file. */
  identity: string;
  /** Number of this session, and of its numeric setting in the manifest. */
  session: number;
  numerics: number;
  /** Other folders whose results count too. By default none. */
  sources?: readonly ResultSource[];
}

/** Trials and error maps of one diffusion scorer: in memory for scoring, on disk as they come. */
export class DiffusionResults implements ScorerResults {
  readonly store: TrialStore;
  readonly #options: DiffusionResultsOptions;
  readonly maps: MapStore;
  readonly #trialWriter: SegmentWriter<'trials'>;
  readonly #mapWriter: SegmentWriter<'maps'>;
  #buffer: TrialRows[] = [];
  #buffered = 0;
  /** By the clock that no one sets: `Date` may jump. */
  #lastFlush = performance.now();
  readonly #stop: StoppingPlan | undefined;
  readonly damage: string[] = [];
  /** How far the pairs of an example run, as far as its errors tell. */
  readonly #courses = new Map<number, Course>();

  /** Reads what earlier sessions stored. @throws ResultsError where a file is of another run or contradicts itself. */
  constructor(options: DiffusionResultsOptions) {
    this.#options = options;
    const { folder, scorer, session, identity } = options;
    this.store = new TrialStore(options);
    this.maps = new MapStore(this.store, options.examples);
    this.#stop = options.stop && applyRule(options.plan, options.stop, options.schedule);
    const source = { ...options, damage: this.damage };
    const metadata = { format: '1', identity, scorer };
    this.#trialWriter = new SegmentWriter(folder.segmentFile(scorer, 'trials', session), 'trials', metadata);
    this.#mapWriter = new SegmentWriter(folder.segmentFile(scorer, 'maps', session), 'maps', metadata);
    for (const [path, columns] of readAllTables('trials', source)) this.store.load(columns, path);
    this.store.settle(
      options.numerics,
      (index, done, values) => {
        const course = this.#newCourse(index);
        course.advance(done, values);
        return course.progress(done) === course.end;
      },
      lossRead(options.stop),
    );
    for (const [path, columns] of readAllTables('maps', source)) this.maps.load(columns, path);
  }

  pending(): PendingExample[] {
    const pending: PendingExample[] = [];
    for (const index of this.#options.examples.keys()) {
      const course = this.#course(index);
      const done = course.progress(this.#doneOf(index));
      const needed = course.end;
      const maps = this.maps.get(index);
      if (!this.#options.maps) {
        if (done < needed) pending.push(this.#from(index, done));
      } else if (done < needed || maps?.trials !== needed) {
        // Trials beyond the stored maps are evaluated again, to the same bits: their maps are gone.
        // Only those of this session's numeric setting can be added to: no map mixes settings.
        const { numerics } = this.#options;
        const mine = maps?.numerics === numerics && this.store.numericsOf(index) === numerics;
        const usable = mine && maps.trials <= done && maps.trials <= needed;
        pending.push({
          ...this.#from(index, usable ? maps.trials : 0),
          ...(usable && { maps: maps.sums.slice() }),
        });
      }
    }
    return pending;
  }

  /** What the stopping rule decides from the stored trials; undefined where it has none or is not through. */
  decision(index: number): Decision | undefined {
    return this.#course(index).decision;
  }

  /** Trials of each pair that count, by slot: fewer than the plan's for those that a rule let leave, 0 for pruned ones. */
  trialsOf(index: number): readonly number[] {
    const course = this.#course(index);
    const done = course.progress(this.#doneOf(index));
    return Array.from(course.leaves, (leaves) => Math.min(leaves, done));
  }

  isDone(index: number): boolean {
    const course = this.#course(index);
    return course.progress(this.#doneOf(index)) === course.end;
  }

  evaluations(index: number): number {
    const done = this.#doneOf(index);
    return this.store.pairs(index).reduce((sum, _, slot) => sum + done(slot), 0);
  }

  remaining(index: number, start: number): number {
    const { leaves } = this.#course(index);
    return leaves.reduce((sum, trials) => sum + Math.max(0, trials - start), 0);
  }

  spared(index: number): number {
    const { leaves } = this.#course(index);
    const total = this.#options.plan.trials.length;
    return leaves.reduce((sum, trials) => sum + (trials === 0 ? 0 : total - trials), 0);
  }

  readonly #doneOf =
    (index: number): PairCounts =>
    (slot) =>
      this.store.doneOf(index, slot);

  /** An example's course as far as its stored errors tell. */
  #course(index: number): Course {
    let course = this.#courses.get(index);
    if (!course) {
      course = this.#newCourse(index);
      // Remembered once it is known what is pruned.
      if (!this.#options.skipped || this.#options.skipped(index)) this.#courses.set(index, course);
    }
    const values: PairValues = (slot) => this.store.values(index, slot, lossRead(this.#options.stop));
    course.advance(this.#doneOf(index), values);
    return course;
  }

  #newCourse(index: number): Course {
    const { examples, uncond, plan, skipped } = this.#options;
    return new Course(this.#stop, subjectOf(examples[index]!, uncond, skipped?.(index)), plan.trials.length);
  }

  #from(index: number, start: number): PendingExample {
    const skip = this.#options.skipped?.(index);
    const slots = [...this.store.pairs(index).keys()];
    // All of this setting's, also those beyond `start`: they count, whatever comes out when they are computed again.
    const known = this.#stop && this.store.numericsOf(index) === this.#options.numerics;
    return {
      index,
      start,
      ...(skip && { skip }),
      ...(known && {
        errors: slots.map((slot) => this.store.values(index, slot, lossRead(this.#options.stop)).slice()),
      }),
    };
  }

  accept(output: ScorerOutput): void {
    if (output.type === 'trials') this.#acceptTrials(output);
    if (output.type === 'maps') this.#acceptMaps(output);
  }

  flush(): void {
    if (this.#buffered > 0) this.#trialWriter.write(this.#toColumns(this.#buffer));
    this.#buffer = [];
    this.#buffered = 0;
    this.#lastFlush = performance.now();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      try {
        this.#trialWriter.close();
      } finally {
        this.#mapWriter.close();
      }
    }
  }

  /** One file for all trials and one for all maps, in a fixed order; then the segments go. */
  compact(): void {
    const { folder, scorer, identity } = this.#options;
    const metadata = { format: '1', identity, scorer };
    writeAtomically(folder.trialsFile(scorer), encodeFile('trials', metadata, this.store.columns()));
    const maps = this.maps.columns((index) => this.#course(index).leaves);
    if (maps.example.length > 0) writeAtomically(folder.mapsFile(scorer), encodeFile('maps', metadata, maps));
    for (const what of ['trials', 'maps'] as const) {
      for (const path of folder.segmentFiles(scorer, what)) rmSync(path, { force: true });
    }
  }

  /** Errors of one example under one loss: of the trials that count, which a stopping rule may have made fewer. */
  errors(index: number, loss: ScoreLoss): ExampleErrors {
    const trials = this.trialsOf(index);
    const done = Math.max(...trials);
    return {
      ...this.store.errors(index, loss),
      done,
      ...(trials.some((own) => own < done) && { left: this.store.byPair(index, (slot) => trials[slot]!) }),
    };
  }

  #acceptTrials(rows: TrialRows): void {
    const { numerics } = this.#options;
    for (let r = 0; r < rows.index.length; r++) {
      // One that is evaluated anew, under other numeric settings, is decided anew.
      if (this.store.numericsOf(rows.index[r]!) !== numerics) this.#courses.delete(rows.index[r]!);
      this.store.put(rows.index[r]!, numerics, {
        pair: { image: rows.image[r]!, caption: rows.caption[r]! },
        trial: rows.trial[r]!,
        values: trialValues(rows, r),
      });
    }
    this.#buffer.push(rows);
    this.#buffered += rows.index.length;
    if (this.#buffered >= FLUSH_ROWS || performance.now() - this.#lastFlush >= FLUSH_MS) this.flush();
  }

  #acceptMaps({ index, trials, sums }: MapSums): void {
    this.flush(); // maps must never be ahead of the trials they sum over
    this.maps.set(index, { trials, numerics: this.#options.numerics, sums });
    // One batch: all pairs of a checkpoint or none.
    this.#mapWriter.write(this.maps.columnsOf(index, this.#course(index).leaves));
  }

  #toColumns(buffer: readonly TrialRows[]): TrialColumns {
    const { examples, plan, numerics } = this.#options;
    const join = (name: 'mse' | 'mae' | 'huber' | 'kl' | 'nll') =>
      Float64Array.from(buffer.flatMap((rows) => [...(rows[name] ?? [])]));
    const trials = buffer.flatMap((rows) => [...rows.trial]).map((trial) => plan.trials[trial]!);
    return {
      example: buffer.flatMap((rows) => Array.from(rows.index, (index) => examples[index]!.id)),
      image: Int16Array.from(buffer.flatMap((rows) => [...rows.image])),
      caption: Int16Array.from(buffer.flatMap((rows) => [...rows.caption])),
      timestep: Float32Array.from(trials, (trial) => trial.timestep),
      noise: Int32Array.from(trials, (trial) => trial.noise),
      mse: join('mse'),
      mae: join('mae'),
      huber: join('huber'),
      ...(this.#options.bound && { kl: join('kl'), nll: join('nll') }),
      numerics: new Int16Array(trials.length).fill(numerics),
    };
  }
}
