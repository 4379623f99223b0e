/** The state of the whole dashboard and what keys do to it: pure. */

import { type Command, commandOf } from './keymap.ts';
import { SCREEN } from './screens/index.ts';
import type { Effect, ScreenAction, ScreenContext, ScreenName, Step } from './screens/screen.ts';

export interface AppState {
  current: ScreenName;
  /** Screens to go back to, the last one first to be returned to. */
  trail: readonly ScreenName[];
  /** Of every screen that was seen. */
  states: Readonly<Partial<Record<ScreenName, unknown>>>;
  /** Whether the user was asked if they want to end a run. */
  asking: boolean;
  /** A line to be read once. */
  notice: string | undefined;
}

export type AppAction =
  | { type: 'key'; key: string }
  /** Text from the clipboard: never keys. */
  | { type: 'paste'; text: string }
  | { type: 'show'; screen: ScreenName; params?: unknown }
  | { type: 'notice'; text: string }
  | { type: 'result'; screen: ScreenName; key: string; value?: unknown; error?: unknown };

/** What is left to do for the controller. `quit` with `force` ends a run without asking. */
export type AppEffect =
  | Exclude<Effect, { type: 'go' | 'back' | 'notice' | 'quit' }>
  | { type: 'quit'; force: boolean };

export interface AppStep {
  state: AppState;
  /** Effects with the screen that asked for them. */
  effects: readonly { effect: AppEffect; from: ScreenName }[];
}

export const TABS: readonly ScreenName[] = ['summary', 'examples', 'compare', 'runs'];

/** The state before the first key. */
export function initialApp(current: ScreenName): AppState {
  return { current, trail: [], states: {}, asking: false, notice: undefined };
}

/** The state of a screen, fresh where it was never seen. */
export function stateOf(state: AppState, name: ScreenName, context: ScreenContext): unknown {
  return state.states[name] ?? SCREEN[name].initial(context);
}

/** What is kept of a run's screens while another one is looked at. */
export function leaveScreens(states: AppState['states']): AppState['states'] {
  const kept = (Object.keys(states) as ScreenName[]).flatMap((name) => {
    const left = SCREEN[name].leave?.(states[name]);
    return left === undefined ? [] : [[name, left] as const];
  });
  return Object.fromEntries(kept);
}

/** One action; `context` is that of the screen shown. */
export function reduceApp(state: AppState, action: AppAction, context: ScreenContext): AppStep {
  switch (action.type) {
    case 'show':
      return show(state, action, context);
    case 'notice':
      return { state: { ...state, notice: action.text }, effects: [] };
    case 'result': {
      const { screen: name, ...result } = action;
      return reduceScreen(state, name, { action: result, context });
    }
    case 'paste': {
      const typing = SCREEN[state.current].typing?.(stateOf(state, state.current, context)) ?? false;
      const text = action.text.replace(/\s+/g, ' ');
      if (!typing || state.asking || text === '') return { state, effects: [] };
      return reduceScreen(state, state.current, { action: { type: 'text', text }, context });
    }
    case 'key':
      return reduceKey(state, action.key, context);
  }
}

function reduceKey(before: AppState, key: string, context: ScreenContext): AppStep {
  const { current } = before;
  if (before.asking) {
    const yes = key === 'y' || key === 'Y' || key === 'ctrl-c';
    return {
      state: { ...before, asking: false },
      effects: yes ? [{ effect: { type: 'quit', force: true }, from: current }] : [],
    };
  }
  const state = before.notice === undefined ? before : { ...before, notice: undefined };
  const typing = SCREEN[current].typing?.(stateOf(state, current, context)) ?? false;
  const command = commandOf(key, current, typing);
  if (command === undefined) {
    const isText = typing && [...key].length === 1;
    return isText
      ? reduceScreen(state, current, { action: { type: 'text', text: key }, context })
      : { state, effects: [] };
  }
  if (command === 'interrupt') return quit(state, true);
  const go = typing ? undefined : tabOf(command, current);
  if (go) return show(state, { screen: go }, context);
  if (command === 'help')
    return current === 'help' ? back(state, context) : show(state, { screen: 'help' }, context);
  if (command === 'quit') return quit(state, false, context);
  const step = reduceScreen(state, current, { action: { type: 'command', command }, context });
  const unmoved = step.state === state && step.effects.length === 0;
  return command === 'back' && unmoved ? back(state, context) : step;
}

/** The tab that a command leads to, or undefined. */
function tabOf(command: Command, current: ScreenName): ScreenName | undefined {
  const step = command === 'next-screen' ? 1 : command === 'previous-screen' ? -1 : 0;
  if (step !== 0) {
    const at = Math.max(0, TABS.indexOf(current));
    return TABS[(at + step + TABS.length) % TABS.length];
  }
  return command.startsWith('go-') ? (command.slice(3) as ScreenName) : undefined;
}

function quit(state: AppState, force: boolean, context?: ScreenContext): AppStep {
  const running = context?.progress?.state === 'running' || context?.progress?.state === 'starting';
  if (running && !force) return { state: { ...state, asking: true }, effects: [] };
  return { state, effects: [{ effect: { type: 'quit', force }, from: state.current }] };
}

function show(
  state: AppState,
  { screen: to, params }: { screen: ScreenName; params?: unknown },
  context: ScreenContext,
): AppStep {
  const trail = TABS.includes(to) ? [] : [...state.trail.filter((name) => name !== to), state.current];
  const next = { ...state, current: to, trail: to === state.current ? state.trail : trail };
  const own = stateOf(state, to, context);
  const step = SCREEN[to].enter?.(own, params, context) ?? { state: own };
  return settle(next, to, { step, context });
}

function back(state: AppState, context: ScreenContext): AppStep {
  const to = state.trail.at(-1);
  if (to === undefined) return { state, effects: [] };
  const next = { ...state, current: to, trail: state.trail.slice(0, -1) };
  return settle(next, to, { step: { state: stateOf(state, to, context) }, context });
}

function reduceScreen(
  state: AppState,
  name: ScreenName,
  { action, context }: { action: ScreenAction; context: ScreenContext },
): AppStep {
  const before = stateOf(state, name, context);
  const step = SCREEN[name].reduce(before, action, context);
  if (step.state === before && !step.effects?.length) return { state, effects: [] };
  return settle(state, name, { step, context });
}

/** Keeps a screen's new state and carries out those of its effects that only change the state. */
function settle(
  state: AppState,
  name: ScreenName,
  { step, context }: { step: Step<unknown>; context: ScreenContext },
): AppStep {
  let result: AppStep = {
    state: { ...state, states: { ...state.states, [name]: step.state } },
    effects: [],
  };
  for (const effect of step.effects ?? []) {
    if (effect.type === 'notice') {
      result = { ...result, state: { ...result.state, notice: effect.text } };
    } else if (effect.type === 'quit') {
      const more = quit(result.state, false, context);
      result = { state: more.state, effects: [...result.effects, ...more.effects] };
    } else if (effect.type === 'go' || effect.type === 'back') {
      const more =
        effect.type === 'back'
          ? back(result.state, context)
          : show(result.state, { screen: effect.to, params: effect.params }, context);
      result = { state: more.state, effects: [...result.effects, ...more.effects] };
    } else result = { ...result, effects: [...result.effects, { effect, from: name }] };
  }
  return result;
}
