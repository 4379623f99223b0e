/** Effective robustness as its papers draw it: accuracy on the shifted set against that on the set as it is, both logit. */

import type { Markup } from '../html/markup.ts';
import type { LinePoint, RobustnessRow } from '../robustness.ts';
import type { Drawing, Pen } from './pen.ts';

const MARGINS = { marginTop: 26, marginBottom: 42, marginLeft: 48, marginRight: 20 };
/** Shares that ticks may stand at. */
const TICKS = [
  0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999,
];
/** So near to each other, on the logit scale, no two ticks have room. */
const TICK_ROOM = { wide: 0.06, narrow: 0.11 };
/** Names of so many models are written beside them. */
const MOST_NAMED = 24;

export interface RobustnessDrawing {
  rows: readonly RobustnessRow[];
  curve: readonly LinePoint[];
  sets: { id: string; shifted: string };
}

/** Points with whiskers, the line with its interval, the band of single models, and y = x. @param width in pixels */
export function robustnessFigure(pen: Pen, { rows, curve, sets }: RobustnessDrawing, width: number): Markup {
  const { plot: Plot } = pen;
  const points = rows.map((row) => ({
    ...row,
    x: onScale(row.id, row.idCount),
    y: onScale(row.shifted, row.shiftedCount),
  }));
  const axes = {
    x: axisOf(
      [...points.flatMap(({ x, idCi95 }) => [x, ...inside(idCi95)]), ...curve.map(({ id }) => id)],
      width,
    ),
    y: axisOf(
      [
        ...points.flatMap(({ y, shiftedCi95 }) => [y, ...inside(shiftedCi95)]),
        ...curve.map(({ shifted }) => shifted),
      ],
      width,
    ),
  };
  const clip = ([low, high]: readonly [number, number], axis: Axis): [number, number] => [
    logit(Math.max(low, axis.least)),
    logit(Math.min(high, axis.most)),
  ];
  const scale = (axis: Axis, label: string) => ({
    domain: [logit(axis.least), logit(axis.most)],
    ticks: axis.ticks.map(logit),
    tickFormat: (value: number) => `${Number((100 / (1 + Math.exp(-value))).toPrecision(4))}`,
    label,
    labelArrow: 'none' as const,
    labelAnchor: 'right' as const,
  });
  const diagonal = [Math.max(axes.x.least, axes.y.least), Math.min(axes.x.most, axes.y.most)];
  const band = curve.map((point) => ({
    x: logit(point.id),
    line: logit(point.shifted),
    ci: clip(point.ci95, axes.y),
    band: clip(point.band95, axes.y),
  }));
  type Band = (typeof band)[number];
  type Point = (typeof points)[number];
  const color = ({ isBaseline }: { isBaseline: boolean }) => (isBaseline ? 'var(--s3)' : 'var(--accent)');
  return pen.draw(
    `Accuracy on ${sets.shifted} against accuracy on ${sets.id}, both on logit axes, with the line fitted to the baselines. The table has the numbers.`,
    {
      width,
      height: Math.round(Math.min(520, width * 0.86)),
      ...MARGINS,
      x: scale(axes.x, `${sets.id}, percent right`),
      y: { ...scale(axes.y, `↑ ${sets.shifted}, percent right`), labelAnchor: 'top' },
      marks: [
        Plot.gridX(axes.x.ticks.map(logit), { stroke: 'var(--grid)', strokeOpacity: 1 }),
        Plot.gridY(axes.y.ticks.map(logit), { stroke: 'var(--grid)', strokeOpacity: 1 }),
        Plot.areaY(band, {
          x: 'x',
          y1: ({ band: [low] }: Band) => low,
          y2: ({ band: [, high] }: Band) => high,
          fill: 'var(--s3)',
          fillOpacity: 0.08,
        }),
        Plot.areaY(band, {
          x: 'x',
          y1: ({ ci: [low] }: Band) => low,
          y2: ({ ci: [, high] }: Band) => high,
          fill: 'var(--s3)',
          fillOpacity: 0.18,
        }),
        Plot.line(band, { x: 'x', y: 'line', stroke: 'var(--s3)', strokeWidth: 1.75 }),
        ...(diagonal[0]! < diagonal[1]!
          ? [
              Plot.line(
                diagonal.map((value) => [logit(value), logit(value)]),
                { stroke: 'var(--muted)', strokeDasharray: '3 3' },
              ),
            ]
          : []),
        Plot.ruleY(
          points.filter(({ idCi95 }) => idCi95),
          {
            y: ({ y }: Point) => logit(y),
            x1: ({ idCi95 }: Point) => clip(idCi95!, axes.x)[0],
            x2: ({ idCi95 }: Point) => clip(idCi95!, axes.x)[1],
            stroke: color,
            strokeOpacity: 0.5,
            strokeWidth: 1.5,
          },
        ),
        Plot.ruleX(
          points.filter(({ shiftedCi95 }) => shiftedCi95),
          {
            x: ({ x }: Point) => logit(x),
            y1: ({ shiftedCi95 }: Point) => clip(shiftedCi95!, axes.y)[0],
            y2: ({ shiftedCi95 }: Point) => clip(shiftedCi95!, axes.y)[1],
            stroke: color,
            strokeOpacity: 0.5,
            strokeWidth: 1.5,
          },
        ),
        ...[true, false].map((isBaseline) =>
          Plot.dot(
            points.filter((point) => point.isBaseline === isBaseline),
            {
              x: ({ x }: Point) => logit(x),
              y: ({ y }: Point) => logit(y),
              fill: color,
              symbol: isBaseline ? 'circle' : 'diamond',
              r: isBaseline ? 4 : 5.5,
              title: ({ model, id, shifted }: Point) =>
                `${model}: ${(100 * id).toFixed(1)}, shifted ${(100 * shifted).toFixed(1)}`,
            },
          ),
        ),
        ...(points.length <= MOST_NAMED
          ? [
              Plot.text(points, {
                x: ({ x }: Point) => logit(x),
                y: ({ y }: Point) => logit(y),
                text: ({ model }: Point) => (model.length > 22 ? `${model.slice(0, 21)}…` : model),
                dx: 8,
                dy: -8,
                textAnchor: 'start',
                fill: 'var(--ink)',
                stroke: 'var(--paper)',
                strokeWidth: 3,
                ariaDescription: 'names',
              }),
            ]
          : []),
      ],
    },
    (svg) => keepInside(svg, width),
  );
}

