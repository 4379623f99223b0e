/** A curve of differences with its band, zero line and axes, as lines of text. */

import type { DifferenceCurve } from '../../src/report/error-difference.ts';
import { sized } from '../text.ts';
import type { Theme } from '../theme.ts';
import { BrailleCanvas } from './braille.ts';

export interface PlotOptions {
  width: number;
  /** Lines, the axis below included. */
  height: number;
  theme: Theme;
  /** Ends of the horizontal axis. */
  from: number;
  to: number;
  /** What the axis counts, put at its middle. */
  axis: string;
  /** What the plot spans from bottom to top, 0 included; plots side by side share it. */
  span: number;
  /** Where the cursor stands, in units of the axis. */
  cursor?: number;
}

/** Columns of the labels at the left. */
const LABELS = 8;

/** Lowest and highest that a curve and its band reach, 0 included. A band wider than three times the values is cut. */
function reachOf({ points }: DifferenceCurve): { lowest: number; highest: number } {
  const values = points.map(({ value }) => value);
  const size = 3 * Math.max(0, ...values.map(Math.abs));
  const lows = points.map(({ low = 0 }) => Math.max(low, -size));
  const highs = points.map(({ high = 0 }) => Math.min(high, size));
  return { lowest: Math.min(0, ...values, ...lows), highest: Math.max(0, ...values, ...highs) };
}

/** The span that holds each of the curves, so that all of them are drawn on one scale. */
export function spanOf(curves: readonly (DifferenceCurve | undefined)[]): number {
  const spans = curves.flatMap((curve) => {
    if (!curve) return [];
    const { lowest, highest } = reachOf(curve);
    return [highest - lowest];
  });
  const span = Math.max(0, ...spans);
  return span > 0 && Number.isFinite(span) ? 1.04 * span : 1;
}

/** Exactly `height` lines of `width` cells. Orange above 0, blue below, the band as a grid of dots. */
export function errorPlot(curve: DifferenceCurve, options: PlotOptions): string[] {
  const { width, height, theme, from, to, axis, span, cursor } = options;
  const rows = Math.max(1, height - 1);
  const canvas = new BrailleCanvas(Math.max(2, width - LABELS), rows);
  const across = (x: number) =>
    to === from ? 0 : Math.round(((x - from) / (to - from)) * (canvas.width - 1));
  const { lowest, highest } = reachOf(curve);
  // What the span leaves over is shared out above and below.
  const top = highest + (span - (highest - lowest)) / 2;
  const unit = (canvas.height - 1) / span;
  const down = (value: number) => Math.round(Math.min(canvas.height, Math.max(-1, (top - value) * unit)));
  const middle = Math.min(canvas.height - 1, Math.max(0, down(0)));
  for (let x = 0; x < canvas.width; x += 2) canvas.dot(x, middle, 'muted');
  drawBand(canvas, curve, { across, down });
  if (cursor !== undefined) {
    for (let y = 0; y < canvas.height; y += 2) canvas.dot(across(cursor), y, 'accent');
  }
  const role = (y: number) => (y < middle ? 'first' : y > middle ? 'second' : 'muted');
  let last: readonly [number, number] | undefined;
  for (const { x, value } of curve.points) {
    const at = [across(x), down(value)] as const;
    canvas.line(last ?? at, at, role);
    last = at;
  }
  const zero = middle >> 2;
  const ends: Record<number, number> = { 0: top, [rows - 1]: top - span };
  const lines = canvas.lines(theme).map((line, row) => {
    const isEnd = row in ends && Math.abs(row - zero) > 0;
    const label = row === zero ? '0' : isEnd ? signed(ends[row]!) : '';
    return `${theme.paint('muted', sized(label, LABELS - 1, 'right'))} ${line}`;
  });
  return [...lines, theme.paint('muted', axisLine({ columns: canvas.columns, from, to, axis }))].slice(
    0,
    height,
  );
}

function drawBand(
  canvas: BrailleCanvas,
  { points }: DifferenceCurve,
  { across, down }: { across: (x: number) => number; down: (value: number) => number },
): void {
  const banded = points.filter(({ low }) => low !== undefined);
  for (const [k, { x, low, high }] of banded.entries()) {
    const next = banded[k + 1] ?? { x, low, high };
    const [left, right] = [across(x), across(next.x)];
    for (let column = left; column <= right; column++) {
      const share = right === left ? 0 : (column - left) / (right - left);
      const top = down(high! + (next.high! - high!) * share);
      const bottom = down(low! + (next.low! - low!) * share);
      for (let y = Math.max(0, top); y <= bottom; y++)
        if (column % 2 === 0 && y % 2 === 0) canvas.dot(column, y, 'muted');
    }
  }
}

/** `0          timestep          999`, under the canvas. */
function axisLine({
  columns,
  from,
  to,
  axis,
}: {
  columns: number;
  from: number;
  to: number;
  axis: string;
}): string {
  const [left, right] = [`${from}`, `${to}`];
  const room = columns - left.length - right.length;
  const name = axis.length + 2 <= room ? axis : '';
  const before = Math.floor((room - name.length) / 2);
  const line = `${left}${' '.repeat(Math.max(1, before))}${name}${' '.repeat(Math.max(0, room - name.length - before))}${right}`;
  return `${' '.repeat(LABELS)}${sized(line, columns)}`;
}

/** A number with its sign in at most six characters where it can be. */
export function signed(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value < 0 ? '−∞' : '+∞';
  const size = Math.abs(value);
  const text = size >= 1000 || size < 0.001 ? size.toExponential(0) : size.toPrecision(2);
  return `${value < 0 ? '−' : '+'}${text}`;
}
