/** By how much two scorers are right or wrong on every example: one against the other. */

import type { Markup } from '../html/markup.ts';
import type { Drawing, Pen } from './pen.ts';

/** One example: margins in units of each scorer's own spread, above 0 where it is right. */
export interface MarginRow {
  /** Place of the example in the report. */
  example: number;
  id: string;
  x: number;
  y: number;
}

/** The plot is square: with the same width on a phone its text stays readable. */
const SIDE = 400;
/** With more examples than that, squares coloured by their number are drawn instead of points. */
export const MOST_POINTS = 1000;
/** Squares to a side. */
const CELLS = 40;
/** Margins beyond so many spreads are drawn at the edge. */
const REACH = 3;
/** So far the axes reach to either side at least. */
const ROOM = 0.5;

const KINDS = [
  {
    name: 'both right',
    symbol: 'circle',
    color: 'var(--quiet)',
    of: ({ x, y }: MarginRow) => x > 0 && y > 0,
  },
  {
    name: 'only one right',
    symbol: 'diamond',
    color: 'var(--accent)',
    of: ({ x, y }: MarginRow) => x > 0 !== y > 0,
  },
  {
    name: 'both wrong',
    symbol: 'times',
    color: 'var(--wrong)',
    of: ({ x, y }: MarginRow) => !(x > 0) && !(y > 0),
  },
] as const;

/** A point per example, or squares of how many there are; each carries the example that it leads to. */
export function marginScatter(
  pen: Pen,
  rows: readonly MarginRow[],
  { x, y, metric }: { x: string; y: string; metric: string },
): Markup {
  const { plot: Plot } = pen;
  const near = rows.map((row) => ({ ...row, x: clamp(row.x), y: clamp(row.y) }));
  const marks = rows.length > MOST_POINTS ? squares(pen, near) : points(pen, near);
  return pen.draw(
    `Margin of ${x} against margin of ${y} for each example on ${metric}. Right of the middle ${x} is right, above it ${y} is.`,
    {
      width: SIDE,
      height: SIDE,
      marginLeft: 44,
      marginBottom: 40,
      marginTop: 24,
      marginRight: 14,
      x: { domain: domainOf(near.map((row) => row.x)), label: `${x} right →`, labelArrow: 'none', ticks: 6 },
      y: { domain: domainOf(near.map((row) => row.y)), label: `↑ ${y} right`, labelArrow: 'none', ticks: 6 },
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        Plot.ruleX([0], { stroke: 'var(--muted)' }),
        Plot.ruleY([0], { stroke: 'var(--muted)' }),
        ...marks.map(({ mark }) => mark),
      ],
    },
    (svg) => {
      for (const { label, examples } of marks) tagExamples(svg, label, examples);
    },
  );
}

function points({ plot: Plot }: Pen, rows: readonly MarginRow[]) {
  return KINDS.map(({ name, symbol, color, of }) => {
    const own = rows.filter(of);
    const mark = Plot.dot(own, {
      x: 'x',
      y: 'y',
      r: symbol === 'times' ? 3.5 : 4,
      symbol,
      ...(symbol === 'times' ? { stroke: color, strokeWidth: 1.6 } : { fill: color, fillOpacity: 0.75 }),
      title: ({ id }: MarginRow) => `${id}: ${name}`,
      ariaDescription: name,
    });
    return { mark, label: name, examples: own.map(({ example }) => example) };
  });
}

function squares({ plot: Plot }: Pen, rows: readonly MarginRow[]) {
  const side = (2 * REACH) / CELLS;
  const cells = new Map<string, { x: number; y: number; count: number; example: number }>();
  for (const { x, y, example } of rows) {
    const [column, row] = [x, y].map((value) => Math.min(CELLS - 1, Math.floor((value + REACH) / side))) as [
      number,
      number,
    ];
    const key = `${column} ${row}`;
    const known = cells.get(key);
    if (known) known.count++;
    else cells.set(key, { x: column * side - REACH, y: row * side - REACH, count: 1, example });
  }
  const list = [...cells.values()];
  const most = Math.max(...list.map(({ count }) => count));
  const mark = Plot.rect(list, {
    x1: 'x',
    x2: ({ x }: { x: number }) => x + side,
    y1: 'y',
    y2: ({ y }: { y: number }) => y + side,
    fill: 'var(--s3)',
    fillOpacity: ({ count }: { count: number }) => 0.15 + 0.85 * Math.sqrt(count / most),
    inset: 0.25,
    title: ({ count }: { count: number }) =>
      count === 1 ? '1 example' : `${count} examples; the first of them`,
    ariaDescription: 'squares',
  });
  return [{ mark, label: 'squares', examples: list.map(({ example }) => example) }];
}

/** Says on each drawn thing which example it leads to. */
function tagExamples(svg: Drawing, label: string, examples: readonly number[]): void {
  const group = svg.querySelector(`[aria-description="${label}"]`);
  if (!group) return;
  for (const [k, child] of [...group.children].entries())
    child.setAttribute('data-example', `${examples[k]}`);
}

function clamp(value: number): number {
  return Math.max(-REACH, Math.min(REACH, value));
}

/** Half spreads around all values, with room to see on which side of 0 they lie. */
function domainOf(values: readonly number[]): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), -ROOM);
  const high = values.reduce((most, value) => Math.max(most, value), ROOM);
  return [Math.max(-REACH, Math.floor(2 * low) / 2), Math.min(REACH, Math.ceil(2 * high) / 2)];
}
