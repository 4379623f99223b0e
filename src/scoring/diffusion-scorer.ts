/** Scores pairs by denoising error (Li et al. 2023, algorithms 1 and 2). */

import { lossOf } from '../diffusion/denoising-error.ts';
import { type NoiseSchedule, noiseSchedule } from '../diffusion/noise-schedule.ts';
import { addNoise, predictionTarget } from '../diffusion/prediction-target.ts';
import { InputError, messageOf } from '../errors.ts';
import type { ImageSource } from '../images/decode.ts';
import type { Interpolation } from '../images/resize.ts';
import type { Condition } from '../models/condition.ts';
import type { Denoiser } from '../models/denoiser.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import { classCondition, classOf } from '../models/labels.ts';
import type { ImageEncoder } from '../models/vae-encoder.ts';
import type { Device } from '../onnx/session.ts';
import { applyRule } from './apply-rule.ts';
import { type PairIndex, pairsOf, type UncondMode } from './conditions.ts';
import { Course } from './course.ts';
import { type DiffusionParts, latentOf, modelImage, openDiffusionParts } from './diffusion-parts.ts';
import type { EmbeddingCache } from './embedding-cache.ts';
import { endInSight } from './end-in-sight.ts';
import { type Example, UNCONDITIONAL } from './example.ts';
import { ImagesAhead } from './images-ahead.ts';
import type { LatentMode } from './latent-draw.ts';
import { keeping, type Noises, noisesOf } from './noises.ts';
import { makePlan, type Plan, type PlanSpec } from './plan.ts';
import { RowLosses } from './row-losses.ts';
import type { ExampleWork, Scorer, ScorerOutput, TrialRows } from './scorer.ts';
import { lossRead, type StoppingPlan, type StopRule } from './stop-rule.ts';
import { subjectOf } from './subject.ts';
import { rowsOfTrial } from './trial-rows.ts';

/** Everything that decides a diffusion scorer's results. Plain data, sent to the workers. */
export interface DiffusionSettings {
  kind: 'diffusion';
  description: DiffusionDescription;
  /** Its seeds are those of the noise banks too. */
  plan: PlanSpec;
  /** Rows of every UNet call: the canonical batch. */
  batch: number;
  threads: number;
  device: Device;
  /** Non-square images: cut to the middle square, or squashed. */
  resize: 'crop' | 'squash';
  /** Pillow's filter for resizing. @default 'bicubic' */
  interpolation?: Interpolation;
  /** The posterior's mean or a draw from it, the same for all captions of an image. @default 'mean' */
  latent?: LatentMode;
  uncond: UncondMode;
  maps: boolean;
  /** Leaves an example once it is settled; by default the whole plan is evaluated. */
  stop?: StopRule;
  /** Only the captions that a CLIP scorer of the run ranks first on an image are evaluated, where there is one image. */
  prune?: PruneRule;
}

/** Which captions of an image are evaluated at all: the first `keep` by the scorer called `by`. */
export interface PruneRule {
  by: string;
  keep: number;
}

/** How often the running maps of unfinished examples are handed out, so that a kill costs little. */
const MAP_CHECKPOINT_MS = 10_000;

/** One row of work: an example's pair with everything that stays the same over its trials. */
interface Row {
  work: ExampleWork;
  pair: PairIndex;
  latent: Float32Array;
  condition: Condition;
  map: Float32Array | undefined;
  progress: Progress;
  slot: number;
}

/** One example of a block, and what it came to so far. */
interface Progress {
  work: ExampleWork;
  course: Course;
  /** Errors `[pair][trial]` under the loss that a rule looks at, where there is one. */
  errors: readonly Float64Array[];
}

/**
 * A scorer on the model's graphs, which it opens unless they are given; they are released with it.
 * @throws ModelFileError, UsageError as the parts do.
 */
export async function openDiffusionScorer(
  settings: DiffusionSettings,
  opened?: DiffusionParts,
): Promise<Scorer> {
  const parts = opened ?? (await openDiffusionParts(settings));
  const scorer = new DiffusionScorer(settings, parts);
  return {
    prepare: (work) => scorer.prepare(work),
    evaluate: (work, emit, stopping) => scorer.evaluate(work, emit, stopping),
    release: () => parts.release(),
  };
}

