/** One scorer's answer to a request, put together from what its worker hands out. */

import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { errorMaps } from '../results/error-maps.ts';
import { errorsByTimestep } from '../results/errors-by-timestep.ts';
import { TrialStore } from '../results/trial-store.ts';
import { trialValues } from '../results/trial-values.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import { applyRule } from '../scoring/apply-rule.ts';
import { Course } from '../scoring/course.ts';
import type { DiffusionSettings } from '../scoring/diffusion-scorer.ts';
import type { Example } from '../scoring/example.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { makePlan, type Plan } from '../scoring/plan.ts';
import type { MapSums, ScorerOutput, TrialRows } from '../scoring/scorer.ts';
import { subjectOf } from '../scoring/subject.ts';
import { readingOf } from '../scoring/weighting.ts';
import type { Rescored } from './interactive-events.ts';
import { judgementOf } from './judgement.ts';
import type { Analysis } from './summary-schema.ts';

/** Collects outputs and reads results off them, at any time. */
export interface Rescoring {
  /** @returns whether there is more to read than before. */
  accept(output: ScorerOutput): boolean;
  /** Trials complete for all pairs, of how many. */
  progress(): { done: number; total: number };
  /** Undefined before the first trial is complete. */
  result(): Rescored | undefined;
}

/** Follows one scorer's evaluation of `example`. */
export function followRescoring(settings: ScorerSettings, example: Example, analysis: Analysis): Rescoring {
  return settings.kind === 'diffusion'
    ? new DiffusionRescoring(settings, example, analysis)
    : followPairs(example);
}

function followPairs(example: Example): Rescoring {
  let scores: number[][] | undefined;
  return {
    accept(output) {
      if (output.type === 'scores') scores = output.scores;
      return scores !== undefined;
    },
    progress: () => ({ done: scores ? 1 : 0, total: 1 }),
    result: () => scores && { judgement: judgementOf({ raw: scores }, example) },
  };
}

class DiffusionRescoring implements Rescoring {
  readonly #settings: DiffusionSettings;
  readonly #example: Example;
  readonly #analysis: Analysis;
  readonly #plan: Plan;
  readonly #store: TrialStore;
  readonly #course: Course;
  #maps: MapSums | undefined;

  constructor(settings: DiffusionSettings, example: Example, analysis: Analysis) {
    this.#settings = settings;
    this.#example = example;
    this.#analysis = analysis;
    this.#plan = makePlan(settings.plan);
    const { latent, schedule } = settings.description;
    this.#store = new TrialStore({
      examples: [example],
      plan: this.#plan,
      uncond: settings.uncond,
      elements: latent.reduce((product, side) => product * side, 1),
      bound: settings.description.learnsWidth ?? false,
    });
    this.#course = new Course(
      settings.stop && applyRule(this.#plan, settings.stop, noiseSchedule(schedule)),
      subjectOf(example, settings.uncond),
      this.#plan.trials.length,
    );
  }

  accept(output: ScorerOutput): boolean {
    if (output.type === 'maps') this.#maps = output;
    if (output.type !== 'trials') return false;
    const before = this.#done();
    this.#put(output);
    this.#course.advance(this.#doneOf, (slot) => this.#store.values(0, slot, 'mse'));
    return this.#done() > before;
  }

  #put(rows: TrialRows): void {
    const { index, image, caption, trial } = rows;
    for (const row of index.keys()) {
      this.#store.put(0, 0, {
        pair: { image: image[row]!, caption: caption[row]! },
        trial: trial[row]!,
        values: trialValues(rows, row),
      });
    }
  }

  readonly #doneOf = (slot: number): number => this.#store.doneOf(0, slot);

  /** Trials complete for all pairs that take part in them. */
  #done(): number {
    return this.#course.progress(this.#doneOf);
  }

  progress(): { done: number; total: number } {
    return { done: this.#done(), total: this.#plan.trials.length };
  }

  result(): Rescored | undefined {
    const { done } = this.progress();
    if (done === 0) return undefined;
    const { description } = this.#settings;
    const { loss } = this.#analysis;
    const trials = Array.from(this.#course.leaves, (leaves) => Math.min(leaves, done));
    const left = trials.some((own) => own < done) && this.#store.byPair(0, (slot) => trials[slot]!);
    const scores = scoreExample(
      this.#plan,
      { ...this.#store.errors(0, loss), done, ...(left && { left }) },
      readingOf(noiseSchedule(description.schedule), this.#analysis),
    );
    const gaveUp = Object.values(this.#course.decision?.metrics ?? {}).includes('undecided');
    const pairs = this.#store.pairs(0);
    const [, height, width] = description.latent;
    return {
      judgement: { ...judgementOf(scores, this.#example, gaveUp), trials: done },
      errors: errorsByTimestep({ plan: this.#plan, done }, pairs, (slot) =>
        this.#store.values(0, slot, 'mse').subarray(0, trials[slot]),
      ),
      ...(this.#maps && { maps: errorMaps(pairs, [height, width], this.#mapsOf(this.#maps)) }),
    };
  }

  #mapsOf({ trials, sums }: MapSums): { sums: Float32Array; trialsOf: (slot: number) => number } {
    return { sums, trialsOf: (slot) => Math.min(this.#course.leaves[slot]!, trials) };
  }
}
