/**
 * The one keymap: what a key means on which screen, and how help tells of it. Screens see commands, never keys.
 *
 * To add a key, add a command and an entry; `?` shows it. A screen's own entries win over those of all screens.
 */

import { PAIR_KEYS, type PairCommand } from './pair-keys.ts';
import type { ScreenName } from './screens/screen.ts';

/** What a user can ask for. */
export type Command =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'left'
  | 'right'
  | 'open'
  | 'back'
  | 'next'
  | 'previous'
  | 'search'
  | 'sort'
  | 'tag'
  | 'verdict'
  | 'disagreeing'
  | 'clear'
  | 'scorer'
  | 'metric'
  | 'side-a'
  | 'side-b'
  | 'flips'
  | 'refresh'
  | 'erase'
  | 'go-summary'
  | 'go-examples'
  | 'go-compare'
  | 'go-runs'
  | 'next-screen'
  | 'previous-screen'
  | 'help'
  | 'quit'
  | 'interrupt'
  | PairCommand;

/** Keys of one command, by their names; see `keyName`. */
export interface Binding {
  command: Command;
  keys: readonly string[];
  /** Where it holds; everywhere where absent. */
  screens?: readonly ScreenName[];
  /** What it does, for help and hints; undefined: another name for something told elsewhere. */
  help?: string;
  /** The same in a word or two, for the line at the bottom; `help` where absent. */
  hint?: string;
}

/** Everything that a key can do, in the order of help. */
export const KEYMAP: readonly Binding[] = [
  {
    command: 'metric',
    keys: ['m'],
    screens: ['summary', 'examples', 'compare'],
    help: 'next metric',
    hint: 'metric',
  },
  { command: 'open', keys: ['return'], screens: ['examples'], help: 'look at the pair', hint: 'pair' },
  { command: 'search', keys: ['/'], screens: ['examples'], help: 'search captions and ids', hint: 'search' },
  {
    command: 'sort',
    keys: ['s'],
    screens: ['examples'],
    help: 'sort: id, margin, disagreement',
    hint: 'sort',
  },
  { command: 'tag', keys: ['t'], screens: ['examples'], help: 'choose a tag', hint: 'tag' },
  {
    command: 'verdict',
    keys: ['v'],
    screens: ['examples'],
    help: 'all, wrong, right, undecided, scored, not done',
    hint: 'verdict',
  },
  {
    command: 'disagreeing',
    keys: ['d'],
    screens: ['examples'],
    help: 'only where scorers disagree',
    hint: 'disagreeing',
  },
  { command: 'scorer', keys: ['c'], screens: ['examples'], help: 'next scorer', hint: 'scorer' },
  { command: 'clear', keys: ['x'], screens: ['examples'], help: 'all filters off', hint: 'clear' },
  { command: 'next', keys: ['n', 'right', 'l'], screens: ['pair'], help: 'next example', hint: 'next' },
  {
    command: 'previous',
    keys: ['p', 'left', 'h'],
    screens: ['pair'],
    help: 'previous example',
    hint: 'previous',
  },
  ...PAIR_KEYS,
  { command: 'open', keys: ['return'], screens: ['compare'], help: 'look at the pair', hint: 'pair' },
  { command: 'side-a', keys: ['a'], screens: ['compare'], help: 'another scorer as A', hint: 'change A' },
  { command: 'side-b', keys: ['b'], screens: ['compare'], help: 'another scorer as B', hint: 'change B' },
  {
    command: 'flips',
    keys: ['f'],
    screens: ['compare'],
    help: 'flips: all, only A right, only B right',
    hint: 'flips',
  },
  { command: 'open', keys: ['return'], screens: ['runs'], help: 'open the run' },
  { command: 'refresh', keys: ['r'], screens: ['runs'], help: 'look again' },
  { command: 'up', keys: ['up', 'k'], help: 'up' },
  { command: 'down', keys: ['down', 'j'], help: 'down' },
  { command: 'page-up', keys: ['pageup', 'ctrl-u', 'ctrl-b'], help: 'a page up' },
  { command: 'page-down', keys: ['pagedown', 'ctrl-d', 'ctrl-f', ' '], help: 'a page down' },
  { command: 'first', keys: ['home', 'g'], help: 'to the top' },
  { command: 'last', keys: ['end', 'G'], help: 'to the end' },
  { command: 'go-summary', keys: ['1'], help: 'summary' },
  { command: 'go-examples', keys: ['2'], help: 'examples' },
  { command: 'go-compare', keys: ['3'], help: 'compare' },
  { command: 'go-runs', keys: ['4'], help: 'runs' },
  { command: 'next-screen', keys: ['tab'], help: 'next screen' },
  { command: 'previous-screen', keys: ['shift-tab'], help: 'previous screen' },
  { command: 'back', keys: ['escape', 'backspace'], help: 'back' },
  { command: 'help', keys: ['?'], help: 'help' },
  { command: 'quit', keys: ['q'], help: 'quit' },
  { command: 'interrupt', keys: ['ctrl-c'], help: 'quit at once' },
];

/** Keys that still command while text is typed; all others are text. */
const TYPING: Readonly<Record<string, Command>> = {
  return: 'open',
  escape: 'back',
  backspace: 'erase',
  delete: 'erase-next',
  'ctrl-a': 'first',
  'ctrl-e': 'last',
  'ctrl-w': 'erase-word',
  'ctrl-u': 'clear',
  up: 'up',
  down: 'down',
  left: 'left',
  right: 'right',
  home: 'first',
  end: 'last',
  'ctrl-c': 'interrupt',
};

/** What a key means on a screen; undefined where nothing. */
export function commandOf(key: string, screen: ScreenName, typing: boolean): Command | undefined {
  if (typing) return TYPING[key];
  const fitting = KEYMAP.filter(({ keys }) => keys.includes(key));
  const own = fitting.find(({ screens }) => screens?.includes(screen));
  return (own ?? fitting.find(({ screens }) => !screens))?.command;
}

/** The bindings that hold on a screen: its own, then those of all. */
export function bindingsOf(screen: ScreenName): Binding[] {
  return KEYMAP.filter(({ screens, help }) => help !== undefined && screens?.includes(screen));
}

/** The bindings that hold everywhere. */
export function globalBindings(): Binding[] {
  return KEYMAP.filter(({ screens, help }) => help !== undefined && !screens);
}

/** How a key is called in help. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    up: '↑',
    down: '↓',
    left: '←',
    right: '→',
    return: 'Enter',
    escape: 'Esc',
    ' ': 'Space',
    tab: 'Tab',
    'shift-tab': 'Shift-Tab',
    pageup: 'PgUp',
    pagedown: 'PgDn',
    home: 'Home',
    end: 'End',
    backspace: 'Backspace',
  };
  return names[key] ?? key.replace(/^ctrl-(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`);
}

/** The same in words, for a screen reader. */
export function keyInWords(key: string): string {
  const names: Record<string, string> = {
    '/': 'Slash',
    '?': 'Question mark',
    pageup: 'Page up',
    pagedown: 'Page down',
  };
  if (['up', 'down', 'left', 'right'].includes(key)) return `${key[0]!.toUpperCase()}${key.slice(1)} arrow`;
  if (/^[A-Z]$/.test(key)) return `Shift-${key}`;
  return names[key] ?? keyLabel(key);
}
