/** The text of the summary screen: a fixed upper part (progress, main table) and a lower one that scrolls. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { countsDiffer, unevenSentence } from '../../../src/report/counts.ts';
import { percent, tagCount, tagsIn } from '../../../src/report/format.ts';
import type { MetricSummary } from '../../../src/run/summary-schema.ts';
import { intervalBar } from '../../components/interval-bar.ts';
import { chosenMetric, metricsOf, metricTitle } from '../../metric.ts';
import { cut, inColumn, shown, sized } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { comparisonRows } from './comparison-rows.ts';
import { progressLines, settledLines } from './progress-lines.ts';

/** What the lines depend on beside the context. */
export interface SummaryLook {
  top: number;
  metric: MetricName | undefined;
}

/** Most columns of a cell: bars that are longer tell nothing more. */
const WIDEST_CELL = 44;
/** Columns of a count. */
const COUNT = 7;
/** With this many columns a cell has room for its interval in figures. */
const WITH_FIGURES = 36;

/** Everything above the part that scrolls. */
export function upperLines(context: ScreenContext): string[] {
  const progress = progressLines(context);
  return [...progress, ...(progress.length > 0 ? [''] : []), ...mainTable(context), ''];
}

/** Everything below, the whole of it. */
export function lowerLines(look: SummaryLook, context: ScreenContext): string[] {
  const tags = tagTable(look, context);
  const comparisons = comparisonRows(context);
  return [...settledLines(context), ...(comparisons.length > 0 ? [...comparisons, ''] : []), ...tags];
}

/** How long the lower part is and how much of it is seen. */
export function scrollRoom(look: SummaryLook, context: ScreenContext): { count: number; page: number } {
  const page = Math.max(1, context.height - upperLines(context).length);
  return { count: lowerLines(look, context).length, page };
}

/** Scorers by metrics: the score, and a bar with its interval and the chance mark. */
function mainTable({ summary, theme, width }: ScreenContext): string[] {
  const metrics = metricsOf(summary);
  const names = ['', ...Object.keys(summary.scorers).map(shown)];
  const left = Math.min(22, Math.max(12, ...names.map((name) => name.length + 3)));
  const cell = Math.min(WIDEST_CELL, Math.floor((width - left - 1) / metrics.length));
  const head = metrics.map((metric) => sized(metricTitle(metric), cell)).join('');
  const lines = [theme.paint('muted', ` ${sized('', left)}${head}`.trimEnd())];
  for (const [name, scorer] of Object.entries(summary.scorers)) {
    const row = (label: string, from: typeof scorer.metrics) =>
      ` ${sized(label, left)}${metrics.map((metric) => metricCell(from[metric], cell, theme)).join('')}`;
    lines.push(row(shown(name), scorer.metrics));
    if (scorer.primary === 'normalized') lines.push(row('  raw', scorer.raw));
  }
  if (Object.keys(summary.scorers).length === 0) lines.push(theme.paint('muted', ' no scorer yet'));
  const uneven = unevenSentence(summary);
  if (uneven !== undefined) lines.push(` ${theme.paint('warn', cut(uneven, width - 2))}`);
  lines.push(theme.paint('muted', sized(' ● percent right  ━ 95 % interval  ┊ chance', width)));
  return lines;
}

/** `82.5    ┊   ━●━ ` in exactly `columns`, with figures where there is room. */
function metricCell(
  metric: MetricSummary | undefined,
  columns: number,
  theme: ScreenContext['theme'],
): string {
  if (!metric) return sized(theme.level === 'none' ? '-' : '-', columns);
  const figures = columns >= WITH_FIGURES ? ` [${percent(metric.ci95[0])}, ${percent(metric.ci95[1])}]` : '';
  const score = sized(percent(metric.score), 6);
  const bar = intervalBar(metric, columns - 8 - (figures === '' ? 0 : 15), theme);
  return `${score}${bar}${figures === '' ? '' : sized(figures, 15)}  `;
}

/**
 * One line per tag and, on the chosen metric, every scorer that has room. The column of counts stands once, or before
 * each scorer where they counted different examples.
 */
function tagTable(look: SummaryLook, { summary, theme, width }: ScreenContext): string[] {
  const tags = tagsIn(summary);
  if (tags.length === 0) return [];
  const metric = chosenMetric(summary, look.metric);
  const scorers = Object.entries(summary.scorers);
  const [shared, own] = countsDiffer(summary) ? [0, COUNT] : [COUNT, 0];
  const left = Math.min(30, Math.floor(width / 3), Math.max(10, ...tags.map((tag) => shown(tag).length + 2)));
  const space = width - left - shared - 1;
  const room = Math.min(WIDEST_CELL, Math.max(15 + own, Math.floor(space / Math.max(1, scorers.length))));
  const seen = scorers.slice(0, Math.max(1, Math.floor(space / room)));
  const hidden = scorers.length - seen.length;
  const more =
    hidden > 0 ? `, ${hidden} more ${hidden === 1 ? 'scorer' : 'scorers'} on a wider terminal` : '';
  const names = seen.map(([name]) => sized('n', own) + inColumn(shown(name), room - own));
  return [
    ` ${theme.paint('title', `By tag: ${metricTitle(metric)}`)}${theme.paint('muted', `  m: another metric${more}`)}`,
    theme.paint('muted', sized(` ${sized('tag', left)}${sized('n', shared)}${names.join('')}`, width)),
    ...tags.map((tag) => {
      const cells = seen.map(
        ([name, { byTag }]) =>
          sized(`${tagCount(summary, tag, name)}`, own) + metricCell(byTag[tag]?.[metric], room - own, theme),
      );
      return ` ${inColumn(shown(tag), left)}${sized(`${tagCount(summary, tag)}`, shared)}${cells.join('')}`;
    }),
  ];
}
