/**
 * How often `--stop sequential` (or `ttest`) errs and what it saves, replayed on a stored run:
 *
 *     npm run simulate -- stopping RUN --calibration FILE [--rule ttest] [--banks 200] [--alpha 0.05]
 *
 * RUN must hold several noises per timestep (`--repeats 16`). A replay draws one of them per timestep for all pairs of
 * an example: a noise bank that could have been. The full plan under that bank is the truth; an error is an example of
 * which any metric is settled against it. Three worlds: the errors as they are; the same with every contest's mean over
 * timesteps and noises taken out, where whatever is settled is settled by chance; and Gaussian differences of mean zero
 * with the calibrated spread.
 */

import { readFileSync } from 'node:fs';
import { applyRule } from '../../src/scoring/apply-rule.ts';
import type { Contest } from '../../src/scoring/contests.ts';
import { decisionWithin } from '../../src/scoring/course.ts';
import { deviationAt, type ErrorSpreads, parseCalibration } from '../../src/scoring/error-spread.ts';
import { makePlan } from '../../src/scoring/plan.ts';
import { SETTLING_Z } from '../../src/scoring/sequential.ts';
import type { Decision, StopRule } from '../../src/scoring/stop-rule.ts';
import { Random } from '../../src/stats/random.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { mean, openReplay, type Replay } from './replay.ts';

/** Clark and Jaini's first test comes after so many trials. */
const LEAST = 20;

export interface StoppingOptions {
  calibration: string;
  banks: number;
  rule: 'sequential' | 'ttest';
  alpha: number;
}

/** The report, line by line. */
export function simulateStopping(
  folder: string,
  { calibration, banks, rule, alpha }: StoppingOptions,
): string[] {
  const replay = openReplay(folder);
  const { spread } = parseCalibration(readFileSync(calibration, 'utf8'), calibration);
  const asked: StopRule = rule === 'sequential' ? { rule, alpha, spread } : { rule, alpha, least: LEAST };
  const worlds = replayWorlds(replay, { rule: asked, spread, banks });
  const { examples, timesteps, repeats } = replay;
  return [
    `${rule}: ${examples.length} examples, ${timesteps.length} timesteps, ${repeats} noises each, ${banks} banks, alpha ${alpha}`,
    ...Object.entries(worlds).flatMap(([name, tally]) => ['', ...tally.lines(name)]),
  ];
}

function replayWorlds(
  { timesteps, repeats, seed, examples }: Replay,
  { rule, spread, banks }: { rule: StopRule; spread: ErrorSpreads; banks: number },
): Record<string, Tally> {
  const plan = makePlan({ timesteps, repeats: 1, seed });
  const shared = applyRule(plan, rule);
  const rank = new Map(timesteps.map((t, k) => [t, k]));
  /** Place on the grid of every trial, in the plan's order. */
  const places = plan.trials.map(({ timestep }) => rank.get(timestep)!);
  const random = new Random(1);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const [asIs, centred, gaussian] = [new Tally(places), new Tally(places), new Tally(places)];
  // Each contest becomes a pair of its own, whose "error" is the difference.
  const alone = examples.map(({ contests }) =>
    contests.map((contest, slot): Contest => ({ ...contest, terms: [{ slot, sign: 1 }] })),
  );
  const centres = examples.map(({ differences }) => differences.map((grid) => mean(grid.map(mean))));
  for (let bank = 0; bank < banks; bank++) {
    for (const [e, { differences }] of examples.entries()) {
      const chosen = places.map(() => random.below(repeats));
      const drawn = differences.map((grid) =>
        Float64Array.from(places, (place, k) => grid[place]![chosen[k]!]!),
      );
      const worlds: [Tally, Float64Array[]][] = [
        [asIs, drawn],
        [centred, drawn.map((values, c) => values.map((value) => value - centres[e]![c]!))],
        [
          gaussian,
          alone[e]!.map(({ over }) =>
            Float64Array.from(plan.trials, ({ timestep }) => normal() * deviationAt(spread[over], timestep)),
          ),
        ],
      ];
      for (const [tally, series] of worlds) {
        const subject = {
          pairs: series.length,
          skipped: new Set<number>(),
          contests: alone[e]!,
          always: new Set<number>(),
        };
        const done = plan.trials.length - 1;
        const decision = decisionWithin(shared, subject, { errors: (slot) => series[slot]!, done });
        tally.add(alone[e]!, series, decision);
      }
    }
  }
  return { 'as they are': asIs, 'means taken out': centred, 'Gaussian, mean zero': gaussian };
}

