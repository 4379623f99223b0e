/** On how many examples scorers rest, where these numbers differ. */

import type { Summary } from '../run/summary-schema.ts';
import { tagCount, tagsIn, visible } from './format.ts';

/** Whether scorers rest on different numbers of examples, as in an interrupted run: one count is then not that of all. */
export function countsDiffer(summary: Summary): boolean {
  const names = Object.keys(summary.scorers);
  return (
    unevenSentence(summary) !== undefined ||
    tagsIn(summary).some((tag) => new Set(names.map((name) => tagCount(summary, tag, name))).size > 1)
  );
}

/** `Examples counted: diffusion 48, clip 100.` where scorers rest on different numbers, as in an interrupted run. */
export function unevenSentence({ scorers }: Summary): string | undefined {
  const counts = Object.entries(scorers).map(([name, { metrics }]) => {
    return [name, Math.max(0, ...Object.values(metrics).map(({ count }) => count))] as const;
  });
  if (new Set(counts.map(([, count]) => count)).size < 2) return undefined;
  return `Examples counted: ${counts.map(([name, count]) => `${visible(name)} ${count}`).join(', ')}.`;
}
