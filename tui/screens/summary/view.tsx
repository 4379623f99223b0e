import { Lines, Rows } from '../../components/rows.tsx';
import { scrollTo } from '../../scroll.ts';
import { type ScreenContext, screen, type ViewProps } from '../screen.ts';
import { lowerLines, upperLines } from './lines.ts';
import { summarySentences } from './sentences.ts';
import { initialSummary, reduceSummary, type SummaryState } from './state.ts';

/** Progress, the main table, comparisons and tags. */
export function SummaryView({ state, context }: ViewProps<SummaryState>) {
  if (context.theme.linear) return <Lines lines={summarySentences(context)} />;
  return <Rows lines={summaryRows(state, context)} height={context.height} />;
}

function summaryRows(state: SummaryState, context: ScreenContext): string[] {
  const upper = upperLines(context);
  const lower = lowerLines(state, context);
  const page = Math.max(1, context.height - upper.length);
  const top = scrollTo(state.top, state.top, { count: lower.length, page });
  const seen = lower.slice(top, top + page);
  const below = lower.length - top - page;
  // The last row says that there is more, instead of a scroll bar.
  if (below > 0) seen[page - 1] = context.theme.paint('muted', ` ↓ ${below + 1} more lines`);
  return [...upper, ...seen];
}

export const summaryScreen = screen<SummaryState>({
  name: 'summary',
  title: 'Summary',
  initial: initialSummary,
  reduce: reduceSummary,
  View: SummaryView,
});
