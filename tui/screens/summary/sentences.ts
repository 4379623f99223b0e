/** The summary for a screen reader: one fact per line, most important first. */

import { unevenSentence } from '../../../src/report/counts.ts';
import { duration } from '../../../src/report/duration.ts';
import { comparisonLines, METRIC_TITLES, percent, tagsIn } from '../../../src/report/format.ts';
import { metricsOf } from '../../metric.ts';
import { rateOf, secondsLeft } from '../../progress.ts';
import { shown } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';

/** All of the summary screen in words. */
export function summarySentences(context: ScreenContext): string[] {
  const { summary } = context;
  const lines = progressSentences(context);
  lines.push(`${summary.examples.done} of ${summary.task.count} examples done.`);
  const uneven = unevenSentence(summary);
  if (uneven !== undefined) lines.push(uneven);
  const metrics = metricsOf(summary);
  for (const [name, scorer] of Object.entries(summary.scorers)) {
    const kinds = scorer.primary === 'normalized' ? (['metrics', 'raw'] as const) : (['metrics'] as const);
    for (const kind of kinds) {
      for (const metric of metrics) {
        const found = scorer[kind][metric];
        if (!found) continue;
        lines.push(
          `${shown(name)}${kind === 'raw' ? ', raw scores' : ''}, ${METRIC_TITLES[metric]}: ${percent(found.score)} percent right, interval ${percent(found.ci95[0])} to ${percent(found.ci95[1])}, chance ${percent(found.chance)}.`,
        );
      }
    }
  }
  lines.push(...comparisonLines(summary).map((line) => `${line}.`));
  for (const tag of tagsIn(summary)) {
    for (const [name, { byTag }] of Object.entries(summary.scorers)) {
      const parts = metrics.flatMap((metric) => {
        const found = byTag[tag]?.[metric];
        return found ? [`${METRIC_TITLES[metric]} ${percent(found.score)}`] : [];
      });
      if (parts.length > 0) lines.push(`Tag ${shown(tag)}, ${shown(name)}: ${parts.join(', ')}.`);
    }
  }
  return lines;
}

function progressSentences({ progress }: ScreenContext): string[] {
  if (!progress) return [];
  const state = {
    starting: 'The run is starting.',
    running: 'The run is going on.',
    stopping: 'The run is stopping.',
    done: 'The run is complete.',
    interrupted: 'The run was interrupted; everything is kept.',
  }[progress.state];
  const scorers = progress.scorers.map((scorer) => {
    const left = secondsLeft(scorer, progress.now);
    const rate = rateOf(scorer, progress.now);
    const time = scorer.phase === 'score' && left !== undefined ? `, ${duration(left)} left` : '';
    const speed = rate === undefined ? '' : `, ${rate.toFixed(0)} per second`;
    return `${shown(scorer.name)}: ${scorer.phase === 'done' ? 'done' : `${Math.floor((100 * scorer.done) / Math.max(1, scorer.total))} percent`}, ${scorer.done} of ${scorer.total} evaluations${speed}${time}.`;
  });
  return [
    state,
    ...scorers,
    ...progress.warnings.map((text) => `Warning: ${shown(text)}`),
    ...progress.leftOut.map(({ id, message }) => `Left out ${shown(id)}: ${shown(message)}`),
  ];
}
