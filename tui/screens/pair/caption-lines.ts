/** The captions with the words that differ, which two are contrasted, and the one that is being edited. */

import { compareCaption } from '../../components/caption-words.ts';
import { scoreText, winnersOf } from '../../components/score-matrix.ts';
import { scrollTo } from '../../scroll.ts';
import { cut, shown, sized, width } from '../../text.ts';
import type { Theme } from '../../theme.ts';
import type { ScreenContext } from '../screen.ts';
import { judgementOf } from './findings.ts';
import { type Line, underCursor } from './line-editor.ts';
import { captionsOf, type PairState } from './state.ts';

/** Columns of one scorer's scores, where captions are too many for a matrix. */
const SCORE = 12;

/** `rows` lines around the caption that keys act on. */
export function captionLines(state: PairState, context: ScreenContext, rows: number): string[] {
  const captions = captionsOf(state, context);
  if (captions.length === 0) return [context.theme.paint('warn', ' This example has no captions.')];
  const top = scrollTo(state.caption, Math.max(0, state.caption - Math.floor(rows / 2)), {
    count: captions.length,
    page: rows,
  });
  return captions.slice(top, top + rows).map((_, k) => captionLine(state, context, top + k));
}

/** Whether scores stand beside the captions: with two of them a matrix shows them all. */
export function hasScoreColumns(state: PairState, context: ScreenContext): boolean {
  return captionsOf(state, context).length > 2 && context.width >= 70;
}

function captionLine(state: PairState, context: ScreenContext, caption: number): string {
  const { theme, model } = context;
  const isCursor = caption === state.caption;
  const scores = hasScoreColumns(state, context) ? scoreColumns(state, context, caption) : '';
  const truth = (model.examples[state.index]?.truth ?? []).filter(([, c]) => c === caption).map(([i]) => i);
  const side = sideOf(state, caption);
  const mark =
    side === 'first' ? theme.paint('first', 'A') : side === 'second' ? theme.paint('second', 'B') : ' ';
  const of = truth.length === 0 ? '' : `image ${truth.join(', ')}`;
  const count = captionsOf(state, context).length;
  const number = sized(`${caption}`, `${count - 1}`.length, 'right');
  const ofColumns = (model.examples[state.index]?.images.length ?? 0) > 1 ? 9 : 8;
  const head = ` ${isCursor ? theme.paint('accent', '▸') : ' '}${mark} ${number} ${theme.paint('muted', sized(of, ofColumns))} `;
  const room = Math.max(8, context.width - width(head) - width(scores) - 1);
  if (isCursor && state.prompt?.of === 'caption')
    return head + editorText(state.prompt.line, room, theme) + scores;
  return head + captionText(state, context, { caption, room }) + scores;
}

function sideOf({ first, second }: PairState, caption: number): 'first' | 'second' | undefined {
  if (second === undefined) return undefined;
  return caption === first ? 'first' : caption === second ? 'second' : undefined;
}

/** The caption with the words that differ: from its original where it was edited, else from the other one contrasted. */
function captionText(
  state: PairState,
  context: ScreenContext,
  { caption, room }: { caption: number; room: number },
): string {
  const { theme, model } = context;
  const captions = captionsOf(state, context);
  const text = captions[caption]!;
  const original = model.examples[state.index]?.captions[caption];
  const isEdited = original !== undefined && original !== text;
  const other = isEdited
    ? original
    : captions[caption === state.first ? (state.second ?? state.first) : state.first]!;
  const role = isEdited ? 'warn' : sideOf(state, caption);
  const mark = isEdited ? theme.paint('muted', ' (edited)') : '';
  const whole = cut(shown(text), room - (isEdited ? 9 : 0));
  const pad = (line: string) => line + mark + ' '.repeat(Math.max(0, room - width(line) - width(mark)));
  if (whole !== text || role === undefined) return pad(whole);
  const { kind, parts } = compareCaption(text, other);
  if (kind === 'same') return pad(whole);
  const marked = parts.map(({ text: part, differs }) => {
    if (!differs) return part;
    return theme.level === 'none' ? `[${part}]` : theme.paint(role, part);
  });
  const line = marked.join('');
  return pad(width(line) <= room ? line : whole);
}

function scoreColumns(state: PairState, context: ScreenContext, caption: number): string {
  return context.model.scorers
    .slice(0, Math.max(1, Math.floor((context.width - 50) / SCORE)))
    .map(({ name }) => {
      const judgement = judgementOf(state, context, name);
      const value = judgement?.scores.raw[state.firstImage]?.[caption];
      const isBest = judgement && winnersOf(judgement).captions[state.firstImage] === caption;
      const isTrue = context.model.examples[state.index]!.truth.some(
        ([i, c]) => i === state.firstImage && c === caption,
      );
      const cell = sized(`${scoreText(value)}${isBest ? '*' : ' '}`, SCORE, 'right');
      return isBest ? context.theme.paint(isTrue ? 'good' : 'bad', cell) : cell;
    })
    .join('');
}

/** The line that is typed, with its cursor; scrolled so that the cursor is seen. Exactly `room` wide. */
export function editorText({ text, cursor }: Line, room: number, theme: Theme): string {
  const at = underCursor({ text, cursor });
  const after = shown(text.slice(cursor + at.length));
  let before = shown(text.slice(0, cursor));
  const block = at === '' ? ' ' : shown(at);
  // At level none nothing is inverse: brackets stand around the cursor instead.
  const drawn = theme.level === 'none' ? `[${block}]` : theme.paint('selected', block);
  // A little of what follows the cursor stays in sight.
  const most = room - width(drawn) - Math.min(8, width(after));
  const characters = [...new Intl.Segmenter().segment(before)].map(({ segment }) => segment);
  while (width(before) > most) {
    characters.shift();
    before = `…${characters.join('')}`;
  }
  const rest = cut(after, Math.max(0, room - width(before) - width(drawn)));
  const line = `${before}${drawn}${rest}`;
  return line + ' '.repeat(Math.max(0, room - width(line)));
}
