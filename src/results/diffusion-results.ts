/** What a diffusion scorer leaves in the run folder: trials and error maps, written as they come. */

import { rmSync } from 'node:fs';
import type { Loss } from '../diffusion/denoising-error.ts';
import { ResultsError } from '../errors.ts';
import type { ExampleErrors } from '../scoring/aggregate.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import { contestsOf } from '../scoring/contests.ts';
import type { SequentialRule } from '../scoring/error-spread.ts';
import type { Example } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { MapSums, ScorerOutput, TrialRows } from '../scoring/scorer.ts';
import { type Decision, SequentialPlan } from '../scoring/sequential.ts';
import { decisionWithin } from '../scoring/stopping-watch.ts';
import { type Columns, encodeFile, type TrialColumns } from './arrow.ts';
import { readTables } from './read-tables.ts';
import { type RunFolder, writeAtomically } from './run-folder.ts';
import type { PendingExample, ScorerResults } from './scorer-results.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type PairValues, TrialStore } from './trial-store.ts';

/** Rows or milliseconds after which buffered trials are written. */
const FLUSH_ROWS = 256;
const FLUSH_MS = 10_000;

export interface DiffusionResultsOptions {
  folder: RunFolder;
  scorer: string;
  examples: readonly Example[];
  plan: Plan;
  uncond: UncondMode;
  /** The rule that may end an example before the plan's end. */
  stop?: SequentialRule;
  /** Whether error maps are wanted: examples without them are not finished. */
  maps: boolean;
  /** Whether a numeric setting gives the same bits again. By default all do. */
  repeats?: (numerics: number) => boolean;
  /** The run's identity hash, written into every file. */
  identity: string;
  /** Number of this session, and of its numeric setting in the manifest. */
  session: number;
  numerics: number;
}

/** Stored error maps of one example. */
interface StoredMaps {
  trials: number;
  numerics: number;
  /** `[pairs · H · W]` */
  sums: Float32Array;
}

/** Trials and error maps of one diffusion scorer: in memory for scoring, on disk as they come. */
export class DiffusionResults implements ScorerResults {
  readonly store: TrialStore;
  readonly #options: DiffusionResultsOptions;
  readonly #maps = new Map<number, StoredMaps>();
  /** Stored error maps by example; pairs in the order of `store.pairs`. */
  readonly maps: ReadonlyMap<number, StoredMaps> = this.#maps;
  readonly #trialWriter: SegmentWriter<'trials'>;
  readonly #mapWriter: SegmentWriter<'maps'>;
  #buffer: TrialRows[] = [];
  #buffered = 0;
  #lastFlush = Date.now();
  readonly #stop: SequentialPlan | undefined;
  /** What the rule decided, by example, and the number of trials at which it was last asked. */
  readonly #decisions = new Map<number, Decision>();
  readonly #lookedAt = new Map<number, number>();

  /** Reads what earlier sessions stored. @throws ResultsError where a file is of another run or contradicts itself. */
  constructor(options: DiffusionResultsOptions) {
    this.#options = options;
    const { folder, scorer, session, identity } = options;
    this.store = new TrialStore(options);
    this.#stop = options.stop && new SequentialPlan(options.plan, options.stop);
    const metadata = { format: '1', identity, scorer };
    this.#trialWriter = new SegmentWriter(folder.segmentFile(scorer, 'trials', session), 'trials', metadata);
    this.#mapWriter = new SegmentWriter(folder.segmentFile(scorer, 'maps', session), 'maps', metadata);
    for (const [path, columns] of readTables('trials', folder.trialsFile(scorer), options))
      this.store.load(columns, path);
    this.store.settle(
      options.numerics,
      (index, done, values) => this.#decide(index, done, values)?.trials ?? options.plan.trials.length,
    );
    for (const [path, columns] of readTables('maps', folder.mapsFile(scorer), options))
      this.#loadMaps(columns, path);
  }

