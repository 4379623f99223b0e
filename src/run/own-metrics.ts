/** Metrics that a task brings as code. They see one example's scores and truth; names, captions and scorer are kept from them. */

import type { Task, TaskMetric } from '../../tasks/task.ts';
import { InputError, messageOf } from '../errors.ts';
import type { ScoreMatrix } from '../metrics/score-matrix.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { bootstrapMean } from '../stats/bootstrap.ts';
import { Random } from '../stats/random.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import { type ScorerView, scoresOf, toMatrix } from './scorer-view.ts';
import type { OwnMetric, Summary } from './summary-schema.ts';

/** Standard error of a chance of one half: 0.011. */
const DRAWS = 2000;

/**
 * The summary with the task's own metrics of every scorer.
 * @throws InputError where one throws, or gives something that is no verdict and no value from 0 to 1.
 */
export function withOwnMetrics(
  summary: Summary,
  { ownMetrics, examples }: Task,
  views: ReadonlyMap<string, ScorerView>,
): Summary {
  if (!ownMetrics) return summary;
  const scorers = { ...summary.scorers };
  const chances = new Map<string, number>();
  for (const [scorer, view] of views) {
    const matrices = examples.flatMap((example, index) => {
      const scores = scoresOf(view, index, summary.analysis);
      return scores ? [toMatrix(scores, example)] : [];
    });
    const found: Record<string, OwnMetric> = {};
    for (const [name, metric] of Object.entries(ownMetrics)) {
      const value = summarizeMetric({ name, metric }, matrices, chances);
      if (value) found[name] = value;
    }
    scorers[scorer] = { ...scorers[scorer]!, ownMetrics: found };
  }
  return { ...summary, scorers };
}

/**
 * Tries the task's own metrics on made-up scores of its first example, before hours are spent on real ones.
 * @throws InputError as `withOwnMetrics`.
 */
export function checkOwnMetrics({ ownMetrics = {}, examples }: Task): void {
  const { images, captions, truth } = examples[0]!;
  const scores = images.map((_, image) => captions.map((_caption, caption) => image - caption / 7));
  for (const [name, metric] of Object.entries(ownMetrics)) judged({ name, metric }, { scores, truth });
}

/** Own metrics as the last session left them: their code is not run to read a run. Another analysis has none. */
export function withStoredMetrics(last: Summary | undefined, summary: Summary): Summary {
  const isSame =
    last?.identity === summary.identity && canonicalJson(last.analysis) === canonicalJson(summary.analysis);
  if (!isSame) return summary;
  const scorers = Object.entries(summary.scorers).map(([name, scorer]) => {
    const ownMetrics = last.scorers[name]?.ownMetrics;
    return [name, { ...scorer, ...(ownMetrics && { ownMetrics }) }] as const;
  });
  return { ...summary, scorers: Object.fromEntries(scorers) };
}

interface Named {
  name: string;
  metric: TaskMetric;
}

function summarizeMetric(
  named: Named,
  matrices: readonly ScoreMatrix[],
  chances: Map<string, number>,
): OwnMetric | undefined {
  const values: number[] = [];
  let [isVerdict, chance] = [true, 0];
  for (const matrix of matrices) {
    const value = judged(named, matrix);
    if (value === undefined) continue;
    isVerdict &&= typeof value === 'boolean';
    values.push(Number(value));
    chance += chanceOf(named, matrix, chances);
  }
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const shared = { mean, count, chance: Math.min(1, chance / count) };
  if (isVerdict)
    return { ...shared, ci95: wilsonInterval(Math.round(mean * count), count), interval: 'wilson' };
  if (count < 2) return { ...shared, ci95: [0, 1], interval: 'degenerate' };
  const { lo, hi, method } = bootstrapMean(values);
  return { ...shared, ci95: [Math.max(0, lo), Math.min(1, hi)], interval: method };
}

/** The metric's mean over random scores in the matrix's shape with its truth. */
function chanceOf(named: Named, { scores, truth }: ScoreMatrix, known: Map<string, number>): number {
  const key = JSON.stringify([named.name, scores.length, scores[0]!.length, truth]);
  const stored = known.get(key);
  if (stored !== undefined) return stored;
  const random = new Random(1);
  let [sum, count] = [0, 0];
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = scores.map((row) => row.map(() => random.next()));
    const value = judged(named, { scores: drawn, truth });
    if (value === undefined) continue;
    sum += Number(value);
    count++;
  }
  const chance = count === 0 ? 0 : sum / count;
  known.set(key, chance);
  return chance;
}

function judged({ name, metric }: Named, matrix: ScoreMatrix): boolean | number | undefined {
  let value: unknown;
  try {
    // A copy: what a metric does to it stays with the metric.
    value = metric(structuredClone(matrix));
  } catch (error) {
    throw new InputError({ what: `the task's metric "${name}" failed`, got: messageOf(error), cause: error });
  }
  if (value === undefined || typeof value === 'boolean') return value;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new InputError({
    what: `the task's metric "${name}" gave something that it must not`,
    expected: 'true, false, a number from 0 to 1, or undefined',
    got: String(value).slice(0, 60),
  });
}
