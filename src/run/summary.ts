/** The numbers of a run: per scorer and tag, with intervals and chance, and scorers against each other. */

import { aggregate } from '../metrics/by-tag.ts';
import { chances, type Verdict, verdict } from '../metrics/evaluate.ts';
import { margins } from '../metrics/margin.ts';
import { type ScoreMatrix, shapeOf } from '../metrics/score-matrix.ts';
import { FORMAT, type Manifest } from '../results/manifest.ts';
import type { ExampleScores } from '../scoring/aggregate.ts';
import type { Example } from '../scoring/example.ts';
import { compare } from './compare-verdicts.ts';
import { withIntervals, withThresholds } from './metric-summaries.ts';
import { choicesOf, fitProbabilities } from './probabilities.ts';
import { type ScorerView, scoresOf, toMatrix } from './scorer-view.ts';
import { summarizeCourse } from './summary-course.ts';
import { type DetailOptions, summarizeDetails } from './summary-details.ts';
import type { Analysis, ScorerSummary, Summary } from './summary-schema.ts';
import { withTaskRules } from './task-rules.ts';

/** Differences below this share of the score are within what batch, threads or machine may move. */
export const NUMERIC_FLOOR = 1e-5;

export interface SummaryInput {
  run: string;
  manifest: Manifest;
  examples: readonly Example[];
  scorers: ReadonlyMap<string, ScorerView>;
  analysis: Analysis;
  /** The numeric setting under which the scorers were opened: what is unfinished counts where it is that one's. */
  numerics?: number;
  /** Examples that could not be scored. */
  failed: number;
  /** Records of the task that could not even be read: not among `examples`. */
  unreadable: number;
}

/** Computes a run's summary from its stored results alone, so that resumed and merged runs count everything. */
export function summarize({
  run,
  manifest,
  examples,
  scorers,
  analysis,
  numerics,
  failed,
  unreadable,
}: SummaryInput): Summary {
  const verdicts = new Map<string, (Verdict | undefined)[]>();
  const summaries: Record<string, ScorerSummary> = {};
  for (const [name, view] of scorers) {
    const scores = examples.map((_, index) => scoresOf(view, index, analysis));
    const matrices = scores.map((value, index) => value && toMatrix(value, examples[index]!));
    verdicts.set(
      name,
      matrices.map((matrix) => matrix && verdict(matrix)),
    );
    summaries[name] = summarizeScorer(view, examples, { scores, analysis, about: manifest.about.task });
  }
  const { task } = manifest.identity;
  const done = examples.filter((_, index) => [...verdicts.values()].every((list) => list[index])).length;
  const summary: Summary = {
    format: FORMAT,
    version: manifest.version,
    run,
    identity: manifest.identityHash,
    complete: done === task.count,
    examples: { done, failed: failed + unreadable, skipped: Math.max(0, task.count - done - failed) },
    task,
    analysis,
    ...(manifest.numerics.length > 1 && numerics !== undefined && { numerics }),
    scorers: summaries,
    comparisons: compare(verdicts),
  };
  return withTaskRules(summary, manifest.about);
}

interface ScorerInput {
  scores: readonly (ExampleScores | undefined)[];
  analysis: Analysis;
  about: DetailOptions;
}

function summarizeScorer(
  view: ScorerView,
  examples: readonly Example[],
  { scores, analysis, about }: ScorerInput,
): ScorerSummary {
  const primary = [];
  const raw = [];
  let [undecided, evaluations, normalized] = [0, 0, false];
  for (const [index, example] of examples.entries()) {
    evaluations += view.results.evaluations(index);
    const value = scores[index];
    if (!value) continue;
    normalized ||= value.normalized !== undefined;
    const matrix = toMatrix(value, example);
    const chance = chances(shapeOf(matrix));
    primary.push({ tags: example.tags, verdict: verdict(matrix), chance });
    raw.push({ tags: example.tags, verdict: verdict({ scores: value.raw, truth: example.truth }), chance });
    if (isClose(matrix)) undecided++;
  }
  const total = aggregate(primary);
  const { all, tags, byTag } = total;
  const choices = choicesOf(
    examples,
    scores.map((value) => value?.raw),
  );
  const probabilities = fitProbabilities(choices);
  return {
    kind: view.kind,
    primary: normalized ? 'normalized' : 'raw',
    metrics: withThresholds(all),
    raw: withThresholds(aggregate(raw).all),
    byTag: Object.fromEntries(tags.map((tag) => [tag, withIntervals(byTag[tag]!)])),
    undecided,
    evaluations,
    ...(view.kind === 'diffusion' && {
      ...(view.results.maps.size > 0 && { maps: view.results.maps.size }),
      ...summarizeCourse(view, examples, analysis),
    }),
    ...(probabilities && { probabilities }),
    ...summarizeDetails(examples, scores, { total, about }),
    seconds: view.seconds,
  };
}

/** Whether any comparison of the example lies within the numeric floor of its scores. */
export function isClose(matrix: ScoreMatrix): boolean {
  const size = Math.max(...matrix.scores.flat().filter(Number.isFinite).map(Math.abs));
  return Object.values(margins(matrix)).some((margin) => Math.abs(margin) < NUMERIC_FLOOR * size);
}