class DiffusionScorer {
  readonly #settings: DiffusionSettings;
  readonly #images: ImageEncoder;
  readonly #ahead: ImagesAhead;
  readonly #denoiser: Denoiser;
  readonly #captions: EmbeddingCache<Condition>;
  readonly #plan: Plan;
  readonly #schedule: NoiseSchedule;
  readonly #bank: Noises;
  readonly #noisy: Float32Array;
  /** What the denoiser should answer of one row. */
  readonly #target: Float32Array;
  readonly #stop: StoppingPlan | undefined;
  readonly #losses: RowLosses;

  constructor(settings: DiffusionSettings, { images, denoiser, captions }: DiffusionParts) {
    this.#settings = settings;
    this.#images = images;
    this.#ahead = new ImagesAhead((source) => modelImage(source, settings));
    this.#denoiser = denoiser;
    this.#captions = captions;
    this.#plan = makePlan(settings.plan);
    this.#schedule = noiseSchedule(settings.description.schedule);
    this.#bank = keeping(noisesOf(settings.plan, settings.description.latent), this.#plan.trials.length);
    this.#losses = new RowLosses(settings.description.schedule);
    this.#noisy = new Float32Array(denoiser.batch * size(denoiser.latent));
    this.#target = new Float32Array(size(denoiser.latent));
    this.#stop = settings.stop && applyRule(this.#plan, settings.stop, this.#schedule);
  }

  /** Begins to decode the images of a block that comes next. */
  prepare(block: readonly ExampleWork[]): void {
    this.#ahead.expect(block.flatMap(({ example }) => example.images));
  }

