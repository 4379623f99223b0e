import { metricNames } from '../../src/metrics/score-matrix.ts';
import type { RunModel } from '../../src/report/run-model.ts';
import { METRIC_LETTERS } from '../metric.ts';
import type { Theme } from '../theme.ts';

/** Columns that a verdict cell takes: four metrics and the mark of what is undecided. */
export const VERDICT_COLUMNS = 5;

/**
 * `TIGM ` all right, `T··M?` image and group wrong and undecided, `…` not done yet. Exactly `VERDICT_COLUMNS` wide.
 */
export function verdictCell(
  model: RunModel,
  scorer: string,
  { index, theme }: { index: number; theme: Theme },
): string {
  const judged = model.judge(scorer, index);
  if (!judged) return theme.paint('muted', '…'.padEnd(VERDICT_COLUMNS));
  let cell = '';
  let columns = 0;
  for (const metric of metricNames) {
    const isRight = judged.verdict[metric];
    if (isRight === undefined) continue;
    cell += isRight ? theme.paint('good', METRIC_LETTERS[metric]) : theme.paint('bad', '·');
    columns++;
  }
  const mark = judged.undecided ? theme.paint('warn', '?') : ' ';
  return `${cell}${mark}${' '.repeat(Math.max(0, VERDICT_COLUMNS - columns - 1))}`;
}
