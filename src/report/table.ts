/** A summary as plain text for a terminal or a log. */

import type { Summary } from '../run/summary-schema.ts';
import { countsDiffer, unevenSentence } from './counts.ts';
import { detailSentences } from './details.ts';
import {
  analysisPhrase,
  comparisonLines,
  courseSentences,
  METRIC_TITLES,
  mainRows,
  metricsIn,
  notAboveChance,
  omittedNote,
  percent,
  stateLine,
  tagCount,
  tagGroups,
  visible,
} from './format.ts';
import { publishedFor, publishedSentence } from './published.ts';
import { expectedLines, ownMetricLines } from './task-lines.ts';

/** Lays out rows in columns; the first column left-aligned, the others too, since they hold more than numbers. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [k, cell] of row.entries()) widths[k] = Math.max(widths[k] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, k) => cell.padEnd(widths[k]!))
      .join('  ')
      .trimEnd(),
  );
}

/** The main table, the tags, and the comparisons. */
export function summaryTable(summary: Summary): string {
  const metrics = metricsIn(summary);
  const head = ['', ...metrics.map((metric) => METRIC_TITLES[metric])];
  if (metrics.length === 0) {
    const evaluations = Object.values(summary.scorers).reduce((sum, scorer) => sum + scorer.evaluations, 0);
    const why =
      summary.examples.done > 0 ? 'There is nothing to judge without truths' : 'No example is complete yet';
    return `${visible(summary.task.name)}: ${stateLine(summary)}. ${why}; ${evaluations} evaluations are stored.`;
  }
  const lines = [
    `${visible(summary.task.name)}: ${stateLine(summary)}. Percent right, with 95 % intervals (Wilson).`,
    `${capitalized(visible(analysisPhrase(summary.analysis)))}.`,
    '',
    ...columns([head, ...mainRows(summary, () => '  raw')]),
  ];
  lines.push(...unevenLines(summary));
  const tags = tagTable(summary);
  if (tags.length > 0) lines.push('', 'By tag', ...tags);
  const weak = notAboveChance(summary);
  if (weak.length > 0)
    lines.push('', 'Not above chance (one-sided exact test, p > 0.05)', ...weak.map((line) => `  ${line}`));
  const comparisons = comparisonLines(summary);
  if (comparisons.length > 0)
    lines.push('', 'Scorers compared on the same examples', ...comparisons.map((line) => `  ${line}`));
  const own = ownMetricLines(summary);
  if (own.length > 0) lines.push('', "The task's own metrics", ...own.map((line) => `  ${line}`));
  const expected = expectedLines(summary);
  if (expected.length > 0) lines.push('', 'What the task expects', ...expected.map((line) => `  ${line}`));
  lines.push(...courseLines(summary));
  const published = publishedFor(summary);
  if (published.length > 0) lines.push('', publishedSentence(published));
  const close = Object.entries(summary.scorers).filter(([, { undecided }]) => undecided > 0);
  for (const [name, { undecided }] of close) {
    lines.push(
      '',
      `${visible(name)}: ${undecided === 1 ? '1 example lies' : `${undecided} examples lie`} within the numeric floor and could turn on another machine.`,
    );
  }
  return lines.join('\n');
}

/** One line per tag: its count (each scorer's own where they differ) and percentages, scorers side by side under their names. */
function tagTable(summary: Summary): string[] {
  const rows = tagRows(summary);
  if (rows.length === 0) return [];
  const metrics = metricsIn(summary);
  const scorers = Object.entries(summary.scorers);
  const isUneven = countsDiffer(summary);
  const count = (tag: string | undefined, name?: string) =>
    tag === undefined ? '' : `${tagCount(summary, tag, name)}`;
  const left = columns([
    isUneven ? [''] : ['', ''],
    isUneven ? ['tag'] : ['tag', 'n'],
    ...rows.map(({ label, tag }) => (isUneven ? [label] : [label, count(tag)])),
  ]);
  const blocks = scorers.map(([name, { byTag }]) => {
    const cells = rows.map(({ tag }) => [
      ...(isUneven ? [count(tag, name)] : []),
      ...metrics.map((metric) => {
        if (tag === undefined) return '';
        return byTag[tag]?.[metric] ? percent(byTag[tag][metric].score) : '-';
      }),
    ]);
    const titles = [...(isUneven ? ['n'] : []), ...metrics.map((metric) => METRIC_TITLES[metric])];
    return [visible(name), ...columns([titles, ...cells])];
  });
  const parts = [left, ...blocks];
  const widths = parts.map((lines) => Math.max(...lines.map((line) => line.length)));
  return left.map((_, k) =>
    parts
      .map((lines, p) => lines[k]!.padEnd(widths[p]!))
      .join('    ')
      .trimEnd(),
  );
}

/** A row per tag, with a heading above the tags of each kind and a note where some are left out. */
function tagRows(summary: Summary): { label: string; tag?: string }[] {
  return tagGroups(summary).flatMap((group) => {
    const indent = group.kind === '' ? '' : '  ';
    const note = omittedNote(group);
    return [
      ...(group.kind === '' ? [] : [{ label: visible(group.kind) }]),
      ...group.tags.map(({ tag, label }) => ({ label: `${indent}${visible(label)}`, tag })),
      ...(note ? [{ label: `${indent}(${note})` }] : []),
    ];
  });
}

/** Ranks, sets and the like, what stopping and pruning saved, and how noise banks differ, per scorer. */
function courseLines({ scorers, analysis }: Summary): string[] {
  return Object.entries(scorers).flatMap(([name, scorer]) =>
    [...detailSentences(scorer), ...courseSentences(scorer, analysis)].flatMap((sentence) => [
      '',
      `${visible(name)}: ${sentence}`,
    ]),
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function unevenLines(summary: Summary): string[] {
  const sentence = unevenSentence(summary);
  return sentence === undefined ? [] : ['', sentence];
}
