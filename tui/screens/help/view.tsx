import { Lines, Rows } from '../../components/rows.tsx';
import { type Binding, bindingsOf, globalBindings, keyInWords, keyLabel } from '../../keymap.ts';
import { move, scrollTo } from '../../scroll.ts';
import { sized } from '../../text.ts';
import {
  type ScreenAction,
  type ScreenContext,
  type ScreenName,
  type Step,
  screen,
  type ViewProps,
} from '../screen.ts';

interface HelpState {
  top: number;
}

const TITLES: Record<ScreenName, string> = {
  summary: 'Summary',
  examples: 'Examples',
  pair: 'Pair',
  compare: 'Compare',
  runs: 'Runs',
  help: 'Help',
};

/** Marks that screens use, in words. */
const LEGEND: readonly (readonly [string, string])[] = [
  ['T I G M A', 'text, image, group, GroupMatch, accuracy are right; · in their place: wrong'],
  ['?', 'undecided: given up by a stopping rule, or too close to call'],
  ['…', 'not done yet'],
  ['✎', 'captions edited in this session; Enter shows the edit again'],
  ['● ━ ┊', 'percent right, its 95 % interval, what guessing gives'],
];

/** Every key, from the keymap: those of the screen that was left, those of all, the others'. */
export function helpLines({ helpFor, theme, width }: ScreenContext): string[] {
  const section = (title: string, bindings: readonly Binding[]) => [
    ` ${theme.paint('title', title)}`,
    ...bindings.map(
      ({ keys, help }) => `   ${theme.paint('key', sized(keys.map(keyLabel).join(' '), 27))}${help}`,
    ),
    '',
  ];
  const others = (['summary', 'examples', 'pair', 'compare', 'runs'] as const).filter(
    (name) => name !== helpFor,
  );
  return [
    ...section(TITLES[helpFor], bindingsOf(helpFor)),
    ...section('Everywhere', globalBindings()),
    ` ${theme.paint('title', 'Marks')}`,
    ...LEGEND.map(([mark, text]) => `   ${sized(mark, 27)}${text}`.slice(0, width)),
    '',
    ...others.flatMap((name) => section(TITLES[name], bindingsOf(name))),
  ];
}

/** Keys in words, those of the screen that was left and those of all. */
function helpSentences({ helpFor }: ScreenContext): string[] {
  const sentence = ({ keys, help }: Binding) => `${keys.map(keyInWords).join(' or ')}: ${help}.`;
  return [
    `Keys of ${TITLES[helpFor]}.`,
    ...bindingsOf(helpFor).map(sentence),
    'Keys of all screens.',
    ...globalBindings().map(sentence),
  ];
}

function HelpView({ state, context }: ViewProps<HelpState>) {
  const lines = helpLines(context);
  if (context.theme.linear) return <Lines lines={helpSentences(context)} />;
  const top = scrollTo(state.top, state.top, { count: lines.length, page: context.height });
  return <Rows lines={lines.slice(top)} height={context.height} />;
}

function reduce(state: HelpState, action: ScreenAction, context: ScreenContext): Step<HelpState> {
  if (action.type !== 'command') return { state };
  const page = context.height;
  const most = Math.max(0, helpLines(context).length - page);
  const top = move(action.command, Math.min(state.top, most), { count: most + 1, page });
  return { state: top === undefined ? state : { top } };
}

export const helpScreen = screen<HelpState>({
  name: 'help',
  title: 'Help',
  initial: () => ({ top: 0 }),
  enter: () => ({ state: { top: 0 } }),
  reduce,
  View: HelpView,
});
