/** One way of turning stored errors into scores, and the ways that a request stands for. */

import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import { UsageError } from '../errors.ts';
import type { ErrorSpace } from '../scoring/error-space.ts';
import { parseTimesteps, seedsOf, uniformTimesteps, unitOf } from '../scoring/plan.ts';
import type { Weighting } from '../scoring/weighting.ts';
import { trialPoints } from './score-by-trials.ts';
import type { DiffusionView } from './scorer-view.ts';
import { selectTrials } from './trial-reader.ts';

/** `raw`: scores as they are. `normalized`: images compete by scores minus that of the empty caption. */
export const NORMALIZATIONS = ['normalized', 'raw'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

/** How a variant reads a scorer's stored errors. */
export interface Setting {
  loss: ScoreLoss;
  errorSpace: ErrorSpace;
  /** `learned`: fitted here, each example under weights that were fitted without it. */
  weighting: Weighting | 'learned';
  normalization: Normalization;
  /** Of the plan; all where absent. */
  timesteps?: readonly number[];
  /** One noise bank alone, by its seed; all together where absent. */
  seed?: number;
  /** The first so many of the plan; all where absent. */
  trials?: number;
}

/** What is asked for: every combination of what is listed, the scorer's own setting where nothing is. */
export interface SettingRequest {
  losses?: readonly ScoreLoss[];
  errorSpaces?: readonly ErrorSpace[];
  weightings?: readonly Setting['weighting'][];
  normalizations?: readonly Normalization[];
  /** Each as `--timesteps` takes them: see `storedTimesteps`. */
  timesteps?: readonly string[];
  /** Seeds of noise banks, each alone, or every one. */
  seeds?: readonly number[] | 'each';
  /** Numbers of trials, or those that a curve is drawn through. */
  trials?: readonly number[] | 'curve';
}

/** Whether nothing in particular is asked for. */
export function asksNothing(request: SettingRequest): boolean {
  return Object.values(request).every((value) => value === undefined);
}

/**
 * Reads `--timesteps` for a stored run: `N` picks so many of the stored ones, spread evenly; a list, or a range with a step,
 * names stored ones; a range without a step, `A:B`, takes the stored ones from A to before B.
 * @throws UsageError where one is not stored, or none is left.
 */
export function storedTimesteps(text: string, { plan, schedule }: DiffusionView): number[] {
  const stored = plan.timesteps;
  if (/^\s*\d+\s*$/.test(text)) {
    const count = Number(text);
    if (count < 1 || count > stored.length) {
      throw new UsageError({
        what: 'cannot pick so many timesteps',
        where: `--timesteps ${text}`,
        expected: `1 to ${stored.length} of the stored ones`,
        ...(stored.includes(count) && {
          fix: `Write ${count}, with the comma for the timestep ${count} itself.`,
        }),
      });
    }
    return uniformTimesteps(count, stored.length).map((place) => stored[place]!);
  }
  const asked = parseTimesteps(text, schedule.timesteps);
  const isOpen = /^\s*\d+\s*:\s*\d+\s*$/.test(text);
  const found = stored.filter((t) => asked.includes(t));
  const missing = isOpen ? undefined : asked.find((t) => !stored.includes(t));
  if (missing === undefined && found.length > 0) return found;
  throw new UsageError({
    what:
      missing === undefined ? 'no stored timestep lies there' : 'a timestep was not evaluated in this run',
    where: `--timesteps ${text}`,
    expected: `some of ${stored.length > 12 ? `${stored.slice(0, 3).join(', ')}, …, ${stored.at(-1)}` : stored.join(', ')}`,
    ...(missing !== undefined && { got: `${missing}` }),
  });
}

/**
 * Every combination of a request, in the order of its lists.
 * @throws UsageError for timesteps, seeds or numbers of trials that the scorer does not have.
 */
export function settingsOf(view: DiffusionView, own: Setting, request: SettingRequest): Setting[] {
  const { losses, errorSpaces, weightings, normalizations, timesteps, seeds, trials } = request;
  const lists: Partial<Setting>[][] = [
    (losses ?? [own.loss]).map((loss) => ({ loss })),
    (errorSpaces ?? [own.errorSpace]).map((errorSpace) => ({ errorSpace })),
    (weightings ?? [own.weighting]).map((weighting) => ({ weighting })),
    (normalizations ?? [own.normalization]).map((normalization) => ({ normalization })),
    timesteps ? timesteps.map((text) => timestepsSetting(text, view)) : [{}],
    seeds === undefined
      ? [{}]
      : (seeds === 'each' ? seedsOf(view.plan) : seeds).map((seed) => ({ seed: checkSeed(seed, view) })),
  ];
  const combined = lists.reduce<Partial<Setting>[]>(
    (all, list) => all.flatMap((one) => list.map((more) => ({ ...one, ...more }))),
    [{}],
  ) as Setting[];
  if (trials === undefined) return combined;
  return combined.flatMap((setting) => {
    const { plan } = selectTrials(view, setting);
    const unit = unitOf(plan);
    const numbers = trials === 'curve' ? trialPoints(plan.trials.length, unit) : trials;
    return numbers.map((number): Setting => {
      checkTrials(number, plan.trials.length, unit);
      return number === plan.trials.length ? setting : { ...setting, trials: number };
    });
  });
}

function timestepsSetting(text: string, view: DiffusionView): Partial<Setting> {
  const timesteps = storedTimesteps(text, view);
  return timesteps.length === view.plan.timesteps.length ? {} : { timesteps };
}

function checkSeed(seed: number, { plan }: DiffusionView): number {
  const seeds = seedsOf(plan);
  if (seeds.includes(seed)) return seed;
  throw new UsageError({
    what: 'the run has no noise bank of this seed',
    where: `--seed ${seed}`,
    expected: seeds.join(', '),
  });
}

function checkTrials(number: number, total: number, unit: number): void {
  if (number >= 1 && number <= total && number % unit === 0) return;
  throw new UsageError({
    what: 'the run has no such number of trials',
    where: `--trials ${number}`,
    expected: `1 to ${total}${unit === 1 ? '' : `, and ${unit} at a time: a noise with its negative`}`,
  });
}

/**
 * A look around for who asks for nothing in particular: the own setting with one thing changed at a time.
 * @param hasBoth whether raw and normalized scores are two different things.
 */
export function variationsOf({ plan }: DiffusionView, own: Setting, hasBoth: boolean): Setting[] {
  const vary = (change: Partial<Setting>): Setting => ({ ...own, ...change });
  const { timesteps } = plan;
  const half = Math.ceil(timesteps.length / 2);
  const seeds = seedsOf(plan);
  return [
    ...(['mse', 'mae', 'huber'] as const).map((loss) =>
      vary({ loss, weighting: 'uniform', ...(loss === 'huber' && { errorSpace: 'native' as const }) }),
    ),
    ...(['epsilon', 'x0'] as const).map((errorSpace) =>
      vary({ errorSpace, weighting: 'uniform', ...(own.loss === 'huber' && { loss: 'mse' as const }) }),
    ),
    vary({ loss: 'mse', errorSpace: 'x0', weighting: 'clark2023' }),
    vary({ weighting: 'learned' }),
    ...(hasBoth ? NORMALIZATIONS.map((normalization) => vary({ normalization })) : []),
    ...(timesteps.length > 1
      ? [vary({ timesteps: timesteps.slice(0, half) }), vary({ timesteps: timesteps.slice(half) })]
      : []),
    ...(seeds.length > 1 ? seeds.map((seed) => vary({ seed })) : []),
  ];
}
