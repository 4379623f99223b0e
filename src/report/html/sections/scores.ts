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
import {
  PUBLISHED_HEAD,
  PUBLISHED_NOTE,
  type PublishedRow,
  publishedCells,
  publishedFor,
  publishedSentence,
} from '../../published.ts';
import { expectedLines, ownMetricLines } from '../../task-lines.ts';
import type { Column, PageRun } from '../columns.ts';
import { html, type Markup } from '../markup.ts';
import { figure, type Section, section, sentences, table, twoWidths } from '../parts.ts';

/** What the metrics ask, in a sentence each. */
const MEANINGS: Record<MetricName, string> = {
  text: 'Text: for each image, its own caption scores above the other.',
  image: 'Image: for each caption, its own image scores above the other.',
  group: 'Group: both.',
  groupMatch: 'GroupMatch: of all ways to match images and captions, the true one has the greatest sum.',
  accuracy: 'Accuracy: the right one scores above all others.',
};

export interface ScoreParts {
  runs: readonly PageRun[];
  columns: readonly Column[];
  metrics: readonly MetricName[];
  /** Scores from elsewhere that are to be listed apart. */
  published: readonly PublishedRow[];
  /** Leaves out what is said within each run. @default false */
  brief?: boolean;
}

/** The section. */
export function scoreSection(
  pen: Pen,
  { runs, columns, metrics, published, brief = false }: ScoreParts,
): Section {
  const people = (published.length > 0 ? publishedFor(runs[0]!.summary) : []).filter(
    ({ kind }) => kind === 'human',
  );
  const references = metrics.flatMap((metric) => peopleLine(people[0], metric));
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
  const head = ['scorer', ...metrics.map((metric) => METRIC_TITLES[metric])];
  const cell = (found: MetricSummary | undefined) => found && scoreCell(found);
  const body: (string | Markup | undefined)[][] = [['chance', ...chances.map(({ value }) => percent(value))]];
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
  caption: `Dots are scores, bars 95 % intervals, dashed lines chance${references.length > 0 ? ', and what people reached where it was published' : ''}.`,
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
${publishedTable(published)}
${!brief && runs.map((run) => findings(run, runs.length > 1))}`,
  );
}

/** `82.5` with its interval, quieter, beside it. */
export function scoreCell(found: MetricSummary): Markup {
  const [score, interval] = withInterval(found).split(/ (?=\[)/);
  return html`<span class="score">${score}</span> <span class="ci">${interval}</span>`;
}

/** What people reach, where it was published for this very task. */
function peopleLine(people: PublishedRow | undefined, metric: MetricName): ReferenceRow[] {
  const value = metric === 'text' || metric === 'image' || metric === 'group' ? people?.[metric] : undefined;
  return value === undefined ? [] : [{ metric: METRIC_TITLES[metric], label: 'people', value: value / 100 }];
}

/** Scores from elsewhere, apart from the measured ones. */
function publishedTable(rows: readonly PublishedRow[]): Markup | false {
  return (
    rows.length > 0 &&
    html`<h3>Published scores, not measured here</h3><p class="note">${PUBLISHED_NOTE} ${publishedSentence(rows)}</p>
<details class="numbers"><summary>All published scores with their sources</summary>${table({
      caption: PUBLISHED_NOTE,
      head: [...PUBLISHED_HEAD],
      rows: rows.map(publishedCells),
      words: [4, 5],
    })}</details>`
  );
}

/** What is to be said of a run beyond its table. */
function findings({ name: run, summary }: PageRun, isNamed: boolean): Markup {
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
    lines.length > 0 && html`<h3>${isNamed ? `${title}, ${run}` : title}</h3>${sentences(lines)}`;
  return html`${part('Scorers compared on the same examples', comparisonLines(summary))}
${part('Not above chance (one-sided exact test, p > 0.05)', notAboveChance(summary))}
${part('The task’s own metrics', ownMetricLines(summary))}
${part('What the task expects', expectedLines(summary))}
${part('Details', [...details, ...close])}`;
}
