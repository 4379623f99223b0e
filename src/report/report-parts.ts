/** What a report of one run or several says, as tables and sentences that every form lays out in its own way. */

import type { MetricName } from '../metrics/evaluate.ts';
import type { Comparison, MetricSummaries, Summary } from '../run/summary-schema.ts';
import { unevenSentence } from './counts.ts';
import { detailSentences } from './details.ts';
import {
  analysisPhrase,
  chanceOf,
  courseSentences,
  FEWEST_DISCORDANT,
  METRIC_TITLES,
  metricsIn,
  notAboveChance,
  omittedNote,
  percent,
  probabilitySentence,
  pValue,
  samplesSentence,
  signed,
  stateLine,
  tagCount,
  tagGroups,
  withInterval,
} from './format.ts';
import { PUBLISHED_HEAD, PUBLISHED_NOTE, type PublishedRow, publishedCells } from './published.ts';
import type { Part, Table } from './tables.ts';
import { expectedLines, ownMetricLines } from './task-lines.ts';

/** A run with the name that a report gives it. */
export interface NamedSummary {
  run: string;
  summary: Summary;
}

/** The last part of each path; the whole of those that would be called alike. */
export function runNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => path.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '') || path);
  return names.map((name, k) => (names.filter((other) => other === name).length > 1 ? paths[k]! : name));
}

/** All parts: scores of all runs in one table, then what is to be said of each. */
export function reportParts(runs: readonly NamedSummary[], published: readonly PublishedRow[]): Part[] {
  const several = runs.length > 1;
  return [
    scoreTable(runs),
    ...unevenPart(runs),
    ...(several
      ? [{ title: 'Runs', lines: runs.map(({ run, summary }) => `${run}: ${factsOf(summary)}`) }]
      : []),
    ...runs.flatMap(({ run, summary }) => runParts(summary, several ? `${run}: ` : '')),
    ...(published.length > 0 ? [publishedTable(published)] : []),
  ];
}

/** On how many examples scorers rest where these numbers differ, beneath the scores. */
function unevenPart(runs: readonly NamedSummary[]): Part[] {
  const lines = runs.flatMap(({ run, summary }) => {
    const sentence = unevenSentence(summary);
    return sentence === undefined ? [] : [runs.length > 1 ? `${run}: ${sentence}` : sentence];
  });
  return lines.length > 0 ? [{ title: '', lines }] : [];
}

/** How far it is and how it was read, a sentence. */
export function factsOf(summary: Summary): string {
  return `${summary.task.name}, ${stateLine(summary)}; run ${summary.identity.slice(0, 12)}, winoscope ${summary.version}, ${analysisPhrase(summary.analysis)}.`;
}

/** Published scores with their sources: a table of its own. */
export function publishedTable(rows: readonly PublishedRow[]): Table {
  return {
    title: PUBLISHED_NOTE,
    head: PUBLISHED_HEAD,
    rows: rows.map(publishedCells),
    prose: [0, PUBLISHED_HEAD.length - 1],
  };
}

/** Chance and every scorer of every run; run and task are named where there are several. */
function scoreTable(runs: readonly NamedSummary[]): Table {
  const metrics = (Object.keys(METRIC_TITLES) as MetricName[]).filter((metric) =>
    runs.some(({ summary }) => metricsIn(summary).includes(metric)),
  );
  const tasks = [...new Set(runs.map(({ summary }) => summary.task.name))];
  const several = { runs: runs.length > 1, tasks: tasks.length > 1 };
  const lead = (run: string, task: string) => [
    ...(several.runs ? [run] : []),
    ...(several.tasks ? [task] : []),
  ];
  const cells = (found: MetricSummaries) =>
    metrics.map((metric) => (found[metric] ? withInterval(found[metric]) : ''));
  const chanceRows = tasks.map((task) => {
    const { summary } = runs.find((one) => one.summary.task.name === task)!;
    const chance = metrics.map((metric) => {
      const value = chanceOf(summary, metric);
      return value === undefined ? '' : percent(value);
    });
    return [...lead('', task), 'chance', ...chance];
  });
  const rows = runs.flatMap(({ run, summary }) =>
    Object.entries(summary.scorers).flatMap(([name, { primary, metrics: found, raw }]) => [
      [...lead(run, summary.task.name), name, ...cells(found)],
      ...(primary === 'normalized'
        ? [[...lead(run, summary.task.name), `${name}, raw scores`, ...cells(raw)]]
        : []),
    ]),
  );
  const what = 'percent right, with 95 % Wilson intervals';
  return {
    title: several.runs ? `Scores: ${what}` : `${factsOf(runs[0]!.summary).slice(0, -1)}: ${what}.`,
    head: [...lead('run', 'task'), 'scorer', ...metrics.map((metric) => METRIC_TITLES[metric])],
    rows: [...chanceRows, ...rows],
  };
}

