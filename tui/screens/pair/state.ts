/** One example: which one, and the list that `n` and `p` walk. */

import { move } from '../../scroll.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';

export interface PairState {
  /** Places of examples in the order of the list that was come from. */
  order: readonly number[];
  /** Place in `order`. */
  at: number;
  /** First line seen. */
  top: number;
}

/** What the screen is entered with. */
export interface PairParams {
  order: readonly number[];
  at: number;
}

export const initialPair = ({ model }: ScreenContext): PairState => ({
  order: [...model.examples.keys()],
  at: 0,
  top: 0,
});

export function enterPair(state: PairState, params: unknown): Step<PairState> {
  return { state: params === undefined ? state : { ...(params as PairParams), top: 0 } };
}

export function reducePair(state: PairState, action: ScreenAction, context: ScreenContext): Step<PairState> {
  if (action.type !== 'command') return { state };
  const step = action.command === 'next' ? 1 : action.command === 'previous' ? -1 : 0;
  if (step !== 0) {
    const at = Math.max(0, Math.min(state.order.length - 1, state.at + step));
    return { state: at === state.at ? state : { ...state, at, top: 0 } };
  }
  const top = move(action.command, state.top, { count: 200, page: context.height });
  return { state: top === undefined || top === state.top ? state : { ...state, top } };
}
