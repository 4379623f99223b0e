/** A summary as Markdown: the tables of the terminal, for a page or a pull request. */

import type { Summary } from '../run/summary-schema.ts';
import { unevenSentence } from './counts.ts';
import { confusionRows, detailSentences } from './details.ts';
import { escapeMarkdown } from './escape.ts';
import {
  analysisPhrase,
  comparisonLines,
  courseSentences,
  METRIC_TITLES,
  mainRows,
  metricsIn,
  notAboveChance,
  omittedNote,
  probabilitySentence,
  samplesSentence,
  stateLine,
  tagCount,
  tagGroups,
  withInterval,
} from './format.ts';
import { PUBLISHED_HEAD, PUBLISHED_NOTE, type PublishedRow, publishedCells } from './published.ts';
import { expectedLines, ownMetricLines } from './task-lines.ts';

/** The whole report. Cell text is escaped: tags and names are data. @param published rows to stand beside it, last */
export function markdown(summary: Summary, published: readonly PublishedRow[] = []): string {
  const metrics = metricsIn(summary);
  const titles = metrics.map((metric) => METRIC_TITLES[metric]);
  const parts = [
    `# ${escapeMarkdown(summary.task.name)}`,
    `${stateLine(summary)}. Percent right, with 95 % Wilson intervals. Run \`${summary.identity.slice(0, 12)}\`, winoscope ${escapeMarkdown(summary.version)}, ${escapeMarkdown(analysisPhrase(summary.analysis))}.`,
    markdownTable(
      ['scorer', ...titles],
      mainRows(summary, (name) => `${escapeMarkdown(name)}, raw scores`, escapeMarkdown),
    ),
  ];
  const uneven = unevenSentence(summary);
  if (uneven !== undefined) parts.push(escapeMarkdown(uneven));
  const groups = tagGroups(summary);
  const tags = groups.flatMap((group) => group.tags.map(({ tag }) => tag));
  if (tags.length > 0) parts.push('## By tag');
  for (const group of groups)
    if (group.omitted > 0) parts.push(`${escapeMarkdown(group.kind)}: ${omittedNote(group)}.`);
  for (const [name, { byTag }] of tags.length > 0 ? Object.entries(summary.scorers) : []) {
    const rows = tags
      .filter((tag) => byTag[tag])
      .map((tag) => {
        const found = byTag[tag] ?? {};
        return [
          escapeMarkdown(tag),
          `${tagCount(summary, tag, name)}`,
          ...metrics.map((metric) => (found[metric] ? withInterval(found[metric]) : '')),
        ];
      });
    parts.push(`### ${escapeMarkdown(name)}`, markdownTable(['tag', 'n', ...titles], rows));
  }
  const weak = notAboveChance(summary);
  if (weak.length > 0) {
    parts.push(
      '## Not above chance',
      'One-sided exact test, p > 0.05:',
      weak.map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
    );
  }
  for (const [title, lines] of [
    ["## The task's own metrics", ownMetricLines(summary)],
    ['## What the task expects', expectedLines(summary)],
  ] as const)
    if (lines.length > 0) parts.push(title, lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n'));
  const comparisons = comparisonLines(summary);
  if (comparisons.length > 0) {
    parts.push(
      '## Scorers compared on the same examples',
      comparisons.map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
    );
  }
  for (const [name, scorer] of Object.entries(summary.scorers))
    for (const sentence of detailSentences(scorer, true))
      parts.push(`${escapeMarkdown(name)}: ${escapeMarkdown(sentence)}`);
  for (const [name, { classification }] of Object.entries(summary.scorers)) {
    const [head, ...rows] = (classification && confusionRows(classification)) ?? [];
    if (head)
      parts.push(
        `### Confusion, ${escapeMarkdown(name)}`,
        markdownTable(
          head.map(escapeMarkdown),
          rows.map((row) => row.map(escapeMarkdown)),
        ),
      );
  }
  for (const [name, scorer] of Object.entries(summary.scorers))
    for (const sentence of courseSentences(scorer, summary.analysis))
      parts.push(`${escapeMarkdown(name)}: ${escapeMarkdown(sentence)}`);
  for (const [name, { probabilities }] of Object.entries(summary.scorers))
    if (probabilities)
      parts.push(`${escapeMarkdown(name)}: ${escapeMarkdown(probabilitySentence(probabilities))}`);
  for (const [name, { samplesToDecide }] of Object.entries(summary.scorers))
    if (samplesToDecide)
      parts.push(`${escapeMarkdown(name)}: ${escapeMarkdown(samplesSentence(samplesToDecide))}`);
  if (published.length > 0)
    parts.push(
      '## Published scores',
      PUBLISHED_NOTE,
      markdownTable(
        PUBLISHED_HEAD,
        published.map((row) => publishedCells(row).map(escapeMarkdown)),
      ),
    );
  return `${parts.join('\n\n')}\n`;
}

/** A table; cells are escaped beforehand. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
