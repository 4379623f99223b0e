/** The summary: one page that scrolls, and the metric of its tags. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { nextMetric } from '../../metric.ts';
import { move } from '../../scroll.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';
import { scrollRoom } from './lines.ts';

export interface SummaryState {
  /** First line of the lower part that is seen. */
  top: number;
  /** Chosen with `m`; group where undefined. */
  metric: MetricName | undefined;
}

export const initialSummary = (): SummaryState => ({ top: 0, metric: undefined });

export function reduceSummary(
  state: SummaryState,
  action: ScreenAction,
  context: ScreenContext,
): Step<SummaryState> {
  if (action.type !== 'command') return { state };
  if (action.command === 'metric')
    return { state: { ...state, metric: nextMetric(context.summary, state.metric) } };
  const { count, page } = scrollRoom(state, context);
  const most = Math.max(0, count - page);
  const top = move(action.command, Math.min(state.top, most), { count: most + 1, page });
  return { state: top === undefined || top === state.top ? state : { ...state, top } };
}