  async evaluate(
    block: readonly ExampleWork[],
    emit: (output: ScorerOutput) => void,
    stopping: () => boolean = () => false,
  ): Promise<void> {
    let rows: Row[] = [];
    const maps = new Map<ExampleWork, Float32Array>();
    if (!stopping()) this.prepare(block);
    for (const work of block) {
      if (stopping()) return this.#ahead.clear();
      try {
        rows.push(...(await this.#prepare(work, maps)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        emit({ type: 'failed', index: work.index, message: messageOf(error) });
      }
    }
    this.#ahead.clear();
    let lastCheckpoint = performance.now();
    const first = Math.min(...block.map(({ start }) => start));
    const total = Math.max(...block.map(({ end = this.#plan.trials.length }) => end));
    const nearlyDone = endInSight(first, total);
    for (let k = first; k < total && rows.length > 0; k++) {
      const active = rows.filter(
        ({ work, progress, slot }) =>
          work.start <= k && k < (work.end ?? total) && progress.course.runs(slot, k),
      );
      if (nearlyDone(k)) emit({ type: 'nearly-done' });
      let done = 0; // of the active rows, in this trial
      while (done < active.length && !stopping()) {
        const call = active.slice(done, done + this.#denoiser.batch);
        emit(await this.#call(k, call));
        done += call.length;
      }
      const stopped = done < active.length;
      const settled = stopped ? new Set<ExampleWork>() : settledAfter(k + 1, active);
      const last = stopped || k === total - 1;
      const due = last || performance.now() - lastCheckpoint >= MAP_CHECKPOINT_MS; // `Date` may jump
      if (due) lastCheckpoint = performance.now();
      for (const [work, sums] of maps) {
        const isLast = last || settled.has(work);
        const trials = isLast || due ? trialsSummed(work, k, active, done) : 0;
        if (trials > work.start)
          emit({ type: 'maps', index: work.index, trials, sums: isLast ? sums : sums.slice() });
        if (settled.has(work)) maps.delete(work);
      }
      if (stopped) return this.#ahead.clear();
      if (this.#stop) rows = rows.filter(({ progress, slot }) => progress.course.runs(slot, k + 1));
    }
  }

  /** Latents, conditions and maps of one example, a row per pair. */
  async #prepare(work: ExampleWork, maps: Map<ExampleWork, Float32Array>): Promise<Row[]> {
    const { example } = work;
    const pairs = pairsOf(example, this.#settings.uncond);
    const latents: Float32Array[] = [];
    for (const image of example.images) latents.push(await this.#encodeImage(image));
    const [, height, width] = this.#denoiser.latent;
    const sums = this.#settings.maps
      ? (work.maps ?? new Float32Array(pairs.length * height * width))
      : undefined;
    if (sums) maps.set(work, sums);
    const progress = this.#begin(work, pairs.length);
    const rows: Row[] = [];
    for (const [k, pair] of pairs.entries()) {
      if (!progress.course.runs(k, work.start)) continue;
      rows.push({
        work,
        pair,
        latent: latents[pair.image]!,
        condition: await this.#condition(example, pair.caption),
        map: sums?.subarray(k * height * width, (k + 1) * height * width),
        progress,
        slot: k,
      });
    }
    return rows;
  }

  #condition(example: Example, caption: number): Promise<Condition> | Condition {
    const { labels } = this.#settings.description;
    const classes = example.classes?.[caption];
    if (labels && classes) return classCondition(classOf(labels, example.captions[caption]!, classes));
    return this.#captions.get(caption === UNCONDITIONAL ? '' : example.captions[caption]!);
  }

  /** One example's course, shown what an earlier session computed. */
  #begin(work: ExampleWork, pairs: number): Progress {
    const { example, start, errors: before, skip } = work;
    const total = this.#plan.trials.length;
    const course = new Course(this.#stop, subjectOf(example, this.#settings.uncond, skip), total);
    const errors = Array.from({ length: this.#stop ? pairs : 0 }, () =>
      new Float64Array(total).fill(Number.NaN),
    );
    for (const [slot, values] of errors.entries()) if (before) values.set(before[slot]!);
    course.advance(
      () => start,
      (slot) => errors[slot]!,
    );
    return { work, course, errors };
  }

  async #encodeImage(source: ImageSource): Promise<Float32Array> {
    return latentOf(this.#images, await this.#ahead.take(source), this.#settings);
  }

  /** One canonical call: trial `k` of the given rows. */
  async #call(k: number, rows: readonly Row[]): Promise<TrialRows> {
    const { timestep, noise: noiseIndex } = this.#plan.trials[k]!;
    const noise = this.#bank.get(noiseIndex);
    const length = noise.length;
    for (const [r, { latent }] of rows.entries()) {
      const out = this.#noisy.subarray(r * length, (r + 1) * length);
      addNoise(this.#schedule, timestep, { latent, noise, out });
    }
    const { predictions, widths } = await this.#denoiser.predictBoth(
      this.#noisy,
      timestep,
      rows.map((row) => row.condition),
    );
    const loss = lossRead(this.#settings.stop);
    const result = rowsOfTrial(k, rows, widths !== undefined);
    for (const [r, { latent, map, progress, slot }] of rows.entries()) {
      const target = predictionTarget(this.#schedule, timestep, { latent, noise, out: this.#target });
      const [start, end] = [r * length, (r + 1) * length];
      const row = { latent, noisy: this.#noisy.subarray(start, end), target, map };
      const errors = this.#losses.of(timestep, row, {
        prediction: predictions.subarray(start, end),
        width: widths?.subarray(start, end),
      });
      const seen = progress.errors[slot];
      // What is stored counts, also where this device gives other bits now.
      if (seen && Number.isNaN(seen[k])) seen[k] = lossOf(errors, loss, { timestep, elements: length });
      for (const [name, value] of Object.entries(errors)) result[name as 'mse'][r] = value;
    }
    return result;
  }
}

/** Lets the courses of the rows look at `trials` trials; the examples that are through with it. */
function settledAfter(trials: number, rows: readonly Row[]): Set<ExampleWork> {
  const settled = new Set<ExampleWork>();
  for (const { course, errors, work } of new Set(rows.map(({ progress }) => progress))) {
    course.advance(
      () => trials,
      (slot) => errors[slot]!,
    );
    if (course.decision) settled.add(work);
  }
  return settled;
}

/** Trials in the maps of an example when `done` rows have trial `k`; 0 where only some of its own rows have it. */
function trialsSummed(work: ExampleWork, k: number, active: readonly Row[], done: number): number {
  const isOf = (row: Row) => row.work === work;
  if (!active.slice(done).some(isOf)) return k + 1;
  return active.slice(0, done).some(isOf) ? 0 : k;
}

function size([channels, height, width]: readonly [number, number, number]): number {
  return channels * height * width;
}
