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
import { makePlan, meansOfUnits, type Plan, planOfUnits } from '../../src/scoring/plan.ts';
import { SETTLING_Z } from '../../src/scoring/sequential.ts';
import type { Decision, Settled, StoppingPlan, StopRule } from '../../src/scoring/stop-rule.ts';
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
  { timesteps, repeats, seed, antithetic, examples }: Replay,
  { rule, spread, banks }: { rule: StopRule; spread: ErrorSpreads; banks: number },
): Record<string, Tally> {
  const unit = antithetic ? 2 : 1;
  const plan = makePlan({ timesteps, repeats: unit, seed, ...(antithetic && { antithetic }) });
  const shared = applyRule(plan, rule);
  const rank = new Map(timesteps.map((t, k) => [t, k]));
  /** Place on the grid of every trial, in the plan's order. */
  const places = plan.trials.map(({ timestep }) => rank.get(timestep)!);
  const random = new Random(1);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const [asIs, centred, gaussian] = [new Tally(plan), new Tally(plan), new Tally(plan)];
  // Each contest becomes a pair of its own, whose "error" is the difference.
  const alone = examples.map(({ contests }) =>
    contests.map((contest, slot): Contest => ({ ...contest, terms: [{ slot, sign: 1 }] })),
  );
  const centres = examples.map(({ differences }) => differences.map((grid) => mean(grid.map(mean))));
  for (let bank = 0; bank < banks; bank++) {
    for (const [e, { differences }] of examples.entries()) {
      // A noise for every timestep, or a couple of a noise and its negative.
      const drawnNoises = timesteps.map(() => random.below(repeats / unit));
      const chosen = places.map((place, k) => unit * drawnNoises[place]! + (k % unit));
      const drawn = differences.map((grid) =>
        Float64Array.from(places, (place, k) => grid[place]![chosen[k]!]!),
      );
      const worlds: [Tally, Float64Array[]][] = [
        [asIs, drawn],
        [centred, drawn.map((values, c) => values.map((value) => value - centres[e]![c]!))],
        [
          gaussian,
          alone[e]!.map(({ over }) =>
            withCouples(
              unit,
              plan.trials.map(({ timestep }) => normal() * deviationAt(spread[over], timestep)),
            ),
          ),
        ],
      ];
      for (const [tally, series] of worlds) {
        tally.add(alone[e]!, series, decide(shared, alone[e]!, series));
        for (const [slot, contest] of alone[e]!.entries()) {
          const decision = decide(shared, [contest], series);
          tally.addAlone(series[slot]!, decision?.metrics[contest.metric]);
        }
      }
    }
  }
  return { 'as they are': asIs, 'means taken out': centred, 'Gaussian, mean zero': gaussian };
}

/** What a rule decides of some contests before the last trial. */
function decide(
  shared: StoppingPlan,
  contests: readonly Contest[],
  series: readonly Float64Array[],
): Decision | undefined {
  const subject = { pairs: series.length, skipped: new Set<number>(), contests, always: new Set<number>() };
  return decisionWithin(shared, subject, { errors: (slot) => series[slot]!, done: shared.trials - 1 });
}

/** The spread of a couple is that of its mean: both of its values are the first one's. */
function withCouples(unit: 1 | 2, values: readonly number[]): Float64Array {
  return Float64Array.from(values, (_, k) => values[k - (k % unit)]!);
}

/** What replays of one world came to. */
class Tally {
  readonly #plan: Plan;
  readonly #count: number;
  #replays = 0;
  #wrong = 0;
  #evaluations = 0;
  #undecided = 0;
  /** Replays whose every contest the full plan settles; of those, same decision by metric, and evaluations. */
  #clear = 0;
  #same = { text: 0, image: 0, group: 0 };
  #clearEvaluations = 0;

  /** Contests on their own: all, settled, and settled against the full plan's sign. */
  readonly #alone = { all: 0, settled: 0, wrong: 0 };

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#count = plan.trials.length;
  }

  addAlone(series: Float64Array, state: Settled | undefined): void {
    this.#alone.all++;
    if (state === undefined || state === 'undecided') return;
    this.#alone.settled++;
    if ((state === 'right') !== mean(series) > 0) this.#alone.wrong++;
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
    if (!series.every((values) => isSettled(this.#plan, values))) return;
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
    const { all, settled, wrong } = this.#alone;
    const [from, to] = wilsonInterval(wrong, all);
    lines.push(
      `  single contests: ${share(settled, all)} settled, ${share(wrong, all)} [${(100 * from).toFixed(2)}, ${(100 * to).toFixed(2)}] against the full plan`,
    );
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
 * timesteps, away from 0. A noise with its negative counts as one trial.
 */
export function isSettled(plan: Plan, perTrial: Float64Array): boolean {
  const { trials } = planOfUnits(plan);
  const values = meansOfUnits(plan, perTrial);
  const order = [...trials.keys()].sort((a, b) => trials[a]!.timestep - trials[b]!.timestep);
  let sum = 0;
  for (let k = 1; k < order.length; k++) sum += (values[order[k]!]! - values[order[k - 1]!]!) ** 2;
  const standardError = Math.sqrt(sum / (2 * (order.length - 1)) / order.length);
  return Math.abs(mean(values)) >= SETTLING_Z * standardError;
}
