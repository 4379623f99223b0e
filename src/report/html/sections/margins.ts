/** Scorers against each other, example by example: whether they fail on the same ones. */

import { counted } from '../../../errors.ts';
import type { MetricName } from '../../../metrics/evaluate.ts';
import { standardMargin } from '../../disagreement.ts';
import { METRIC_TITLES, visible } from '../../format.ts';
import { type MarginRow, MOST_POINTS, marginScatter } from '../../plots/margin-scatter.ts';
import type { Pen } from '../../plots/pen.ts';
import type { Column } from '../columns.ts';
import { html, type Markup } from '../markup.ts';
import { figure, panel, type Section, section, table } from '../parts.ts';

/** Most pairs of scorers that are drawn. */
const MOST_PAIRS = 3;
/** Rows of the table of the greatest disagreements. */
const TOLD = 20;

export interface MarginParts {
  columns: readonly Column[];
  metrics: readonly MetricName[];
  /** Places of the examples in each column's run. */
  rows: readonly (readonly (number | undefined)[])[];
  /** Places of the columns to set against each other, the vertical one first; by default diffusion against the others. */
  pairs?: readonly [number, number][];
}

/** Diffusion against CLIP where there are both, else the first two scorers; nothing where there is one. */
export function marginSection(pen: Pen, parts: MarginParts): Section | false {
  const pairs = (parts.pairs ?? pairsOf(parts.columns)).slice(0, MOST_PAIRS);
  const metrics = parts.metrics.filter(
    (metric) => metric === 'text' || metric === 'image' || metric === 'accuracy',
  );
  const plots = pairs
    .flatMap(([a, b]) => metrics.map((metric) => ({ a, b, metric, rows: marginRows(parts, [a, b], metric) })))
    .filter(({ rows }) => rows.length > 0);
  if (plots.length === 0) return false;
  const name = (k: number) => parts.columns[k]!.label;
  const isMany = plots.some(({ rows }) => rows.length > MOST_POINTS);
  return section(
    'margins',
    'Scorers against each other',
    html`<p>A margin is by how much the closest comparison is won, or lost where it is below 0, in units of each scorer’s own spread. Points in the corners at upper left and lower right are examples that only one of the two gets right.</p>
${figure({
  panels: plots.map(({ a, b, metric, rows }) =>
    panel(
      `${METRIC_TITLES[metric]}, ${counted(rows.length, 'example')}`,
      marginScatter(pen, rows, { x: name(b), y: name(a), metric: METRIC_TITLES[metric] }),
    ),
  ),
  caption: isMany
    ? 'Squares are the darker the more examples they hold; one leads to the first of them. Margins beyond three spreads lie at the edge.'
    : html`<span class="key quiet" aria-hidden="true">●</span> both right, <span class="key accent" aria-hidden="true">◆</span> only one, <span class="key wrong" aria-hidden="true">✕</span> both wrong. A point leads to its example. Margins beyond three spreads lie at the edge.`,
  numbers: html`${plots.map(({ a, b, metric, rows }) => extremes(rows, { a: name(a), b: name(b), metric }))}`,
})}`,
  );
}

function pairsOf(columns: readonly Column[]): [number, number][] {
  const diffusion = columns.flatMap(({ kind }, k) => (kind === 'diffusion' ? [k] : []));
  const others = columns.flatMap(({ kind }, k) => (kind === 'diffusion' ? [] : [k]));
  if (diffusion.length > 0 && others.length > 0)
    return diffusion.flatMap((a) => others.map((b): [number, number] => [a, b]));
  return columns.length > 1 ? [[0, 1]] : [];
}

function marginRows(
  { columns, rows }: MarginParts,
  pair: readonly [number, number],
  metric: MetricName,
): MarginRow[] {
  return rows.flatMap((places, example) => {
    const margins = pair.map((k) => {
      const { run, scorer } = columns[k]!;
      return places[k] === undefined
        ? undefined
        : standardMargin(run.model, scorer, { index: places[k], metric });
    });
    const [y, x] = margins;
    if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return [];
    const k = places.findIndex((place) => place !== undefined);
    return [{ example, id: columns[k]!.run.model.examples[places[k]!]!.id, x, y }];
  });
}

/** The points farthest from the diagonal: the others are the examples themselves, below. */
function extremes(
  rows: readonly MarginRow[],
  { a, b, metric }: { a: string; b: string; metric: MetricName },
): Markup {
  const sorted = [...rows].sort((p, q) => Math.abs(q.x - q.y) - Math.abs(p.x - p.y)).slice(0, TOLD);
  const number = (value: number) => value.toFixed(2).replace('-', '−');
  return table({
    caption: `${METRIC_TITLES[metric]}: the ${sorted.length} examples on which ${a} and ${b} differ most, margins in spreads`,
    showCaption: true,
    head: ['example', a, b],
    rows: sorted.map(({ id, x, y }) => [
      html`<a href="#example=${encodeURIComponent(visible(id))}">${id}</a>`,
      number(y),
      number(x),
    ]),
  });
}