  pending(): PendingExample[] {
    const pending: PendingExample[] = [];
    for (const index of this.#options.examples.keys()) {
      const done = this.store.done(index);
      const needed = this.decision(index)?.trials ?? this.#options.plan.trials.length;
      const maps = this.#maps.get(index);
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
    if (!this.#stop) return undefined;
    const known = this.#decisions.get(index);
    if (known) return known;
    const done = this.store.done(index);
    const before = this.#lookedAt.get(index) ?? 0;
    if (!this.#stop.looksWithin(before, done)) return undefined;
    this.#lookedAt.set(index, done);
    const found = this.#decide(index, done, (slot) => this.store.values(index, slot, 'mse'));
    if (found) this.#decisions.set(index, found);
    return found;
  }

  /** An example that is evaluated anew, under other numeric settings, is decided anew. */
  #forget(index: number): void {
    this.#decisions.delete(index);
    this.#lookedAt.delete(index);
  }

  #decide(index: number, done: number, values: PairValues): Decision | undefined {
    if (!this.#stop) return undefined;
    const contests = contestsOf(this.#options.examples[index]!, this.#options.uncond);
    return decisionWithin(this.#stop, contests, values, done);
  }

  isDone(index: number): boolean {
    const done = this.store.done(index);
    return done === this.#options.plan.trials.length || this.decision(index) !== undefined;
  }

  evaluations(index: number): number {
    return this.store.done(index) * this.store.pairs(index).length;
  }

  spared(index: number): number {
    const decision = this.decision(index);
    return decision
      ? (this.#options.plan.trials.length - decision.trials) * this.store.pairs(index).length
      : 0;
  }

  #from(index: number, start: number): PendingExample {
    if (!this.#stop || start === 0) return { index, start };
    const slots = [...this.store.pairs(index).keys()];
    return {
      index,
      start,
      errors: slots.map((slot) => this.store.values(index, slot, 'mse').slice(0, start)),
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
    this.#lastFlush = Date.now();
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
    if (this.#maps.size > 0) {
      const rows = [...this.#maps]
        .sort(([a], [b]) => a - b)
        .map(([index, maps]) => this.#mapColumns(index, maps));
      writeAtomically(folder.mapsFile(scorer), encodeFile('maps', metadata, concatenate(rows)));
    }
    for (const what of ['trials', 'maps'] as const) {
      for (const path of folder.segmentFiles(scorer, what)) rmSync(path, { force: true });
    }
  }

  /** Errors of one example under one loss: of the trials that count, which a stopping rule may have made fewer. */
  errors(index: number, loss: Loss): ExampleErrors {
    const errors = this.store.errors(index, loss);
    return { ...errors, done: Math.min(errors.done, this.decision(index)?.trials ?? errors.done) };
  }

  #acceptTrials(rows: TrialRows): void {
    const { numerics } = this.#options;
    for (let r = 0; r < rows.index.length; r++) {
      if (this.store.numericsOf(rows.index[r]!) !== numerics) this.#forget(rows.index[r]!);
      this.store.put(rows.index[r]!, numerics, {
        pair: { image: rows.image[r]!, caption: rows.caption[r]! },
        trial: rows.trial[r]!,
        values: [rows.mse[r]!, rows.mae[r]!, rows.huber[r]!],
      });
    }
    this.#buffer.push(rows);
    this.#buffered += rows.index.length;
    if (this.#buffered >= FLUSH_ROWS || Date.now() - this.#lastFlush >= FLUSH_MS) this.flush();
  }

  #acceptMaps({ index, trials, sums }: MapSums): void {
    this.flush(); // maps must never be ahead of the trials they sum over
    const maps = { trials, numerics: this.#options.numerics, sums };
    this.#maps.set(index, maps);
    this.#mapWriter.write(this.#mapColumns(index, maps)); // one batch: all pairs of a checkpoint or none
  }

  /** The maps of one example as rows, one per pair. */
  #mapColumns(index: number, { trials, numerics, sums }: StoredMaps): Columns<'maps'> {
    const pairs = this.store.pairs(index);
    const cells = sums.length / pairs.length;
    return {
      example: pairs.map(() => this.#options.examples[index]!.id),
      image: Int16Array.from(pairs, ({ image }) => image),
      caption: Int16Array.from(pairs, ({ caption }) => caption),
      trials: new Int32Array(pairs.length).fill(trials),
      numerics: new Int16Array(pairs.length).fill(numerics),
      sums: pairs.map((_, k) => new Uint8Array(sums.buffer, sums.byteOffset + 4 * k * cells, 4 * cells)),
    };
  }

  /** Takes stored checkpoints: of several, the longest counts among those of the setting that counts for the trials. */
  #loadMaps(columns: Columns<'maps'>, where: string): void {
    for (let row = 0; row < columns.example.length; row++) {
      const index = this.store.indexOf(columns.example[row]!);
      const pair = { image: columns.image[row]!, caption: columns.caption[row]! };
      const slot = index === undefined ? -1 : this.store.slotOf(index, pair);
      if (index === undefined || slot < 0) {
        throw new ResultsError({
          what: 'a stored error map is not of this run',
          where,
          got: `example "${columns.example[row]}"`,
        });
      }
      const [trials, numerics, bytes] = [columns.trials[row]!, columns.numerics[row]!, columns.sums[row]!];
      const cells = bytes.length / 4;
      let maps = this.#maps.get(index);
      if (numerics !== this.store.numericsOf(index) || trials < (maps?.trials ?? 0)) continue;
      if (maps?.trials !== trials) {
        maps = { trials, numerics, sums: new Float32Array(cells * this.store.pairs(index).length) };
        this.#maps.set(index, maps);
      }
      maps.sums.set(new Float32Array(bytes.slice().buffer), slot * cells);
    }
  }

  #toColumns(buffer: readonly TrialRows[]): TrialColumns {
    const { examples, plan, numerics } = this.#options;
    const join = (name: 'mse' | 'mae' | 'huber') =>
      Float64Array.from(buffer.flatMap((rows) => [...rows[name]]));
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
      numerics: new Int16Array(trials.length).fill(numerics),
    };
  }
}

/** Rows of several examples, one after the other. */
function concatenate(parts: readonly Columns<'maps'>[]): Columns<'maps'> {
  return {
    example: parts.flatMap((part) => part.example),
    image: Int16Array.from(parts.flatMap((part) => [...part.image])),
    caption: Int16Array.from(parts.flatMap((part) => [...part.caption])),
    trials: Int32Array.from(parts.flatMap((part) => [...part.trials])),
    numerics: Int16Array.from(parts.flatMap((part) => [...part.numerics])),
    sums: parts.flatMap((part) => part.sums),
  };
}
