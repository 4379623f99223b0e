/** What is known of the example that is seen, edited or not: one place for all parts of the screen. */

import {
  type DifferenceCurve,
  differenceByTimestep,
  runningDifference,
} from '../../../src/report/error-difference.ts';
import { type Heat, heatOf } from '../../../src/report/heat.ts';
import type { ErrorMaps, ErrorsByTimestep, Judgement, RunModel } from '../../../src/report/run-model.ts';
import type { ScreenContext } from '../screen.ts';
import { type PairState, type Standing, trialScorer, type Variant, variantOf } from './state.ts';

/** A scorer's judgement of what is seen; of a variant perhaps on part of its trials. */
export function judgementOf(state: PairState, context: ScreenContext, scorer: string): Judgement | undefined {
  const variant = variantOf(state);
  if (variant) return variant.standings[scorer]?.result?.judgement;
  return context.model.judge(scorer, state.index);
}

/** The last errors that were asked for: a screen asks many times for the same. */
let lastErrors:
  | { model: RunModel; version: number; key: string; errors: ErrorsByTimestep | undefined }
  | undefined;

function storedErrors(model: RunModel, scorer: string, index: number): ErrorsByTimestep | undefined {
  const key = `${index} ${scorer}`;
  const version = model.version();
  if (lastErrors?.model !== model || lastErrors.version !== version || lastErrors.key !== key)
    lastErrors = { model, version, key, errors: model.errors(scorer, index) };
  return lastErrors.errors;
}

/** Errors of the trials that are looked at. */
export function errorsOf(state: PairState, context: ScreenContext): ErrorsByTimestep | undefined {
  const scorer = trialScorer(state, context);
  if (scorer === undefined) return undefined;
  const variant = variantOf(state);
  if (variant) return variant.standings[scorer]?.result?.errors;
  return storedErrors(context.model, scorer, state.index);
}

function mapsOf(state: PairState, context: ScreenContext): ErrorMaps | undefined {
  const scorer = trialScorer(state, context);
  if (scorer === undefined) return undefined;
  const variant = variantOf(state);
  if (variant) return variant.standings[scorer]?.result?.maps;
  return context.model.maps(scorer, state.index);
}

/** Why an edit has no maps. */
function noMapsOf({ standings, problem }: Variant, scorer: string): string {
  const state = standings[scorer]?.state;
  if (problem !== undefined || isWithoutScores(state)) return 'Not scored, so no maps.';
  return state === 'done' ? 'No maps came with this edit.' : 'Maps come with the last trial.';
}

/** Whether nothing more will come of a scorer. */
export function isWithoutScores(state: Standing['state'] | undefined): boolean {
  return state === 'refused' || state === 'unavailable';
}

const heats = new WeakMap<Float32Array, Map<string, Heat | undefined>>();

/** Heat maps of the contrasted captions, or the sentence that says why there are none. */
export function heatMapsOf(state: PairState, context: ScreenContext): Heat | string {
  const { first, second } = state;
  if (second === undefined) return 'One caption: there is nothing to compare.';
  if (trialScorer(state, context) === undefined) return 'No scorer of this run has maps.';
  const maps = mapsOf(state, context);
  if (!maps) {
    const edit = variantOf(state);
    if (edit) return noMapsOf(edit, trialScorer(state, context)!);
    return errorsOf(state, context) ? 'Maps were off in this run.' : 'Not scored yet.';
  }
  // Sums of a running example are replaced, never changed in place, so they may name what was computed.
  const sums = maps.pairs[0]?.[first]?.sums;
  if (!sums) return 'Maps are missing for these captions.';
  const known = heats.get(sums) ?? new Map<string, Heat | undefined>();
  heats.set(sums, known);
  const key = `${first} ${second} ${maps.pairs[0]?.[first]?.trials}`;
  if (maps.pairs.some((captions) => captions[first]?.trials !== captions[second]?.trials))
    return 'One of the captions left after fewer trials: their maps do not compare.';
  if (!known.has(key)) known.set(key, heatOf(maps, first, second));
  return known.get(key) ?? 'Maps are missing for these captions.';
}

const curves = new WeakMap<ErrorsByTimestep, Map<string, DifferenceCurve | undefined>>();

/** The curve of one panel for an image, or undefined where nothing is known yet. */
export function curveOf(
  state: PairState,
  context: ScreenContext,
  { panel, image }: { panel: 'timesteps' | 'running'; image: number },
): DifferenceCurve | undefined {
  const errors = errorsOf(state, context);
  if (!errors || state.second === undefined) return undefined;
  const contrast = { image, first: state.first, second: state.second };
  const known = curves.get(errors) ?? new Map<string, DifferenceCurve | undefined>();
  curves.set(errors, known);
  const key = [panel, image, state.first, state.second].join(' ');
  if (!known.has(key)) {
    const curve = panel === 'timesteps' ? differenceByTimestep : runningDifference;
    known.set(key, curve(errors, contrast));
  }
  return known.get(key);
}

/** The plan of the scorer that is looked at, also before an edit has trials. */
function planOf(state: PairState, context: ScreenContext): ErrorsByTimestep['plan'] | undefined {
  const scorer = trialScorer(state, context);
  const stored = () => (scorer === undefined ? undefined : storedErrors(context.model, scorer, state.index));
  return (errorsOf(state, context) ?? stored())?.plan;
}

/** Timesteps that the plan has, for choosing one. */
export function planTimesteps(state: PairState, context: ScreenContext): readonly number[] {
  return planOf(state, context)?.timesteps ?? [];
}

/** The noise that the plan draws first at a timestep. */
export function noiseAt(state: PairState, context: ScreenContext, timestep: number): number | undefined {
  return planOf(state, context)?.trials.find((trial) => trial.timestep === timestep)?.noise;
}