interface Axis {
  least: number;
  most: number;
  ticks: number[];
}

/** Ends and ticks of an axis that holds all values with some room. */
function axisOf(values: readonly number[], width: number): Axis {
  const places = values.map(logit).filter(Number.isFinite);
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const room = Math.max(0.15, 0.08 * (high - low));
  const [from, to] = [low - room, high + room];
  const gap = (to - from) * (width < 400 ? TICK_ROOM.narrow : TICK_ROOM.wide);
  const ticks: number[] = [];
  for (const tick of [...TICKS, ...between(from, to)].sort((a, b) => a - b)) {
    const place = logit(tick);
    const last = ticks.at(-1);
    if (place >= from && place <= to && (last === undefined || place - logit(last) >= gap)) ticks.push(tick);
  }
  return { least: share(from), most: share(to), ticks };
}

/** Whole percents, where the usual ticks are too few for a short axis. */
function between(from: number, to: number): number[] {
  const [low, high] = [Math.ceil(100 * share(from)), Math.floor(100 * share(to))];
  const inRange = TICKS.filter((tick) => logit(tick) >= from && logit(tick) <= to).length;
  if (inRange >= 3) return [];
  const step = Math.max(1, Math.ceil((high - low) / 5));
  return Array.from(
    { length: Math.max(0, Math.floor((high - low) / step) + 1) },
    (_, k) => (low + k * step) / 100,
  );
}

/** 0 and 1 lie nowhere on the scale: they count as half an example, or lie at the edge where that is not known. */
function onScale(accuracy: number, count = 1000): number {
  return Math.min(1 - 0.5 / count, Math.max(0.5 / count, accuracy));
}

/** Ends of an interval that have a place on the scale. */
function inside(ci: readonly [number, number] | undefined): number[] {
  return (ci ?? []).filter((value) => value > 0 && value < 1);
}

function logit(value: number): number {
  return Math.log(value / (1 - value));
}

function share(place: number): number {
  return 1 / (1 + Math.exp(-place));
}

/** Names that would run over the right edge stand left of their points instead. */
function keepInside(svg: Drawing, width: number): void {
  const names = svg.querySelector('[aria-description="names"]');
  for (const name of names?.children ?? []) {
    const [, x = '0'] = /translate\(([\d.]+)/.exec(name.outerHTML) ?? [];
    const letters = name.outerHTML.replace(/<[^>]*>/g, '').length;
    if (Number(x) + 8 + 6.4 * letters < width - 4) continue;
    name.setAttribute('text-anchor', 'end');
    name.setAttribute('dx', '-16');
  }
}
