/** A run's numbers while it goes on: what of a summary takes milliseconds, from judgements that are known already. */

import { aggregate, type TaggedVerdict } from '../metrics/by-tag.ts';
import type { Verdict } from '../metrics/evaluate.ts';
import { verdict } from '../metrics/evaluate.ts';
import { FORMAT } from '../results/manifest.ts';
import { compare } from '../run/compare-verdicts.ts';
import { countFailures } from '../run/failures.ts';
import { withIntervals } from '../run/metric-summaries.ts';
import type { ScorerSummary, Summary } from '../run/summary-schema.ts';
import type { Judgement } from './run-model.ts';
import type { ViewsModelParts } from './views-model.ts';

/** A judgement with what counting it needs. */
export interface Judged {
  judgement: Judgement;
  /** Chance by metric. */
  chance: TaggedVerdict['chance'];
  /** Evaluations that it rests on. */
  evaluations: number;
}

export interface StandingsParts extends ViewsModelParts {
  judged: (scorer: string, index: number) => Judged | undefined;
}

/** As `summarize`, without intervals of differences, probabilities and what stopping did. */
export function standingsOf(parts: StandingsParts): Summary {
  const { path, manifest, examples, views, analysis, failures } = parts;
  const verdicts = new Map<string, (Verdict | undefined)[]>();
  const scorers: Record<string, ScorerSummary> = {};
  for (const name of views.keys()) {
    const judged = examples.map((_, index) => parts.judged(name, index));
    verdicts.set(
      name,
      judged.map((found) => found?.judgement.verdict),
    );
    scorers[name] = standing(parts, name, judged);
  }
  const { failed, unreadable } = countFailures(failures());
  const { task } = manifest.identity;
  const lists = [...verdicts.values()];
  const done = examples.filter((_, index) => lists.every((list) => list[index])).length;
  return {
    format: FORMAT,
    version: manifest.version,
    run: path,
    identity: manifest.identityHash,
    complete: done === task.count,
    examples: { done, failed: failed + unreadable, skipped: Math.max(0, task.count - done - failed) },
    task,
    analysis,
    scorers,
    comparisons: compare(verdicts, false),
  };
}

function standing(
  { views, examples }: StandingsParts,
  name: string,
  judged: readonly (Judged | undefined)[],
): ScorerSummary {
  const view = views.get(name)!;
  const primary: TaggedVerdict[] = [];
  const raw: TaggedVerdict[] = [];
  let [undecided, evaluations, normalized] = [0, 0, false];
  for (const [index, { tags, truth }] of examples.entries()) {
    evaluations += view.results.evaluations(index);
    const found = judged[index];
    if (!found) continue;
    const { judgement, chance } = found;
    const isNormalized = judgement.scores.normalized !== undefined;
    normalized ||= isNormalized;
    primary.push({ tags, verdict: judgement.verdict, chance });
    const scores = judgement.scores.raw;
    raw.push({ tags, chance, verdict: isNormalized ? verdict({ scores, truth }) : judgement.verdict });
    if (judgement.undecided) undecided++;
  }
  const { all, tags, byTag } = aggregate(primary);
  return {
    kind: view.kind,
    primary: normalized ? 'normalized' : 'raw',
    metrics: withIntervals(all),
    raw: withIntervals(aggregate(raw).all),
    byTag: Object.fromEntries(tags.map((tag) => [tag, withIntervals(byTag[tag]!)])),
    undecided,
    evaluations,
    seconds: view.seconds,
  };
}
