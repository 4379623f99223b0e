/** The scores of one scorer with the cells that win: captions compete within a row, images within a column. */

import type { MetricName } from '../../src/metrics/evaluate.ts';
import { METRIC_TITLES } from '../../src/report/format.ts';
import type { Judgement } from '../../src/report/run-model.ts';
import type { Example } from '../../src/scoring/example.ts';
import { cut, shown, sized, width } from '../text.ts';
import type { Theme } from '../theme.ts';
import { signed } from './error-plot.ts';

/** The one winner of each comparison; a tie or NaN has none. */
export interface Winners {
  /** Per image, the caption with the highest score. */
  captions: (number | undefined)[];
  /** Per caption, the image with the highest (normalized) score. */
  images: (number | undefined)[];
}

/** Who wins within every row, by raw scores, and within every column, by normalized ones where there are any. */
export function winnersOf({ scores }: Judgement): Winners {
  const across = scores.normalized ?? scores.raw;
  return {
    captions: scores.raw.map(bestOf),
    images: (scores.raw[0] ?? []).map((_, caption) => bestOf(across.map((row) => row[caption]!))),
  };
}

function bestOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const best = Math.max(...values); // NaN as soon as one is
  const at = values.indexOf(best);
  return at >= 0 && at === values.lastIndexOf(best) ? at : undefined;
}

export interface MatrixOptions {
  theme: Theme;
  columns: number;
  /** Which rows and columns to show. */
  images: readonly number[];
  captions: readonly { caption: number; label: string }[];
  /**
   * Whether there is room for raw rows beside normalized ones. Without it the normalized ones stand alone: they decide
   * between images, and between captions they decide as the raw ones do.
   */
  both: boolean;
  /** Said where there is no judgement. @default 'not scored yet' */
  absent?: string;
}

const LABEL = 11;
const CELL = 12;

/**
 * A head, a row per image, and what was decided. `*` marks the best caption of an image, `^` the best image of a caption;
 * green where it is the true one.
 */
export function matrixLines(
  name: string,
  { judgement, example }: { judgement: Judgement | undefined; example: Example },
  options: MatrixOptions,
): string[] {
  const { theme, columns, captions, images } = options;
  const head = captions.map(({ label }) => `${sized(label, CELL - 2, 'right')}  `).join('');
  if (!judgement)
    return [
      theme.paint('title', cut(shown(name), columns)),
      theme.paint('muted', options.absent ?? 'not scored yet'),
    ];
  const title = shown(name);
  const isLong = width(title) >= LABEL;
  const heads = theme.paint('muted', head);
  // A long name takes a line of its own.
  const lines = isLong
    ? [theme.paint('title', cut(title, columns)), `${' '.repeat(LABEL)}${heads}`]
    : [`${theme.paint('title', sized(title, LABEL))}${heads}`];
  const winners = winnersOf(judgement);
  const isTrue = (image: number, caption: number) =>
    example.truth.some(([i, c]) => i === image && c === caption);
  const { raw, normalized } = judgement.scores;
  // Captions win in the upper rows, images in those that their verdicts come from.
  const last = normalized ? 'normalized' : 'raw';
  const first = normalized && !options.both ? 'normalized' : 'raw';
  const row = (label: string, image: number, kind: 'raw' | 'normalized') => {
    const cells = captions.map(({ caption }) => {
      const value = (kind === 'raw' ? raw : normalized!)[image]?.[caption];
      const star = kind === first && winners.captions[image] === caption ? '*' : '';
      const roof = kind === last && winners.images[caption] === image ? '^' : '';
      const marks = star + roof;
      const text = `${sized(scoreText(value), CELL - 2, 'right')}${sized(marks, 2)}`;
      if (marks === '') return text;
      return theme.paint(isTrue(image, caption) ? 'good' : 'bad', text);
    });
    return `${sized(label, LABEL)}${cells.join('')}`;
  };
  if (first === 'raw') for (const image of images) lines.push(row(` image ${image}`, image, 'raw'));
  if (normalized) for (const image of images) lines.push(row(` image ${image}−∅`, image, 'normalized'));
  lines.push(verdictLine(judgement, theme, columns));
  return lines;
}

/** Lines that `matrixLines` gives for `images` images. */
export function matrixHeight(
  name: string,
  judgement: Judgement | undefined,
  { images, both }: { images: number; both: boolean },
): number {
  if (!judgement) return 2;
  const head = width(shown(name)) >= LABEL ? 2 : 1;
  return head + images * (judgement.scores.normalized && both ? 2 : 1) + 1;
}

/** `text ✓ +0.0081  image ✗ −0.0012 …` with the margins, and what is undecided. */
export function verdictLine(
  { verdict, margins, undecided }: Judgement,
  theme: Theme,
  columns: number,
): string {
  const metrics = Object.entries(verdict) as [MetricName, boolean][];
  if (metrics.length === 0)
    return theme.paint('muted', cut(' nothing to decide: no pair is known to be true', columns));
  let line = '';
  let used = 0;
  const add = (role: 'good' | 'bad' | 'warn', text: string) => {
    if (used + text.length + 1 > columns) return;
    line += ` ${theme.paint(role, text)}`;
    used += text.length + 1;
  };
  if (undecided) add('warn', 'undecided');
  const isLong = columns >= 2 + metrics.reduce((sum, [metric]) => sum + METRIC_TITLES[metric].length + 10, 0);
  for (const [metric, isRight] of metrics) {
    const margin = margins[metric];
    const by = isLong && margin !== undefined && metric !== 'group' ? ` ${signed(margin)}` : '';
    add(isRight ? 'good' : 'bad', `${METRIC_TITLES[metric]} ${isRight ? '✓' : '✗'}${by}`);
  }
  return line;
}

/** Five decimals, with the sign that screens use; `pruned` for what pruning left out. */
export function scoreText(value: number | undefined): string {
  if (value === undefined) return '';
  // A caption that was not evaluated: its score is below all others.
  if (value === Number.NEGATIVE_INFINITY) return 'pruned';
  return Number.isFinite(value) ? value.toFixed(5).replace('-', '−') : String(value);
}
