import { Lines, Rows } from '../../components/rows.tsx';
import { screen, type ViewProps } from '../screen.ts';
import { exampleLines } from './lines.ts';
import { exampleSentences } from './sentences.ts';
import { type ExamplesState, initialExamples, reduceExamples } from './state.ts';

/** The list of examples. */
export function ExamplesView({ state, context }: ViewProps<ExamplesState>) {
  if (context.theme.linear) return <Lines lines={exampleSentences(state, context)} />;
  return <Rows lines={exampleLines(state, context)} height={context.height} />;
}

const SEARCHING = [
  ['Enter', 'keeps the list'],
  ['Esc', 'ends the search'],
  ['↑↓', 'move'],
  ['Ctrl-U', 'erases all'],
] as const;
const PICKING = [
  ['Enter', 'chooses'],
  ['Esc', 'cancels'],
  ['↑↓', 'move'],
  ['?', 'help'],
  ['q', 'quit'],
] as const;

export const examplesScreen = screen<ExamplesState>({
  name: 'examples',
  title: 'Examples',
  initial: initialExamples,
  reduce: reduceExamples,
  typing: ({ searching }) => searching,
  hints: ({ searching, picking }) => (searching ? SEARCHING : picking === undefined ? undefined : PICKING),
  View: ExamplesView,
});
