/** The text of the list of examples. */

import { disagreement } from '../../../src/report/disagreement.ts';
import { VERDICT_COLUMNS, verdictCell } from '../../components/verdict-cell.ts';
import { metricTitle } from '../../metric.ts';
import { position } from '../../scroll.ts';
import { cut, inColumn, shown, sized, width as widthOf, wrap } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { scoredBy, tagsOf } from './list.ts';
import { choiceOf, DETAIL_ROWS, type ExamplesState, pageOf, place } from './state.ts';

const MARGIN_COLUMNS = 10;

/** The whole screen: choices, column heads, rows, and the example under the cursor in full. */
export function exampleLines(state: ExamplesState, context: ScreenContext): string[] {
  if (state.picking !== undefined) return pickerLines(state, context);
  const { theme, width } = context;
  const { list, at, top, room } = place(state, context);
  const columns = columnsOf(state, context);
  const rows = list
    .slice(top, top + room.page)
    .map((index, k) => rowLine(index, { columns, context, isSelected: top + k === at }));
  if (list.length === 0) rows.push(theme.paint('muted', ' No example fits. x takes all filters away.'));
  while (rows.length < room.page) rows.push('');
  return [
    choiceLine(state, { list, top, room }, context),
    theme.paint('muted', sized(headLine(columns), width)),
    ...rows,
    ...detailLines(list[at], context),
  ];
}

interface Columns {
  id: number;
  tag: number;
  scorers: readonly string[];
  scorer: number;
  /** Whose margin is shown; sorted by disagreement that stands in its place. */
  isDisagreement: boolean;
  margin: { scorer: string; metric: ReturnType<typeof choiceOf>['metric'] };
}

function columnsOf(state: ExamplesState, context: ScreenContext): Columns {
  const { model, width } = context;
  const { scorer: chosen, metric } = choiceOf(state, context);
  const ids = sample(model.examples).map((example) => widthOf(shown(example.id)));
  const id = Math.min(16, Math.max(4, ...ids) + 1);
  const tag = width >= 110 ? 24 : width >= 76 ? 14 : 0;
  const names = model.scorers.map(({ name }) => name);
  const longest = Math.max(0, ...names.map((name) => widthOf(shown(name))));
  const scorer = width >= 76 ? Math.max(VERDICT_COLUMNS + 1, Math.min(12, longest + 1)) : VERDICT_COLUMNS + 1;
  const room = width - 2 - id - tag - MARGIN_COLUMNS - 20;
  return {
    id,
    tag,
    scorers: names.slice(0, Math.max(1, Math.floor(room / scorer))),
    scorer,
    isDisagreement: state.sort === 'disagreement',
    margin: { scorer: chosen, metric },
  };
}

/** A few of many: widths are estimated, not measured on ten thousand rows. */
function sample<T>(values: readonly T[]): readonly T[] {
  return values.length <= 200 ? values : [...values.slice(0, 100), ...values.slice(-100)];
}

function headLine({ id, tag, scorers, scorer, isDisagreement }: Columns): string {
  const names = scorers.map((name) => inColumn(shown(name), scorer)).join('');
  return `  ${sized('id', id)}${sized('tag', tag)}${sized(isDisagreement ? 'disagree' : 'margin', MARGIN_COLUMNS)}${names}captions`;
}

function rowLine(
  index: number,
  { columns, context, isSelected }: { columns: Columns; context: ScreenContext; isSelected: boolean },
): string {
  const { model, theme, width } = context;
  const { id, tags, captions } = model.examples[index]!;
  const value = sortText(model, index, columns);
  const left = inColumn(shown(id), columns.id) + inColumn(shown(tags[0] ?? ''), columns.tag);
  const number = inColumn(value ?? '…', MARGIN_COLUMNS);
  const cells = columns.scorers.map(
    (scorer) => verdictCell(model, scorer, { index, theme }) + ' '.repeat(columns.scorer - VERDICT_COLUMNS),
  );
  const used = 2 + columns.id + columns.tag + MARGIN_COLUMNS + columns.scorers.length * columns.scorer;
  const text = cut(captions.map(shown).join('  |  '), width - used - 1);
  const pen = context.edited.has(index) ? '✎' : ' ';
  const mark = isSelected
    ? theme.paint('key', `▶${pen}`)
    : pen === ' '
      ? '  '
      : theme.paint('warn', ` ${pen}`);
  const paint = (part: string) => (isSelected ? theme.paint('title', part) : part);
  return `${mark}${paint(left)}${paint(number)}${cells.join('')}${paint(text)}`;
}

