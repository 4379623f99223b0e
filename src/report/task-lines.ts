/** What a task asked for beyond the usual metrics, as sentences: its own metrics, and the numbers that it expected. */

import { counted } from '../errors.ts';
import type { Summary } from '../run/summary-schema.ts';
import { METRIC_TITLES, percent, visible } from './format.ts';

/** One line per scorer and own metric. */
export function ownMetricLines({ scorers }: Summary): string[] {
  return Object.entries(scorers).flatMap(([scorer, { ownMetrics = {} }]) =>
    Object.entries(ownMetrics).map(([name, { mean, ci95, chance, count }]) => {
      const interval = `[${ci95.map(percent).join(', ')}]`;
      return `${visible(scorer)}, ${visible(name)}: ${percent(mean)} ${interval} (chance ${percent(chance)}, ${counted(count, 'example')})`;
    }),
  );
}

/** One line per number that the task expected of a complete run. */
export function expectedLines({ expected = [] }: Summary): string[] {
  return expected.map(({ scorer, metric, expected: wanted, tolerance, source, got, agrees }) => {
    const from = source === undefined ? '' : ` (${visible(source)})`;
    const verdict = agrees ? 'agrees' : 'does not agree';
    return `${visible(scorer)} ${METRIC_TITLES[metric]}: expected ${percent(wanted)} within ${percent(tolerance)}${from}, got ${percent(got)}: ${verdict}`;
  });
}
