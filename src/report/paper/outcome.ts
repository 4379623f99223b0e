/** Right and wrong of several scorers on the same examples, also where they come from different runs. */

import { verdict } from '../../metrics/evaluate.ts';
import type { MetricName } from '../../metrics/score-matrix.ts';
import type { StoredRun } from '../../run/open-run.ts';
import { scoresOf, toMatrix } from '../../run/scorer-view.ts';
import type { Analysis } from '../../run/summary-schema.ts';
import { mcnemarExact } from '../../stats/mcnemar.ts';
import { wilsonInterval } from '../../stats/wilson.ts';
import { percent } from '../format.ts';
import type { PaperCell } from './paper-report.ts';

/** The error that the paper averages: squares, of the noise. A model that predicts something else is converted. */
export const PAPER_ANALYSIS = { loss: 'mse', errorSpace: 'epsilon' } as const satisfies Analysis;

/** A scorer's verdicts on one metric, by example id. */
export type Outcomes = ReadonlyMap<string, boolean>;

/** One scorer of one run, under one metric. */
export interface OutcomesOf {
  scorer: string;
  metric: MetricName;
  /** @default `PAPER_ANALYSIS` */
  analysis?: Analysis;
  /** Only examples with this tag. */
  tag?: string;
}

/** Verdicts on all complete examples; empty where the run has no such scorer. */
export function outcomes(run: StoredRun, { scorer, metric, analysis, tag }: OutcomesOf): Outcomes {
  const view = run.views.get(scorer);
  const found = new Map<string, boolean>();
  if (!view) return found;
  for (const [index, example] of run.examples.entries()) {
    if (tag !== undefined && !example.tags.includes(tag)) continue;
    const scores = scoresOf(view, index, analysis ?? PAPER_ANALYSIS);
    const isRight = scores && verdict(toMatrix(scores, example))[metric];
    if (isRight !== undefined) found.set(example.id, isRight);
  }
  return found;
}

/** The share right as a cell; undefined where nothing was judged. */
export function cellOf(found: Outcomes): PaperCell | undefined {
  const correct = [...found.values()].filter(Boolean).length;
  const count = found.size;
  return count === 0 ? undefined : shareCell(correct, count);
}

/** Two scorers on the examples that both have: the difference of their shares, and whether it may be chance. */
export interface Duel {
  count: number;
  /** Shares right. */
  a: number;
  b: number;
  aOnly: number;
  bOnly: number;
  /** Exact McNemar, two-sided. */
  p: number;
}

/** Compares on shared examples; undefined where there is none. */
export function duel(a: Outcomes, b: Outcomes): Duel | undefined {
  const shared = [...a.keys()].filter((id) => b.has(id));
  if (shared.length === 0) return undefined;
  const count = (isCounted: (id: string) => boolean) => shared.filter(isCounted).length;
  const aOnly = count((id) => a.get(id)! && !b.get(id)!);
  const bOnly = count((id) => b.get(id)! && !a.get(id)!);
  const right = (of: Outcomes) => count((id) => of.get(id)!) / shared.length;
  return { count: shared.length, a: right(a), b: right(b), aOnly, bOnly, p: mcnemarExact(aOnly, bOnly) };
}

/** A share as a cell. @param count at least 1. */
export function shareCell(correct: number, count: number): PaperCell {
  return { correct, count, score: correct / count, ci95: wilsonInterval(correct, count) };
}

/** What guessing gives, in percent. */
export function chanceCell(run: StoredRun, metric: MetricName): PaperCell | undefined {
  const found = Object.values(run.last?.scorers ?? {}).find(({ metrics }) => metrics[metric]);
  return found && { text: percent(found.metrics[metric]!.chance) };
}