/** Tags, comparisons, and sentences of one run. @param lead what stands before each title */
function runParts(summary: Summary, lead: string): Part[] {
  const own = ownMetricLines(summary);
  const expected = expectedLines(summary);
  const weak = notAboveChance(summary);
  const notes = Object.entries(summary.scorers).flatMap(([name, scorer]) =>
    [
      ...detailSentences(scorer, true),
      ...courseSentences(scorer, summary.analysis),
      ...(scorer.probabilities ? [probabilitySentence(scorer.probabilities)] : []),
      ...(scorer.samplesToDecide ? [samplesSentence(scorer.samplesToDecide)] : []),
    ].map((sentence) => `${name}: ${sentence}`),
  );
  const sections: [string, readonly string[]][] = [
    ['Not above chance (one-sided exact test, p > 0.05)', weak],
    ["The task's own metrics", own],
    ['What the task expects', expected],
    ['Notes', notes],
  ];
  return [
    ...tagTables(summary, lead),
    ...comparisonTable(summary, lead),
    ...sections.flatMap(([title, lines]) => (lines.length > 0 ? [{ title: `${lead}${title}`, lines }] : [])),
  ];
}

function tagTables(summary: Summary, lead: string): Table[] {
  const groups = tagGroups(summary);
  const tags = groups.flatMap((group) => group.tags.map(({ tag }) => tag));
  if (tags.length === 0) return [];
  const metrics = metricsIn(summary);
  const omitted = groups
    .filter((group) => group.omitted > 0)
    .map((group) => ` (${group.kind}: ${omittedNote(group)})`)
    .join('');
  return Object.entries(summary.scorers).map(([name, { byTag }]) => ({
    title: `${lead}${name} by tag${omitted}`,
    head: ['tag', 'n', ...metrics.map((metric) => METRIC_TITLES[metric])],
    rows: tags
      .filter((tag) => byTag[tag])
      .map((tag) => [
        tag,
        `${tagCount(summary, tag, name)}`,
        ...metrics.map((metric) => {
          const found = byTag[tag]?.[metric];
          return found ? withInterval(found) : '';
        }),
      ]),
  }));
}

function comparisonTable({ comparisons }: Summary, lead: string): Table[] {
  if (comparisons.length === 0) return [];
  return [
    {
      title: `${lead}scorers compared on the same examples: differences in ${DIFFERENCES}, exact McNemar tests, Holm's correction`,
      head: ['metric', 'a', 'b', 'a − b', 'only a right', 'only b right', 'p', 'p, corrected'],
      rows: comparisons.map(({ metric, a, b, difference, aOnly, bOnly, p, pHolm }) => [
        METRIC_TITLES[metric],
        a,
        b,
        differenceCell(difference, aOnly + bOnly),
        `${aOnly}`,
        `${bOnly}`,
        pValue(p),
        pValue(pHolm),
      ]),
    },
  ];
}

/** How differences are given, for the head of a table. */
export const DIFFERENCES = `points with 95 % bootstrap intervals (none where fewer than ${FEWEST_DISCORDANT} examples came out differently)`;

/** `+21.0 [+16.2, +27.1]`, in points; without the interval where so few examples differ that it would feign precision. */
export function differenceCell(difference: Comparison['difference'], discordant: number): string {
  if (!difference) return '';
  const { estimate, ci95 } = difference;
  return `${signed(estimate)}${discordant >= FEWEST_DISCORDANT ? ` [${ci95.map(signed).join(', ')}]` : ''}`;
}
