/** The list of examples: what is chosen, and where the cursor is. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import type { Command } from '../../keymap.ts';
import { chosenMetric, nextMetric } from '../../metric.ts';
import { move, scrollTo } from '../../scroll.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';
import { type ListChoice, listOf, SORTS, type Sort, tagsOf, VERDICTS, type VerdictFilter } from './list.ts';

export interface ExamplesState {
  sort: Sort;
  verdict: VerdictFilter;
  disagreeing: boolean;
  tag: string | undefined;
  query: string;
  /** Whether the query is being typed. */
  searching: boolean;
  /** Place of the cursor in the list of tags, while one is chosen. */
  picking: number | undefined;
  /** The example under the cursor, by its place in the task, so that it stays where the list changes. */
  selected: number;
  /** First row seen. */
  top: number;
  metric: MetricName | undefined;
  /** Place of the scorer whose margins and verdicts count. */
  scorer: number;
}

/** Rows of the screen that are no examples: choices, column heads, a blank line and the detail below. */
export const DETAIL_ROWS = 4;
const FIXED_ROWS = 2 + DETAIL_ROWS;

export const initialExamples = (): ExamplesState => ({
  sort: 'id',
  verdict: 'all',
  disagreeing: false,
  tag: undefined,
  query: '',
  searching: false,
  picking: undefined,
  selected: 0,
  top: 0,
  metric: undefined,
  scorer: 0,
});

/** What `listOf` needs. */
export function choiceOf(state: ExamplesState, { model, summary }: ScreenContext): ListChoice {
  const { sort, verdict, disagreeing, tag, query } = state;
  const scorer = model.scorers[state.scorer % Math.max(1, model.scorers.length)]?.name ?? '';
  return { sort, verdict, disagreeing, tag, query, scorer, metric: chosenMetric(summary, state.metric) };
}

/** Rows that show examples. */
export function pageOf({ height }: ScreenContext): number {
  return Math.max(1, height - FIXED_ROWS);
}

/** The list, the cursor's place in it and the first row seen. */
export function place(state: ExamplesState, context: ScreenContext) {
  const list = listOf(context.model, choiceOf(state, context));
  const at = Math.max(0, list.indexOf(state.selected));
  const room = { count: list.length, page: pageOf(context) };
  return { list, at, top: scrollTo(at, state.top, room), room };
}

export function reduceExamples(
  state: ExamplesState,
  action: ScreenAction,
  context: ScreenContext,
): Step<ExamplesState> {
  if (action.type === 'text') return { state: choose(state, { query: state.query + action.text }, context) };
  if (action.type !== 'command') return { state };
  const { command } = action;
  if (state.searching) return { state: search(state, command, context) };
  if (state.picking !== undefined) return { state: pick(state, command, context) };
  return list(state, command, context);
}

function search(state: ExamplesState, command: Command, context: ScreenContext): ExamplesState {
  switch (command) {
    case 'open':
      return { ...state, searching: false };
    case 'back':
      return choose({ ...state, searching: false }, { query: '' }, context);
    case 'erase':
    case 'erase-next':
    case 'erase-word':
      return choose(state, { query: [...state.query].slice(0, -1).join('') }, context);
    case 'clear':
      return choose(state, { query: '' }, context);
    default:
      return step(state, command, context) ?? state;
  }
}

/** The list of tags: the first row takes the filter away. */
function pick(state: ExamplesState, command: Command, context: ScreenContext): ExamplesState {
  const tags = tagsOf(context.model, choiceOf(state, context).scorer);
  const picking = state.picking ?? 0;
  if (command === 'back' || command === 'tag') return { ...state, picking: undefined };
  if (command === 'open')
    return choose({ ...state, picking: undefined }, { tag: tags[picking - 1]?.tag }, context);
  const room = { count: tags.length + 1, page: pageOf(context) };
  return { ...state, picking: move(command, picking, room) ?? picking };
}

function list(state: ExamplesState, command: Command, context: ScreenContext): Step<ExamplesState> {
  const after = <T>(values: readonly T[], value: T) => values[(values.indexOf(value) + 1) % values.length]!;
  switch (command) {
    case 'sort':
      return { state: choose(state, { sort: after(SORTS, state.sort) }, context) };
    case 'verdict':
      return { state: choose(state, { verdict: after(VERDICTS, state.verdict) }, context) };
    case 'disagreeing':
      return { state: choose(state, { disagreeing: !state.disagreeing }, context) };
    case 'metric':
      return { state: choose(state, { metric: nextMetric(context.summary, state.metric) }, context) };
    case 'scorer': {
      const scorer = (state.scorer + 1) % Math.max(1, context.model.scorers.length);
      return { state: choose(state, { scorer }, context) };
    }
    case 'tag': {
      const { scorer } = choiceOf(state, context);
      const at = tagsOf(context.model, scorer).findIndex(({ tag }) => tag === state.tag);
      return { state: { ...state, picking: at + 1 } };
    }
    case 'search':
      return { state: { ...state, searching: true } };
    case 'clear':
    case 'back': {
      const { tag, verdict, disagreeing, query } = initialExamples();
      const isFiltered = state.tag || state.verdict !== 'all' || state.disagreeing || state.query !== '';
      return { state: isFiltered ? choose(state, { tag, verdict, disagreeing, query }, context) : state };
    }
    case 'open': {
      const { list: order, at } = place(state, context);
      if (order.length === 0) return { state };
      return { state, effects: [{ type: 'go', to: 'pair', params: { order, at } }] };
    }
    default:
      return { state: step(state, command, context) ?? state };
  }
}

/** Moves the cursor. */
function step(state: ExamplesState, command: Command, context: ScreenContext): ExamplesState | undefined {
  const { list: order, at, top, room } = place(state, context);
  const target = move(command, at, room);
  if (target === undefined || order.length === 0) return undefined;
  return { ...state, selected: order[target]!, top: scrollTo(target, top, room) };
}

/** Changes what is listed; the cursor stays on its example where that is still listed, else goes to the top. */
function choose(state: ExamplesState, change: Partial<ExamplesState>, context: ScreenContext): ExamplesState {
  const next = { ...state, ...change };
  const order = listOf(context.model, choiceOf(next, context));
  // A new order is looked at from its top: that is what it was asked for.
  const stays = change.sort === undefined && order.includes(state.selected);
  const selected = stays ? state.selected : (order[0] ?? state.selected);
  const at = Math.max(0, order.indexOf(selected));
  return { ...next, selected, top: scrollTo(at, 0, { count: order.length, page: pageOf(context) }) };
}
