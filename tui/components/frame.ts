/** The lines around every screen. */

import { TABS } from '../app-state.ts';
import { bindingsOf, keyLabel } from '../keymap.ts';
import type { Picture } from '../picture.ts';
import type { Progress } from '../progress.ts';
import { SCREEN } from '../screens/index.ts';
import type { ScreenContext } from '../screens/screen.ts';
import { cut, shown, sized, width as widthOf } from '../text.ts';

/** Name of the task, and the screens with the one that is shown. */
export function headerLine({ app, context }: Picture): string {
  const { theme, width } = context;
  const current = app.current === 'pair' || app.current === 'help' ? app.current : undefined;
  const name = shown(runName(context));
  if (theme.linear) return `Winoscope, ${name === '' ? 'no run' : name}. ${SCREEN[app.current].title}.`;
  const tabs = TABS.map((tab, k) => {
    const text = `${k + 1} ${SCREEN[tab].title}`;
    return tab === app.current
      ? { text: `[${text}]`, isCurrent: true }
      : { text: ` ${text} `, isCurrent: false };
  });
  const extra = current ? `[${SCREEN[current].title}]` : '';
  const used = tabs.reduce((sum, { text }) => sum + text.length, 0) + extra.length;
  const space = width - used - 2;
  const going = app.current === 'summary' ? '' : goingOn(context.progress);
  const title = sized(cut(`winoscope${name === '' ? '' : `  ${name}`}${going}`, space), space);
  const right = tabs.map(({ text, isCurrent }) => theme.paint(isCurrent ? 'title' : 'muted', text)).join('');
  return ` ${theme.paint('accent', title)}${right}${theme.paint('title', extra)}`;
}

/** The task; where several runs are open, first the folder of the one that is seen. */
function runName({ model, opened }: ScreenContext): string {
  const folder = model.path.split(/[/\\]/).at(-1)!;
  const task = model.task.name;
  return opened.length < 2 || folder === '' ? task : folder.startsWith(task) ? folder : `${folder}  ${task}`;
}

/** The question, the notice, or the keys that matter here. */
export function footerLine({ app, context }: Picture): string {
  const { theme, width } = context;
  const mode = SCREEN[app.current].hints?.(app.states[app.current]);
  if (theme.linear && !app.asking && app.notice === undefined)
    return mode ? inWords(mode) : 'Question mark: keys. Q: quit.';
  if (app.asking)
    return ` ${theme.paint('warn', cut('Stop the run? What is done is kept. y: stop, any other key: go on', width - 2))}`;
  if (app.notice !== undefined) return ` ${theme.paint('warn', cut(shown(app.notice), width - 2))}`;
  const hints = mode ?? hintsOf(app.current);
  let used = 1;
  let line = ' ';
  for (const [key, text] of hints) {
    const size = widthOf(key) + 1 + widthOf(text) + 2;
    if (used + size > width - 1) break;
    used += size;
    line += `${theme.paint('key', key)} ${theme.paint('muted', text)}  `;
  }
  return line;
}

/** `Enter: scores. Escape: cancels.` */
function inWords(hints: readonly (readonly [string, string])[]): string {
  const names: Record<string, string> = {
    Esc: 'Escape',
    '↑↓': 'Up and down arrow',
    '←→': 'Left and right arrow',
    '?': 'Question mark',
    q: 'Q',
  };
  return hints.map(([key, text]) => `${names[key] ?? key}: ${text}.`).join(' ');
}

/** Keys with a word each: help and quit always come first, so that they are never cut off. */
function hintsOf(current: Picture['app']['current']): (readonly [string, string])[] {
  return [
    ['?', 'help'],
    ['q', 'quit'],
    ...(TABS.includes(current) ? ([['↑↓', 'move']] as const) : []),
    ...(current === 'pair' || current === 'help' ? ([['Esc', 'back']] as const) : []),
    ...bindingsOf(current).map(({ keys, help, hint }) => [keyLabel(keys[0]!), hint ?? help!] as const),
  ];
}

/** How far the run is, for the screens that do not show it. */
function goingOn(progress: Progress | undefined): string {
  if (!progress || progress.state === 'starting') return '';
  if (progress.state !== 'running') return `  ${progress.state}`;
  const [done, total] = progress.scorers.reduce(
    ([a, b], scorer) => [a + scorer.done, b + scorer.total],
    [0, 0],
  );
  return `  ${Math.floor((100 * done) / Math.max(1, total))} %`;
}
