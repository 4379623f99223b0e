/** Two sides, a metric, and the list of examples that only one of them has right. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { type Contest, contest, type Flip, type Side } from '../../../src/report/contest.ts';
import { chosenMetric, metricsOf, nextMetric } from '../../metric.ts';
import { move, scrollTo } from '../../scroll.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';

export const FLIPS = ['all', 'a', 'b'] as const;

export interface CompareState {
  /** Places in `sidesOf`; undefined: as `defaultSides` chooses. */
  sides: readonly [number, number] | undefined;
  metric: MetricName | undefined;
  flips: (typeof FLIPS)[number];
  at: number;
  top: number;
}

export const initialCompare = (): CompareState => ({
  sides: undefined,
  metric: undefined,
  flips: 'all',
  at: 0,
  top: 0,
});

/** Every scorer of every opened run; the run that is looked at comes first. */
export function sidesOf({ model, opened }: ScreenContext): Side[] {
  const models = [model, ...opened.filter((other) => other !== model)];
  return models.flatMap((each) => each.scorers.map(({ name }) => ({ model: each, scorer: name })));
}

/** The same scorer of two runs where several are open, else the first two of the run; undefined where there is one. */
function defaultSides(sides: readonly Side[]): readonly [number, number] | undefined {
  const [first] = sides;
  if (!first || sides.length < 2) return undefined;
  const twin = sides.findIndex(({ model, scorer }) => model !== first.model && scorer === first.scorer);
  return [0, twin > 0 ? twin : 1];
}

/** Everything that the view shows. */
export interface Comparison {
  a: Side;
  b: Side;
  metric: MetricName;
  contest: Contest;
  flips: readonly Flip[];
}

let last: { key: readonly unknown[]; found: Contest } | undefined;

/** The contest that is chosen; undefined where there are no two sides. The last one is remembered. */
export function comparisonOf(state: CompareState, context: ScreenContext): Comparison | undefined {
  const sides = sidesOf(context);
  const chosen = state.sides ?? defaultSides(sides);
  const [a, b] = [sides[chosen?.[0] ?? -1], sides[chosen?.[1] ?? -1]];
  if (!a || !b) return undefined;
  const metric = chosenMetric(context.summary, state.metric);
  const { progress } = context;
  const grows = progress !== undefined && progress.state !== 'done' && progress.state !== 'interrupted';
  const key = [a.model, a.model.version(), a.scorer, b.model, b.model.version(), b.scorer, metric, grows];
  if (!last || key.some((part, k) => part !== last!.key[k]))
    last = { key, found: contest(a, b, metric, grows) };
  const { found } = last;
  const flips = found.flips.filter(({ winner }) => state.flips === 'all' || winner === state.flips);
  return { a, b, metric, contest: found, flips };
}

/** Lines above the list of flips. */
export function headRows(context: ScreenContext): number {
  return metricsOf(context.summary).length > 1 ? 12 : 11;
}

/** Rows that show flips. */
export function flipsPage(context: ScreenContext): number {
  return Math.max(1, context.height - headRows(context));
}

export function reduceCompare(
  state: CompareState,
  action: ScreenAction,
  context: ScreenContext,
): Step<CompareState> {
  if (action.type !== 'command') return { state };
  const found = comparisonOf(state, context);
  if (!found) return { state };
  const fresh = { at: 0, top: 0 };
  switch (action.command) {
    case 'metric':
      return { state: { ...state, ...fresh, metric: nextMetric(context.summary, state.metric) } };
    case 'flips':
      return {
        state: { ...state, ...fresh, flips: FLIPS[(FLIPS.indexOf(state.flips) + 1) % FLIPS.length]! },
      };
    case 'side-a':
    case 'side-b':
      return { state: { ...state, ...fresh, sides: nextSides(state, action.command, context) } };
    case 'open': {
      const order = found.flips.map(({ a }) => a);
      if (order.length === 0) return { state };
      if (found.a.model !== context.model)
        return { state, effects: [{ type: 'notice', text: 'Open run A first: its pairs are shown.' }] };
      return {
        state,
        effects: [{ type: 'go', to: 'pair', params: { order, at: Math.min(state.at, order.length - 1) } }],
      };
    }
  }
  const room = { count: found.flips.length, page: flipsPage(context) };
  const at = Math.min(state.at, Math.max(0, room.count - 1));
  const target = room.count === 0 ? undefined : move(action.command, at, room);
  if (target === undefined || target === state.at) return { state };
  return { state: { ...state, at: target, top: scrollTo(target, state.top, room) } };
}

/** The next side that is not the other one. */
function nextSides(
  state: CompareState,
  command: 'side-a' | 'side-b',
  context: ScreenContext,
): readonly [number, number] {
  const sides = sidesOf(context);
  const [a, b] = state.sides ?? defaultSides(sides)!;
  const after = (side: number, other: number) => {
    const next = (side + 1) % sides.length;
    return next === other ? (next + 1) % sides.length : next;
  };
  return command === 'side-a' ? [after(a, b), b] : [a, after(b, a)];
}
