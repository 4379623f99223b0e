import { Lines, Rows } from '../../components/rows.tsx';
import { screen, type ViewProps } from '../screen.ts';
import { compareLines, compareSentences } from './lines.ts';
import { type CompareState, initialCompare, reduceCompare } from './state.ts';

/** Two scorers or runs against each other. */
export function CompareView({ state, context }: ViewProps<CompareState>) {
  if (context.theme.linear) return <Lines lines={compareSentences(state, context)} />;
  return <Rows lines={compareLines(state, context)} height={context.height} />;
}

export const compareScreen = screen<CompareState>({
  name: 'compare',
  title: 'Compare',
  initial: initialCompare,
  reduce: reduceCompare,
  View: CompareView,
});
