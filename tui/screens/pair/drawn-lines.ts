/** What the model draws for the captions, as pictures, or how far it is. */

import { beside } from '../../components/lines.ts';
import type { Painter } from '../../images/painter.ts';
import { cut, shown, wrap } from '../../text.ts';
import type { PairState } from './state.ts';

const BAR = 24;

/** One block of `columns` × `rows` cells: a picture per caption, under its letter. */
export function drawnBlock(
  { drawn, second }: PairState,
  { columns, rows, painter }: { columns: number; rows: number; painter: Painter },
): string[] {
  const { theme } = painter;
  if (!drawn) return [];
  const { pictures, message, done, total } = drawn;
  if (message !== undefined)
    return wrap(shown(message), columns, rows).map((line) => theme.paint('warn', line));
  if (!pictures) {
    if (total === 0) return [theme.paint('muted', cut('drawing …', columns))];
    const full = Math.round((BAR * done) / total);
    const bar = theme.paint('accent', '█'.repeat(full)) + theme.paint('muted', '░'.repeat(BAR - full));
    return [`${bar} ${cut(`step ${done} of ${total}`, Math.max(0, columns - BAR - 1))}`];
  }
  const each = Math.floor((columns + 1) / pictures.length) - 1;
  const labels = second === undefined ? ['drawn'] : ['drawn for A', 'drawn for B'];
  return beside(
    pictures.map((picture, k) => ({
      columns: each,
      lines: [
        theme.paint(k === 0 ? 'first' : 'second', cut(labels[k]!, each)),
        ...painter.image(picture, { columns: each, rows: rows - 1 }).lines,
      ],
    })),
    1,
  );
}

/** The same in words. */
export function drawnSentences({ panel, drawn, second }: PairState): string[] {
  if (panel !== 'drawn' || !drawn) return [];
  const { scorer, seed, pictures, message, done, total } = drawn;
  const head = `Drawing of ${shown(scorer)} for ${second === undefined ? 'the caption' : 'A and B'}, seed ${seed}`;
  if (message !== undefined) return [`${head}: ${shown(message)}`];
  if (pictures) return [`${head}: drawn. D draws others.`];
  return [total === 0 ? `${head}: on its way.` : `${head}: step ${done} of ${total}.`];
}