/** What replays of one world came to. */
class Tally {
  readonly #order: number[];
  readonly #count: number;
  #replays = 0;
  #wrong = 0;
  #evaluations = 0;
  #undecided = 0;
  /** Replays whose every contest the full plan settles; of those, same decision by metric, and evaluations. */
  #clear = 0;
  #same = { text: 0, image: 0, group: 0 };
  #clearEvaluations = 0;

  constructor(places: readonly number[]) {
    this.#order = [...places.keys()].sort((a, b) => places[a]! - places[b]!);
    this.#count = places.length;
  }

  add(contests: readonly Contest[], series: readonly Float64Array[], decision: Decision | undefined): void {
    const full = series.map(mean);
    const trials = decision?.trials ?? this.#count;
    const states = Object.entries(decision?.metrics ?? {});
    const isRight = (metric: string) => contests.every((c, k) => c.metric !== metric || full[k]! > 0);
    const isAgainst = ([metric, state]: [string, string]) =>
      state !== 'undecided' && (state === 'right') !== isRight(metric);
    this.#replays++;
    this.#evaluations += trials;
    if (states.some(isAgainst)) this.#wrong++;
    if (states.some(([, state]) => state === 'undecided')) this.#undecided++;
    if (!series.every((values) => isSettled(values, this.#order))) return;
    this.#clear++;
    this.#clearEvaluations += trials;
    const isSame = (name: string) =>
      !states.some(([metric, state]) => metric === name && isOff(metric, state));
    const isOff = (metric: string, state: string) => state === 'undecided' || isAgainst([metric, state]);
    if (isSame('text')) this.#same.text++;
    if (isSame('image')) this.#same.image++;
    if (isSame('text') && isSame('image')) this.#same.group++;
  }

  lines(name: string): string[] {
    const [low, high] = wilsonInterval(this.#wrong, this.#replays);
    const share = (value: number, of: number) => `${((100 * value) / of).toFixed(2)} %`;
    const lines = [
      `${name}: ${this.#replays} replays`,
      `  settled against the full plan: ${share(this.#wrong, this.#replays)} [${(100 * low).toFixed(2)}, ${(100 * high).toFixed(2)}]`,
      `  with something undecided: ${share(this.#undecided, this.#replays)}; evaluations: ${share(this.#evaluations, this.#replays * this.#count)} of the full plan`,
    ];
    if (this.#clear > 0) {
      const { text, image, group } = this.#same;
      const of = this.#clear;
      lines.push(
        `  where the full plan settles every contest (|z| >= ${SETTLING_Z}), ${of} replays: same text ${share(text, of)}, image ${share(image, of)}, group ${share(group, of)}; evaluations ${share(this.#clearEvaluations, of * this.#count)}`,
      );
    }
    return lines;
  }
}

/**
 * Whether a full plan's mean is at least `SETTLING_Z` of its standard errors, from differences between neighbouring
 * timesteps, away from 0. `order` lists the trials by ascending timestep.
 */
export function isSettled(values: Float64Array, order: readonly number[]): boolean {
  let sum = 0;
  for (let k = 1; k < order.length; k++) sum += (values[order[k]!]! - values[order[k - 1]!]!) ** 2;
  const standardError = Math.sqrt(sum / (2 * (order.length - 1)) / order.length);
  return Math.abs(mean(values)) >= SETTLING_Z * standardError;
}
