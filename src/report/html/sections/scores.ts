/** The scores of all scorers beside chance, and what follows from them. */

import type { MetricName } from '../../../metrics/evaluate.ts';
import type { MetricSummary } from '../../../run/summary-schema.ts';
import { detailSentences } from '../../details.ts';
import {
  analysisPhrase,
  comparisonLines,
  courseSentences,
  METRIC_TITLES,
  notAboveChance,
  percent,
  withInterval,
} from '../../format.ts';
import type { Pen } from '../../plots/pen.ts';
import { type ReferenceRow, scoreIntervals } from '../../plots/score-intervals.ts';
import { expectedLines, ownMetricLines } from '../../task-lines.ts';
import type { Column, PageRun } from '../columns.ts';
import { html, type Markup } from '../markup.ts';
import { figure, section, sentences, table, twoWidths } from '../parts.ts';

/** What the metrics ask, in a sentence each. */
const MEANINGS: Record<MetricName, string> = {
  text: 'Text: for each image, its own caption scores above the other.',
  image: 'Image: for each caption, its own image scores above the other.',
  group: 'Group: both.',
  groupMatch: 'GroupMatch: of all ways to match images and captions, the true one has the greatest sum.',
  accuracy: 'Accuracy: the right one scores above all others.',
};

/** A level from elsewhere, to hold scores against. */
export interface Reference extends ReferenceRow {
  /** Where it was published. */
  source: string;
}

export interface ScoreParts {
  runs: readonly PageRun[];
  columns: readonly Column[];
  metrics: readonly MetricName[];
  /** Published levels for this very task; empty for most. */
  references: readonly Reference[];
}

/** The section. */
export function scoreSection(pen: Pen, { runs, columns, metrics, references }: ScoreParts): Markup {
  const labels = columns.map(({ label }) => label);
  const rows = columns.flatMap(({ label, numbers }) =>
    metrics.flatMap((metric) => {
      const found = numbers.metrics[metric];
      return found
        ? [
            {
              scorer: label,
              metric: METRIC_TITLES[metric],
              score: found.score,
              low: found.ci95[0],
              high: found.ci95[1],
            },
          ]
        : [];
    }),
  );
  const chances = metrics.map((metric) => ({
    metric: METRIC_TITLES[metric],
    label: 'chance',
    value: columns.find(({ numbers }) => numbers.metrics[metric])?.numbers.metrics[metric]?.chance ?? 0,
  }));
  const lines = [...chances, ...references];
  const head = ['', ...metrics.map((metric) => METRIC_TITLES[metric])];
  const cell = (found: MetricSummary | undefined) => found && scoreCell(found);
  const body: (string | Markup | undefined)[][] = [
    ['chance', ...chances.map(({ value }) => percent(value))],
    ...published(references, metrics),
  ];
  const under: number[] = [];
  for (const { label, numbers } of columns) {
    body.push([label, ...metrics.map((metric) => cell(numbers.metrics[metric]))]);
    if (numbers.primary === 'normalized') {
      under.push(body.length);
      body.push(['raw scores', ...metrics.map((metric) => cell(numbers.raw[metric]))]);
    }
  }
  return section(
    'scores',
    'Scores',
    html`<p class="defines">${metrics.map((metric) => MEANINGS[metric]).join(' ')} Ties are wrong. Percent right, with 95 % Wilson intervals; ${analysisPhrase(runs[0]!.summary.analysis)}.</p>
${figure({
  panels: [twoWidths((width) => scoreIntervals(pen, { rows, references: lines, scorers: labels }, width))],
  legend: labels.map((label, place) => ({ label, place })),
  caption: html`Dots are scores, bars 95 % intervals, dashed lines chance${references.length > 0 && ' and published levels'}. ${references.length > 0 && [...new Set(references.map(({ label, source }) => `${label}: ${source}.`))].join(' ')}`,
  numbers: table({
    caption: 'Scores in percent with 95 % intervals, and examples right',
    head: ['scorer, metric', 'right', 'of', 'score', 'from', 'to', 'chance', 'p above chance'],
    rows: columns.flatMap(({ label, numbers }) =>
      metrics.flatMap((metric) => {
        const found = numbers.metrics[metric];
        if (!found) return [];
        const { correct, count, score, ci95, chance, pAboveChance } = found;
        const p = pAboveChance < 1e-4 ? '< 0.0001' : pAboveChance.toPrecision(2);
        return [
          [
            `${label}, ${METRIC_TITLES[metric]}`,
            correct,
            count,
            percent(score),
            ...ci95.map(percent),
            percent(chance),
            p,
          ],
        ];
      }),
    ),
  }),
})}
${table({ caption: 'Scores in percent', head, rows: body, under })}
${runs.map((run) => findings(run, runs.length > 1))}`,
  );
}

/** `82.5` with its interval, quieter, beside it. */
export function scoreCell(found: MetricSummary): Markup {
  const [score, interval] = withInterval(found).split(/ (?=\[)/);
  return html`<span class="score">${score}</span> <span class="ci">${interval}</span>`;
}

function published(references: readonly Reference[], metrics: readonly MetricName[]): string[][] {
  return [...new Set(references.map(({ label }) => label))].map((label) => [
    `${label} (published)`,
    ...metrics.map((metric) => {
      const found = references.find((one) => one.label === label && one.metric === METRIC_TITLES[metric]);
      return found ? percent(found.value) : '';
    }),
  ]);
}

/** What is to be said of a run beyond its table. */
function findings({ summary, model }: PageRun, named: boolean): Markup {
  const details = Object.entries(summary.scorers).flatMap(([name, scorer]) =>
    [...detailSentences(scorer, true), ...courseSentences(scorer, summary.analysis)].map(
      (line) => `${name}: ${line}`,
    ),
  );
  const close = Object.entries(summary.scorers).flatMap(([name, { undecided }]) =>
    undecided > 0
      ? [
          `${name}: ${undecided === 1 ? '1 example lies' : `${undecided} examples lie`} within the numeric floor and could turn on another machine.`,
        ]
      : [],
  );
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 && html`<h3>${named ? `${title}, ${model.path}` : title}</h3>${sentences(lines)}`;
  return html`${part('Scorers compared on the same examples', comparisonLines(summary))}
${part('Not above chance (one-sided exact test, p > 0.05)', notAboveChance(summary))}
${part('The task’s own metrics', ownMetricLines(summary))}
${part('What the task expects', expectedLines(summary))}
${part('Details', [...details, ...close])}`;
}
