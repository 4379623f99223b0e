/** What a diffusion scorer would have scored with fewer trials: every prefix of the plan, read as it is read live. */

import { chances, type Verdict, verdict } from '../metrics/evaluate.ts';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import { unitOf } from '../scoring/plan.ts';
import { readingOf } from '../scoring/weighting.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import type { StoredRun } from './open-run.ts';
import { toMatrix } from './scorer-view.ts';
import type { Analysis } from './summary-schema.ts';
import { firstTrials, selectTrials } from './trial-reader.ts';

/** One metric of one scorer after so many trials. */
export interface TrialsRow {
  scorer: string;
  /** Trials of each pair: the first so many of the plan. */
  trials: number;
  metric: MetricName;
  /** correct / count; the last row of a scorer and metric equals the summary's. */
  score: number;
  correct: number;
  count: number;
  chance: number;
  /** Wilson. */
  ci95: [lo: number, hi: number];
  /** Share of the examples whose verdict is already that of all their trials. */
  agreement: number;
}

/** Numbers of trials that a curve is drawn through: 1, 2, 3, 4, 6, 8, 12, … up to all, in whole units. */
export function trialPoints(total: number, unit = 1): number[] {
  const points = new Set<number>();
  for (let size = 1; size * unit < total; size *= 2) {
    points.add(size * unit);
    if (size > 1 && 1.5 * size * unit < total) points.add(1.5 * size * unit);
  }
  return [...points, total].sort((a, b) => a - b);
}

/**
 * The metrics of every diffusion scorer against the number of trials, over the examples that are done. An example that a
 * stopping rule ended keeps what it had. A prefix is read with cell weights, see `prefixWeights`.
 * @throws UsageError as `readingOf`.
 */
export function scoreByTrials(run: StoredRun, analysis: Analysis): TrialsRow[] {
  const { examples, views, manifest } = run;
  const wanted = manifest.about.task.metrics ?? metricNames;
  return [...views].flatMap(([scorer, view]) => {
    if (view.kind !== 'diffusion') return [];
    const reader = selectTrials(view, {});
    const reading = readingOf(view.schedule, analysis);
    const done = examples.flatMap((example, index) => {
      const errors = view.results.isDone(index) ? reader.errors(index, analysis.loss) : undefined;
      if (!errors) return [];
      const shape = {
        images: example.images.length,
        captions: example.captions.length,
        truth: example.truth,
      };
      const judge = (trials: number): Verdict =>
        verdict(toMatrix(scoreExample(reader.plan, firstTrials(errors, trials), reading), example));
      return [{ chance: chances(shape), judge }];
    });
    const total = reader.plan.trials.length;
    const whole = done.map(({ judge }) => judge(total));
    return trialPoints(total, unitOf(reader.plan)).flatMap((trials) => {
      const verdicts = trials === total ? whole : done.map(({ judge }) => judge(trials));
      return wanted.flatMap((metric): TrialsRow[] => {
        const counted = done.flatMap(({ chance }, k) =>
          whole[k]![metric] === undefined
            ? []
            : [{ now: verdicts[k]![metric], whole: whole[k]![metric], chance: chance[metric] ?? 0 }],
        );
        if (counted.length === 0) return [];
        const count = counted.length;
        const correct = counted.filter(({ now }) => now).length;
        return [
          {
            scorer,
            trials,
            metric,
            score: correct / count,
            correct,
            count,
            chance: counted.reduce((sum, { chance }) => sum + chance, 0) / count,
            ci95: wilsonInterval(correct, count),
            agreement: counted.filter(({ now, whole: last }) => now === last).length / count,
          },
        ];
      });
    });
  });
}
