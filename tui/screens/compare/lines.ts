/** The text of the compare screen. */

import type { Side } from '../../../src/report/contest.ts';
import { pValue } from '../../../src/report/format.ts';
import { VERDICT_COLUMNS, verdictCell } from '../../components/verdict-cell.ts';
import { metricTitle } from '../../metric.ts';
import { position, scrollTo } from '../../scroll.ts';
import { cut, shown, sized } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { points } from '../summary/comparison-rows.ts';
import { type CompareState, type Comparison, comparisonOf, flipsPage, headRows } from './state.ts';

/** The whole screen. */
export function compareLines(state: CompareState, context: ScreenContext): string[] {
  const found = comparisonOf(state, context);
  if (!found) return noSides(context);
  const { theme, width } = context;
  const head = headLines(found, context);
  while (head.length < headRows(context) - 2) head.push('');
  const room = { count: found.flips.length, page: flipsPage(context) };
  const at = Math.min(state.at, Math.max(0, room.count - 1));
  const top = scrollTo(at, state.top, room);
  const which = { all: 'Flips', a: 'Only A right', b: 'Only B right' }[state.flips];
  const title = `${which}: ${room.count}`;
  const rows = found.flips.slice(top, top + room.page).map((flip, k) => {
    const { a, b } = found;
    const { id, tags, captions } = a.model.examples[flip.a]!;
    const isSelected = top + k === at;
    const cells = `${verdictCell(a.model, a.scorer, { index: flip.a, theme })} ${verdictCell(b.model, b.scorer, { index: flip.b, theme })}`;
    const text = cut(captions.map(shown).join('  |  '), width - 2 - 9 - 15 - 2 * VERDICT_COLUMNS - 3 - 2);
    const left = `${flip.winner === 'a' ? 'A' : 'B'} ${sized(shown(id), 8)} ${sized(shown(tags[0] ?? ''), 14)}`;
    const mark = isSelected ? theme.paint('key', '▶ ') : '  ';
    return `${mark}${isSelected ? theme.paint('title', left) : left} ${cells} ${isSelected ? theme.paint('title', text) : text}`;
  });
  return [
    ...head,
    ` ${theme.paint('title', title)}${sized(position(top, room), width - 2 - title.length, 'right')}`,
    theme.paint(
      'muted',
      sized(
        `  ${sized('', 2)}${sized('id', 9)}${sized('tag', 15)}${sized('A', 6)}${sized('B', 6)}captions`,
        width,
      ),
    ),
    ...rows,
  ];
}

/** Sides, the 2 × 2 table, the test and the difference. */
function headLines({ a, b, metric, contest }: Comparison, { theme, width }: ScreenContext): string[] {
  const isOneRun = a.model === b.model;
  const label = (side: Side) =>
    isOneRun ? shown(side.scorer) : `${shown(side.scorer)} in ${shown(side.model.path)}`;
  const total = contest.both + contest.aOnly + contest.bOnly + contest.neither;
  const { difference } = contest;
  const verdict =
    contest.p < 0.05 ? `${contest.aOnly > contest.bOnly ? 'A' : 'B'} is better` : 'may be chance';
  const by = difference
    ? `A − B ${points(difference.estimate)} points [${difference.ci95.map(points).join(', ')}], `
    : '';
  const number = (value: number) => sized(`${value}`, 10, 'right');
  const differing = !isOneRun && a.model.standings().task.hash !== b.model.standings().task.hash;
  return [
    ` ${theme.paint('key', 'A')} ${cut(label(a), width - 4)}`,
    ` ${theme.paint('key', 'B')} ${cut(label(b), width - 4)}`,
    ` ${theme.paint('title', metricTitle(metric))}${theme.paint('muted', cut(`  ${total} examples done by both${differing ? '; the runs are of different tasks, matched by id' : ''}`, width - 16))}`,
    '',
    theme.paint('muted', ` ${sized('', 12)}${sized('B right', 10, 'right')}${sized('B wrong', 10, 'right')}`),
    ` ${sized('A right', 12)}${number(contest.both)}${theme.paint('accent', number(contest.aOnly))}`,
    ` ${sized('A wrong', 12)}${theme.paint('accent', number(contest.bOnly))}${number(contest.neither)}`,
    '',
    ` ${cut(`${by}exact McNemar p ${pValue(contest.p)}: ${verdict}`, width - 2)}`,
  ];
}

function noSides({ theme }: ScreenContext): string[] {
  return [
    '',
    ` ${theme.paint('title', 'There is nothing to compare with.')}`,
    ' A run with two scorers, or two runs: `winoscope view A B`, or open another one (4).',
  ];
}

/** The same for a screen reader. */
export function compareSentences(state: CompareState, context: ScreenContext): string[] {
  const found = comparisonOf(state, context);
  if (!found) return ['There is nothing to compare with.'];
  const { a, b, metric, contest, flips } = found;
  const at = Math.min(state.at, Math.max(0, flips.length - 1));
  const flip = flips[at];
  return [
    `A is ${shown(a.scorer)} of ${shown(a.model.path)}, B is ${shown(b.scorer)} of ${shown(b.model.path)}.`,
    `${metricTitle(metric)}: both right ${contest.both}, only A ${contest.aOnly}, only B ${contest.bOnly}, neither ${contest.neither}.`,
    `Exact McNemar p ${pValue(contest.p)}.`,
    ...(flip
      ? [
          `Flip ${at + 1} of ${flips.length}: example ${shown(a.model.examples[flip.a]!.id)}, only ${flip.winner === 'a' ? 'A' : 'B'} is right.`,
          ...a.model.examples[flip.a]!.captions.map((text, k) => `Caption ${k}: ${shown(text)}`),
        ]
      : ['No flips.']),
  ];
}
