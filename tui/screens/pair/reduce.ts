/** What keys and results do to the pair screen. */

import type { Command } from '../../keymap.ts';
import { move } from '../../scroll.ts';
import type { Effect, ScreenAction, ScreenContext, Step } from '../screen.ts';
import { showDrawn, withDrawn } from './drawing.ts';
import { noiseAt, planTimesteps } from './findings.ts';
import { DRAWN_BESIDE_CLEAN, visibleImages } from './layout.ts';
import { lineOf } from './line-editor.ts';
import { reducePrompt } from './prompt.ts';
import { takeResult } from './results.ts';
import {
  captionsOf,
  editsOf,
  HEATS,
  knowsCaptions,
  NO_CAPTIONS,
  PANELS,
  type PairState,
  seen,
  trialScorer,
  variantOf,
} from './state.ts';
import { loadImage, reconstructImage, STOP_SCORING } from './tasks.ts';
import { resumeScoring, startScoring } from './variant.ts';

/** What the screen is entered with. */
export interface PairParams {
  /** Places of examples in the order of the list that was come from. */
  order: readonly number[];
  /** Place in `order`. */
  at: number;
}

export const initialPair = (context: ScreenContext): PairState => seen(0, context);

/** Shows an example. The one that is seen already stays as it is, edits included. */
export function enterPair(state: PairState, params: unknown, context: ScreenContext): Step<PairState> {
  const { order, at } = (params ?? state) as PairParams;
  const isSeen = order[at] === state.index && Object.keys(state.images).length > 0;
  return isSeen ? { state: { ...state, order, at } } : show({ ...state, order }, at, context);
}

function show(state: PairState, at: number, context: ScreenContext): Step<PairState> {
  const next = seen(at, context, state);
  const { index } = next;
  const images = context.model.examples[index]?.images ?? [];
  const effects = [...images.keys()].map((image) => loadImage(index, image));
  const stop = variantOf(state) === undefined ? [] : [STOP_SCORING];
  const step = resumeScoring(next);
  return withClean({ state: step.state, effects: [...stop, ...effects, ...(step.effects ?? [])] }, context);
}

/** Another run is looked at: the edits stay for when this one is seen again. */
export function leavePair(state: PairState): PairState {
  return {
    ...state,
    parked: editsOf(state),
    variants: [],
    index: -1,
    images: {},
    clean: {},
    drawn: undefined,
    prompt: undefined,
  };
}

/** One action. */
export function reducePair(state: PairState, action: ScreenAction, context: ScreenContext): Step<PairState> {
  if (action.type === 'result') return withClean(takeResult(state, action), context);
  if (state.prompt) return withClean(reducePrompt(state, action, context), context);
  if (action.type !== 'command') return { state };
  const step = command(state, action.command, context);
  return step.state === state ? step : withClean(step, context);
}

function command(state: PairState, name: Command, context: ScreenContext): Step<PairState> {
  const captions = captionsOf(state, context);
  switch (name) {
    case 'next':
    case 'previous':
      return walk(state, name === 'next' ? 1 : -1, context);
    case 'side-a':
    case 'side-b':
      return { state: contrast(state, name) };
    case 'edit':
      if (captions.length === 0) return { state };
      if (!knowsCaptions(state, context)) return { state, effects: [{ type: 'notice', text: NO_CAPTIONS }] };
      return { state: { ...state, prompt: { of: 'caption', line: lineOf(captions[state.caption]!) } } };
    case 'undo':
      return undo(state);
    case 'force':
      return force(state);
    case 'save':
      if (!variantOf(state))
        return { state, effects: [{ type: 'notice', text: 'Nothing is edited: e edits a caption.' }] };
      return { state: { ...state, prompt: { of: 'folder', line: lineOf(state.folder) } } };
    case 'map': {
      const next = { ...state, heat: after(HEATS, state.heat) };
      // There may be room for other images.
      return { state: { ...next, firstImage: visibleImages(next, context)[0] ?? 0 } };
    }
    case 'panel-timesteps':
    case 'panel-running':
    case 'panel-clean':
      return { state: { ...state, panel: PANELS.find((panel) => name === `panel-${panel}`)! } };
    case 'panel-drawn':
      return { state: showDrawn(state) };
    case 'earlier':
    case 'later':
      return { state: chooseTimestep(state, name === 'later' ? 1 : -1, context) };
    case 'zoom':
      return { state: { ...state, zoom: !state.zoom } };
    case 'scorer':
      return { state: { ...state, scorer: nextScorer(state, context), clean: {} } };
    case 'next-image':
      return { state: nextImages(state, context) };
    default: {
      const caption = move(name, state.caption, { count: captions.length, page: 5 });
      return { state: caption === undefined || caption === state.caption ? state : { ...state, caption } };
    }
  }
}

