/** Scores by tag, each a number with a bar. */

import type { MetricName } from '../../../metrics/evaluate.ts';
import { countsDiffer } from '../../counts.ts';
import { METRIC_TITLES, omittedNote, tagCount, tagGroups } from '../../format.ts';
import { type Column, summaryOf } from '../columns.ts';
import { html, type Markup, type Part } from '../markup.ts';
import { type Section, section, table } from '../parts.ts';
import { scoreCell } from './scores.ts';

/** A table per kind of tag; empty where the task has no tags. */
export function tagSection(columns: readonly Column[], metrics: readonly MetricName[]): Section | false {
  const summary = summaryOf(columns);
  const groups = tagGroups(summary);
  if (groups.length === 0) return false;
  // One count cannot stand for scorers that counted differently: each score then says its own.
  const isUneven = countsDiffer(summary);
  const tables = groups.flatMap((group) =>
    headlineFirst(metrics).map((metric): Part => {
      const rows = group.tags
        .map(({ tag, label }) => [
          label,
          ...(isUneven ? [] : [tagCount(summary, tag)]),
          ...columns.map((column) => bar(column, tag, { metric, isUneven })),
        ])
        .filter((cells) => cells.slice(-columns.length).some((cell) => cell !== ''));
      if (rows.length === 0) return '';
      const kind = group.kind === '' ? '' : `${group.kind}: `;
      return html`<div class="tags"><h3>${kind}${METRIC_TITLES[metric]}</h3>${table({
        caption: `${kind}${METRIC_TITLES[metric]} score by tag, in percent`,
        head: ['tag', ...(isUneven ? [] : ['examples']), ...columns.map(({ label }) => label)],
        rows,
      })}${omittedNote(group) && html`<p class="note">${omittedNote(group)}.</p>`}</div>`;
    }),
  );
  const [first, ...others] = tables.filter((part) => part !== '');
  const rest =
    others.length > 0 &&
    html`<details class="numbers"><summary>The other metrics by tag</summary>${others}</details>`;
  return section(
    'tags',
    'By tag',
    html`<p>An example counts under each of its tags. Percent right with 95 % Wilson intervals; bars start at 0, a thin line marks chance.</p>
${first}${rest}`,
  );
}

function bar(
  { numbers }: Column,
  tag: string,
  { metric, isUneven }: { metric: MetricName; isUneven: boolean },
): Markup | '' {
  const found = numbers.byTag[tag]?.[metric];
  if (!found) return '';
  const style = `--v:${found.score.toFixed(3)};--c:${found.chance.toFixed(3)}`;
  return html`<span class="bar" style="${style}">${scoreCell(found)}</span>${isUneven && html` <small>of ${found.count}</small>`}`;
}

/** The metric that the others are part of is shown at once, the others on demand. */
function headlineFirst(metrics: readonly MetricName[]): MetricName[] {
  return metrics.includes('group')
    ? ['group', ...metrics.filter((metric) => metric !== 'group')]
    : [...metrics];
}
