/** One scorer's answer to a request, put together from what its worker hands out. */

import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { errorMaps } from '../results/error-maps.ts';
import { errorsByTimestep } from '../results/errors-by-timestep.ts';
import { TrialStore } from '../results/trial-store.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import { contestsOf } from '../scoring/contests.ts';
import type { DiffusionSettings } from '../scoring/diffusion-scorer.ts';
import { errorFactor } from '../scoring/error-space.ts';
import type { Example } from '../scoring/example.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { makePlan, type Plan } from '../scoring/plan.ts';
import type { MapSums, ScorerOutput, TrialRows } from '../scoring/scorer.ts';
import { SequentialPlan } from '../scoring/sequential.ts';
import { decisionWithin } from '../scoring/stopping-watch.ts';
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
  return settings.kind === 'clip' ? followClip(example) : new DiffusionRescoring(settings, example, analysis);
}

function followClip(example: Example): Rescoring {
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
  #maps: MapSums | undefined;

  constructor(settings: DiffusionSettings, example: Example, analysis: Analysis) {
    this.#settings = settings;
    this.#example = example;
    this.#analysis = analysis;
    this.#plan = makePlan(settings.plan);
    this.#store = new TrialStore({ examples: [example], plan: this.#plan, uncond: settings.uncond });
  }

  accept(output: ScorerOutput): boolean {
    if (output.type === 'maps') this.#maps = output;
    if (output.type !== 'trials') return false;
    const before = this.#store.done(0);
    this.#put(output);
    return this.#store.done(0) > before;
  }

  #put({ index, image, caption, trial, mse, mae, huber }: TrialRows): void {
    for (const row of index.keys()) {
      this.#store.put(0, 0, {
        pair: { image: image[row]!, caption: caption[row]! },
        trial: trial[row]!,
        values: [mse[row]!, mae[row]!, huber[row]!],
      });
    }
  }

  progress(): { done: number; total: number } {
    return { done: this.#store.done(0), total: this.#plan.trials.length };
  }

  result(): Rescored | undefined {
    const { done } = this.progress();
    if (done === 0) return undefined;
    const { description } = this.#settings;
    const { loss, errorSpace } = this.#analysis;
    const factor = errorFactor(noiseSchedule(description.schedule), errorSpace, loss);
    const scores = scoreExample(this.#plan, this.#store.errors(0, loss), factor);
    const pairs = this.#store.pairs(0);
    const [, height, width] = description.latent;
    return {
      judgement: { ...judgementOf(scores, this.#example, this.#gaveUp(done)), trials: done },
      errors: errorsByTimestep({ plan: this.#plan, done }, pairs, (slot) =>
        this.#store.values(0, slot, 'mse'),
      ),
      ...(this.#maps && { maps: errorMaps(pairs, [height, width], this.#maps) }),
    };
  }

  /** Whether the run's stopping rule, if it has one, left a metric undecided. */
  #gaveUp(done: number): boolean {
    const { stop, uncond } = this.#settings;
    if (!stop) return false;
    const contests = contestsOf(this.#example, uncond);
    const errors = (slot: number) => this.#store.values(0, slot, 'mse');
    const decision = decisionWithin(new SequentialPlan(this.#plan, stop), contests, errors, done);
    return Object.values(decision?.metrics ?? {}).includes('undecided');
  }
}