function walk(state: PairState, step: number, context: ScreenContext): Step<PairState> {
  const at = state.at + step;
  if (state.order[at] === undefined) {
    const text =
      step > 0 ? 'This is the last example of the list.' : 'This is the first example of the list.';
    return { state, effects: [{ type: 'notice', text }] };
  }
  return show(state, at, context);
}

/** Makes the caption under the cursor one of the two that are contrasted; the other gives way where it was that one. */
function contrast(state: PairState, side: 'side-a' | 'side-b'): PairState {
  const { caption, first, second } = state;
  if (second === undefined) return state;
  const next = side === 'side-a' ? { first: caption, second } : { first, second: caption };
  if (next.first === next.second)
    return first === caption && second !== caption && side === 'side-a'
      ? state
      : { ...state, first: second, second: first };
  return { ...state, ...next };
}

function undo(state: PairState): Step<PairState> {
  if (state.variants.length === 0)
    return { state, effects: [{ type: 'notice', text: 'There is nothing to undo.' }] };
  const variants = state.variants.slice(0, -1);
  const step = resumeScoring({ ...state, variants, clean: {} });
  return step.effects ? step : { ...step, effects: [STOP_SCORING] };
}

function force(state: PairState): Step<PairState> {
  const variant = variantOf(state);
  const isRefused = Object.values(variant?.standings ?? {}).some((standing) => standing.state === 'refused');
  if (!variant || !isRefused) return { state };
  return startScoring({ ...state, variants: state.variants.slice(0, -1) }, { ...variant, force: true });
}

function chooseTimestep(state: PairState, step: number, context: ScreenContext): PairState {
  const timesteps = planTimesteps(state, context);
  if (timesteps.length === 0) return state;
  const at = timesteps.indexOf(state.timestep ?? Number.NaN);
  const middle = Math.floor(timesteps.length / 2);
  const next = at < 0 ? middle : Math.max(0, Math.min(timesteps.length - 1, at + step));
  return timesteps[next] === state.timestep ? state : { ...state, timestep: timesteps[next] };
}

function nextScorer(state: PairState, context: ScreenContext): string | undefined {
  const names = context.model.scorers.filter(({ kind }) => kind === 'diffusion').map(({ name }) => name);
  const at = names.indexOf(trialScorer(state, context) ?? '');
  return names[(at + 1) % Math.max(1, names.length)];
}

function nextImages(state: PairState, context: ScreenContext): PairState {
  const count = context.model.examples[state.index]?.images.length ?? 0;
  const shown = visibleImages(state, context).length;
  if (count <= shown) return state;
  const firstImage = state.firstImage + shown;
  return { ...state, firstImage: firstImage >= count ? 0 : firstImage };
}

/** Asks for the reconstructions and drawings that are seen and not there or on their way. */
function withClean(before: Step<PairState>, context: ScreenContext): Step<PairState> {
  const step = withDrawn(before, context);
  let { state } = step;
  const isSeen = state.panel === 'clean' || (state.panel === 'drawn' && context.width >= DRAWN_BESIDE_CLEAN);
  if (!isSeen || !knowsCaptions(state, context)) return step;
  const scorer = trialScorer(state, context);
  const timesteps = planTimesteps(state, context);
  if (scorer === undefined || timesteps.length === 0) return step;
  const timestep = state.timestep ?? timesteps[Math.floor(timesteps.length / 2)]!;
  const noise = noiseAt(state, context, timestep);
  if (noise === undefined) return step;
  const all = captionsOf(state, context);
  const chosen = [state.first, ...(state.second === undefined ? [] : [state.second])];
  const captions = [...chosen.map((caption) => all[caption]!), ''];
  const effects: Effect[] = [];
  for (const image of visibleImages(state, context)) {
    const known = state.clean[image];
    if (known?.timestep === timestep && known.captions.join('\n') === captions.join('\n')) continue;
    state = { ...state, clean: { ...state.clean, [image]: { timestep, captions } } };
    effects.push(reconstructImage({ index: state.index, image, scorer }, { timestep, noise, captions }));
  }
  if (effects.length === 0) return step;
  return { state: { ...state, timestep }, effects: [...(step.effects ?? []), ...effects] };
}

function after<T>(list: readonly T[], value: T): T {
  return list[(list.indexOf(value) + 1) % list.length]!;
}