/** What the list is sorted by, as text; undefined where it is not known yet. */
function sortText(
  model: ScreenContext['model'],
  index: number,
  { isDisagreement, margin: { scorer, metric } }: Columns,
): string | undefined {
  if (isDisagreement) {
    const distance = disagreement(model, index, metric);
    return distance === undefined ? undefined : Number.isFinite(distance) ? distance.toFixed(2) : '∞';
  }
  const margin = model.judge(scorer, index)?.margins[metric];
  return margin === undefined ? undefined : signed(margin);
}

/** What is listed and how, on one line; the search while it is typed. */
function choiceLine(
  state: ExamplesState,
  { list, top, room }: Pick<ReturnType<typeof place>, 'list' | 'top' | 'room'>,
  context: ScreenContext,
): string {
  const { theme, width, model } = context;
  if (state.searching)
    return ` ${theme.paint('key', '/')}${cut(shown(state.query), width - 30)}▏  ${theme.paint('muted', `${list.length} found`)}`;
  const { scorer, metric } = choiceOf(state, context);
  const filters = [
    ...(state.tag === undefined ? [] : [`tag ${shown(state.tag)}`]),
    ...(state.verdict === 'all' ? [] : [state.verdict]),
    ...(state.disagreeing ? ['scorers disagree'] : []),
    ...(state.query === '' ? [] : [`“${shown(state.query)}”`]),
  ];
  const count =
    list.length === model.examples.length ? `${list.length}` : `${list.length} of ${model.examples.length}`;
  const where = position(top, room);
  const scored = scoredBy(model, scorer);
  const part = scored < model.examples.length ? ` (${scored} scored)` : '';
  const text = `${count} ${model.examples.length === 1 ? 'example' : 'examples'}${part}, by ${state.sort}; ${shown(scorer)}, ${metricTitle(metric)}${filters.length > 0 ? `; ${filters.join(', ')}` : ''}`;
  const left = cut(text, width - where.length - 3);
  return ` ${theme.paint('title', left)}${sized(where, width - 2 - [...left].length, 'right')}`;
}

/** The example under the cursor: every caption on a line, as many as fit. */
function detailLines(index: number | undefined, { model, theme, width }: ScreenContext): string[] {
  const lines = [theme.paint('muted', '─'.repeat(width))];
  if (index !== undefined) {
    const { captions, images } = model.examples[index]!;
    const room = DETAIL_ROWS - 2;
    const texts = captions.slice(0, captions.length > room ? room - 1 : room);
    for (const [k, text] of texts.entries()) {
      const [first = ''] = wrap(shown(text), width - 5, 1);
      lines.push(` ${theme.paint('accent', `${k}`)}  ${first}`);
    }
    const rest = captions.length - texts.length;
    if (rest > 0)
      lines.push(
        theme.paint(
          'muted',
          ` and ${rest} more captions; ${images.length === 1 ? '1 image' : `${images.length} images`}`,
        ),
      );
  }
  while (lines.length < DETAIL_ROWS) lines.push('');
  return lines;
}

/** The list of tags to choose from. */
function pickerLines(state: ExamplesState, context: ScreenContext): string[] {
  const { model, theme, width } = context;
  const at = state.picking ?? 0;
  const { scorer } = choiceOf(state, context);
  const all = { tag: 'all tags', count: model.examples.length, scored: scoredBy(model, scorer) };
  const tags = [all, ...tagsOf(model, scorer)];
  const isPart = all.scored < all.count;
  const counts = isPart ? 15 : 7;
  const page = Math.max(1, pageOf(context));
  const top = Math.max(0, Math.min(at - Math.floor(page / 2), tags.length - page));
  const rows = tags.slice(top, top + page).map(({ tag, count, scored }, k) => {
    const isSelected = top + k === at;
    const number = isPart ? `${scored} of ${count}` : `${count}`;
    const text = `${sized(shown(tag), Math.min(40, width - counts - 5))}${sized(number, counts, 'right')}`;
    return isSelected ? `${theme.paint('key', '▶ ')}${theme.paint('title', text)}` : `  ${text}`;
  });
  return [
    ` ${theme.paint('title', 'Which tag?')}${theme.paint('muted', isPart ? `  with how many ${shown(scorer)} has scored` : '')}`,
    '',
    ...rows,
  ];
}

/** A margin with its sign and three significant digits; infinite where what decides was pruned. */
export function signed(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size === 0 ? '0' : size >= 0.001 && size < 10_000 ? size.toPrecision(3) : size.toExponential(1);
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}
