/** How the scores would have come out with fewer trials. */

import type { MetricName } from '../../../metrics/evaluate.ts';
import { scoreByTrials } from '../../../run/score-by-trials.ts';
import { METRIC_TITLES, percent } from '../../format.ts';
import type { Pen } from '../../plots/pen.ts';
import { scoreByTrials as drawTrials, type TrialsRow } from '../../plots/score-by-trials.ts';
import type { Column, PageRun } from '../columns.ts';
import { html } from '../markup.ts';
import { figure, panel, type Section, section, table } from '../parts.ts';

interface Row extends TrialsRow {
  metric: MetricName;
  correct: number;
  count: number;
  chance: number;
  agreement: number;
}

/** A panel per metric; nothing where no scorer has trials, or one has a single one. */
export function trialSection(
  pen: Pen,
  {
    runs,
    columns,
    metrics,
  }: { runs: readonly PageRun[]; columns: readonly Column[]; metrics: readonly MetricName[] },
): Section | false {
  const rows = runs.flatMap((run) => rowsOf(run, columns)).filter(({ metric }) => metrics.includes(metric));
  if (!rows.some(({ trials }) => trials > 1)) return false;
  const scorers = columns.map(({ label }) => label);
  const own = new Set(rows.map(({ scorer }) => scorer));
  return section(
    'trials',
    'Number of trials',
    html`<p>What the scores come to when only the first trials of every pair are read, in the order in which they were evaluated. Where a curve has levelled off, more trials would hardly change it.</p>
${figure({
  panels: metrics.flatMap((metric) => {
    const mine = rows.filter((row) => row.metric === metric);
    if (mine.length === 0) return [];
    const title = METRIC_TITLES[metric];
    return [panel(title, drawTrials(pen, { rows: mine, scorers, chance: mine[0]!.chance, metric: title }))];
  }),
  legend: own.size > 1 ? scorers.flatMap((label, place) => (own.has(label) ? [{ label, place }] : [])) : [],
  caption:
    'Bands are 95 % Wilson intervals over examples, the dashed line is chance. The last point is the score above.',
  numbers: table({
    caption:
      'Scores in percent by number of trials; agreement is the share of verdicts that are already those of all trials',
    head: ['scorer, metric, trials', 'right', 'of', 'score', 'from', 'to', 'agreement'],
    rows: rows.map(({ scorer, metric, trials, correct, count, score, low, high, agreement }) => [
      `${scorer}, ${METRIC_TITLES[metric]}, ${trials}`,
      correct,
      count,
      ...[score, low, high, agreement].map(percent),
    ]),
  }),
})}`,
  );
}

function rowsOf({ stored, summary }: PageRun, columns: readonly Column[]): Row[] {
  return scoreByTrials(stored, summary.analysis).map(({ scorer, ci95, ...row }) => {
    const column = columns.find((one) => one.scorer === scorer && one.run.stored === stored)!;
    return { ...row, scorer: column.label, low: ci95[0], high: ci95[1] };
  });
}
