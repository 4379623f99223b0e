/** What tasks of the pair screen bring. */

import { messageOf } from '../../../src/errors.ts';
import type { RescoreEvent } from '../../../src/run/interactive-events.ts';
import type { ScreenAction, Step } from '../screen.ts';
import { takeDrawn } from './drawing.ts';
import type { Clean, Drawn, PairState, Shown, Standing, Variant } from './state.ts';
import { variantOf } from './state.ts';
import type { SaveResult, ScoringResult } from './tasks.ts';

const WAITING: Standing = { state: 'waiting', done: 0, total: 0, notes: [] };

/** Takes a result; one of an example that is no longer seen changes nothing. */
export function takeResult(
  state: PairState,
  { key, value, error }: Extract<ScreenAction, { type: 'result' }>,
): Step<PairState> {
  const [kind, index, image] = key.split(' ');
  if (error !== undefined) return takeError(state, kind!, error);
  switch (kind) {
    case 'image':
      if (Number(index) !== state.index) return { state };
      return { state: { ...state, images: { ...state.images, [Number(image)]: value as Shown } } };
    case 'score':
      return { state: takeScoring(state, value as ScoringResult) };
    case 'clean':
      return { state: takeClean(state, { index: Number(index), image: Number(image) }, value as Clean) };
    case 'drawn':
      return { state: takeDrawn(state, value as Drawn) };
    case 'save':
      return { state, effects: [{ type: 'notice', text: savedSentence(value as SaveResult) }] };
    default:
      return { state };
  }
}

function savedSentence(saved: SaveResult): string {
  if ('problem' in saved) return saved.problem;
  const { id, file, isKnown } = saved;
  return isKnown ? `Saved already as "${id}" in ${file}; nothing added.` : `Saved as "${id}" in ${file}.`;
}

function takeError(state: PairState, kind: string, error: unknown): Step<PairState> {
  const text = `${messageOf(error)}.`;
  const variant = variantOf(state);
  if (kind === 'score' && variant) return { state: withVariant(state, { ...variant, problem: text }) };
  return { state, effects: [{ type: 'notice', text }] };
}

function takeScoring(state: PairState, result: ScoringResult): PairState {
  const variant = variantOf(state);
  if (!variant) return state; // undone meanwhile
  if ('problem' in result) return withVariant(state, { ...variant, problem: result.problem });
  const { event } = result;
  const before = variant.standings[event.scorer] ?? WAITING;
  const standings = { ...variant.standings, [event.scorer]: standingAfter(before, event) };
  return withVariant(state, { ...variant, standings });
}

function standingAfter(before: Standing, event: RescoreEvent): Standing {
  switch (event.type) {
    case 'loading':
      return { ...before, state: 'loading' };
    case 'trials':
      return { ...before, state: 'running', done: event.done, total: event.total, result: event.result };
    case 'scored':
      return { ...before, state: 'done', done: event.result.judgement.trials ?? 0, result: event.result };
    case 'note':
      return { ...before, notes: [...before.notes, event.message] };
    case 'refused':
    case 'unavailable':
      return { ...before, state: event.type, message: event.message };
  }
}

function withVariant(state: PairState, variant: Variant): PairState {
  return { ...state, variants: [...state.variants.slice(0, -1), variant] };
}

/** A reconstruction counts where it is still what is asked for. */
function takeClean(
  state: PairState,
  { index, image }: { index: number; image: number },
  value: Clean,
): PairState {
  const asked = state.clean[image];
  const isAsked =
    index === state.index &&
    asked?.timestep === value.timestep &&
    asked.captions.join('\n') === value.captions.join('\n');
  return isAsked ? { ...state, clean: { ...state.clean, [image]: value } } : state;
}
