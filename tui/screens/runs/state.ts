/** The list of run folders. */

import { move, scrollTo } from '../../scroll.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';

export interface RunsState {
  at: number;
  top: number;
}

export const initialRuns = (): RunsState => ({ at: 0, top: 0 });

/** Rows of the selected run: a rule, its path, and what tells it from others. */
export const DETAIL_ROWS = 4;

/** Rows that show runs: a title, heads, a blank line and the selected run take the rest. */
export function runsPage({ height }: ScreenContext): number {
  return Math.max(1, height - 3 - DETAIL_ROWS);
}

export function reduceRuns(state: RunsState, action: ScreenAction, context: ScreenContext): Step<RunsState> {
  if (action.type !== 'command') return { state };
  const runs = context.runs ?? [];
  const at = Math.min(state.at, Math.max(0, runs.length - 1));
  if (action.command === 'refresh') return { state, effects: [{ type: 'refresh-runs' }] };
  const run = runs[at];
  if (action.command === 'open' && run) {
    if (run.state === 'torn')
      return { state, effects: [{ type: 'notice', text: `This run cannot be opened: ${run.why}.` }] };
    if (run.state === 'shards')
      return { state, effects: [{ type: 'notice', text: `Not merged yet: ${run.why}.` }] };
    return { state, effects: [{ type: 'open-run', path: run.path }] };
  }
  const room = { count: runs.length, page: runsPage(context) };
  const target = runs.length === 0 ? undefined : move(action.command, at, room);
  if (target === undefined || target === state.at) return { state };
  return { state: { at: target, top: scrollTo(target, state.top, room) } };
}
