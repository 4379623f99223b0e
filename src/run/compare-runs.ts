/** Two runs of one task against each other, example by example. */

import { counted, PlanMismatchError, UsageError } from '../errors.ts';
import { aggregate, type TaggedVerdict } from '../metrics/by-tag.ts';
import { chances, type Verdict, verdict } from '../metrics/evaluate.ts';
import { margins } from '../metrics/margin.ts';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { differencesOf, FORMAT } from '../results/manifest.ts';
import { compareTwo, corrected, type Uncorrected, type Verdicts } from './compare-verdicts.ts';
import { withIntervals } from './metric-summaries.ts';
import type { StoredRun } from './open-run.ts';
import { scoresOf, toMatrix } from './scorer-view.ts';
import type { Analysis, Comparison, MetricSummaries } from './summary-schema.ts';
import { pickMetrics } from './task-rules.ts';

/** One scorer of each run, by name. */
export interface ScorerPair {
  a: string;
  b: string;
}

/** Two scorers over the examples that both have done. `aOnly` counts what only the first run has right. */
export interface ComparedScorers extends ScorerPair {
  examples: number;
  metrics: { a: MetricSummaries; b: MetricSummaries };
  comparisons: (Uncorrected & Pick<Comparison, 'pHolm'>)[];
  /** By tag; tests by tag are not corrected for each other, and so are hints. */
  byTag: Record<string, { a: MetricSummaries; b: MetricSummaries; comparisons: Uncorrected[] }>;
  disagreements: Disagreement[];
}

/** An example that one run has right and the other wrong, on some metric. */
export interface Disagreement {
  example: string;
  tags: readonly string[];
  /** Absent where the task's licence does not let captions be copied. */
  captions?: readonly string[];
  /** Metrics that only the first run has right, and that only the second has. */
  aOnly: MetricName[];
  bOnly: MetricName[];
  /** By how much each metric is won, in each scorer's own unit. */
  margins: { a: Partial<Record<MetricName, number>>; b: Partial<Record<MetricName, number>> };
}

/** A setting that differs, as a path in `run.json` with both values. */
export interface SettingDifference {
  path: string;
  a: string;
  b: string;
}

/** All that is to be said of two runs. */
export interface RunComparison {
  format: typeof FORMAT;
  kind: 'comparison';
  task: { name: string; version: string; hash: string; count: number };
  analysis: Analysis;
  runs: { a: string; b: string };
  identities: { a: string; b: string };
  /** What of the scorers' settings differs, and on what they were computed. */
  settings: SettingDifference[];
  numerics: SettingDifference[];
  pairs: ComparedScorers[];
}

/**
 * Compares two runs. Scorers are paired by name, or as told; p-values are corrected over all pairs and metrics.
 * @throws PlanMismatchError where the tasks differ; UsageError where no scorers can be paired.
 */
export function compareRuns(
  a: StoredRun,
  b: StoredRun,
  { analysis, pairs }: { analysis: Analysis; pairs?: readonly ScorerPair[] | undefined },
): RunComparison {
  checkTasks(a, b);
  const compared = pairsOf(a, b, pairs).map((pair) => comparePair([a, b], pair, analysis));
  const tests = corrected(
    compared.flatMap(({ comparisons }, pair) => comparisons.map((one) => ({ ...one, pair }))),
  );
  return {
    format: FORMAT,
    kind: 'comparison',
    task: a.manifest.identity.task,
    analysis,
    runs: { a: a.folder.path, b: b.folder.path },
    identities: { a: a.manifest.identityHash, b: b.manifest.identityHash },
    settings: settingsOf(a, b, compared),
    numerics: differences(a.manifest.numerics.at(-1), b.manifest.numerics.at(-1)),
    pairs: compared.map((one, k) => ({
      ...one,
      comparisons: tests.flatMap(({ pair, ...test }) => (pair === k ? [test] : [])),
    })),
  };
}

function checkTasks(a: StoredRun, b: StoredRun): void {
  const [one, other] = [a.manifest.identity.task, b.manifest.identity.task];
  if (one.hash === other.hash) return;
  const say = ({ name, version, count, hash }: typeof one) =>
    `${name} ${version}, ${counted(count, 'example')}, hash ${hash.slice(0, 12)}`;
  throw new PlanMismatchError({
    what: 'the runs are of different tasks, so no example is in both',
    where: `${a.folder.path} and ${b.folder.path}`,
    expected: say(one),
    got: say(other),
    fix: 'Compare runs of one task, or set them side by side with `winoscope report A B`.',
  });
}

/** The pairs that were asked for, those of one name, or the only scorer of each. */
function pairsOf(a: StoredRun, b: StoredRun, asked: readonly ScorerPair[] | undefined): ScorerPair[] {
  const [left, right] = [[...a.views.keys()], [...b.views.keys()]];
  const where = (run: StoredRun, names: readonly string[]) => `${run.folder.path} has ${names.join(', ')}`;
  for (const { a: name, b: other } of asked ?? []) {
    if (left.includes(name) && right.includes(other)) continue;
    throw new UsageError({
      what: 'a run lacks a scorer that is to be compared',
      where: `--scorer ${name === other ? name : `${name}:${other}`}`,
      expected: `${where(a, left)}; ${where(b, right)}`,
    });
  }
  if (asked) return [...asked];
  const shared = left.filter((name) => right.includes(name));
  if (shared.length > 0) return shared.map((name) => ({ a: name, b: name }));
  if (left.length === 1 && right.length === 1) return [{ a: left[0]!, b: right[0]! }];
  throw new UsageError({
    what: 'the runs have no scorer of the same name',
    expected: `${where(a, left)}; ${where(b, right)}`,
    fix: 'Say which to compare: --scorer NAME:NAME.',
  });
}

/** One scorer's matrices by example of the first run; undefined where it is not done. */
function matricesOf(
  run: StoredRun,
  name: string,
  analysis: Analysis,
): Map<string, ReturnType<typeof toMatrix>> {
  const view = run.views.get(name)!;
  return new Map(
    run.examples.flatMap((example, index) => {
      const scores = scoresOf(view, index, analysis);
      return scores ? [[example.id, toMatrix(scores, example)] as const] : [];
    }),
  );
}

function comparePair([a, b]: readonly [StoredRun, StoredRun], pair: ScorerPair, analysis: Analysis) {
  const left = matricesOf(a, pair.a, analysis);
  const right = matricesOf(b, pair.b, analysis);
  const chosen = a.manifest.about.task.metrics ?? metricNames;
  const pick = (found: MetricSummaries) => pickMetrics(found, chosen);
  const shared = a.examples.filter(({ id }) => left.has(id) && right.has(id));
  const verdicts = {
    a: shared.map(({ id }) => verdict(left.get(id)!)),
    b: shared.map(({ id }) => verdict(right.get(id)!)),
  };
  const judged = (side: 'a' | 'b'): TaggedVerdict[] =>
    shared.map(({ tags, images, captions, truth }, k) => ({
      tags,
      verdict: verdicts[side][k]!,
      chance: chances({ images: images.length, captions: captions.length, truth }),
    }));
  const totals = { a: aggregate(judged('a')), b: aggregate(judged('b')) };
  const tests = (x: Verdicts, y: Verdicts, resample: boolean) =>
    compareTwo(x, y, resample).filter(({ metric }) => chosen.includes(metric));
  const ofTag = (tag: string, side: Verdicts) => side.filter((_, k) => shared[k]!.tags.includes(tag));
  return {
    ...pair,
    examples: shared.length,
    metrics: { a: pick(withIntervals(totals.a.all)), b: pick(withIntervals(totals.b.all)) },
    comparisons: tests(verdicts.a, verdicts.b, true),
    byTag: Object.fromEntries(
      totals.a.tags.map((tag) => [
        tag,
        {
          a: pick(withIntervals(totals.a.byTag[tag]!)),
          b: pick(withIntervals(totals.b.byTag[tag]!)),
          comparisons: tests(ofTag(tag, verdicts.a), ofTag(tag, verdicts.b), false),
        },
      ]),
    ),
    disagreements: shared.flatMap((example, k): Disagreement[] => {
      const only = (x: Verdict, y: Verdict) =>
        (Object.keys(x) as MetricName[]).filter(
          (metric) => chosen.includes(metric) && x[metric] && y[metric] === false,
        );
      const aOnly = only(verdicts.a[k]!, verdicts.b[k]!);
      const bOnly = only(verdicts.b[k]!, verdicts.a[k]!);
      if (aOnly.length + bOnly.length === 0) return [];
      const { id, tags, captions } = example;
      return [
        {
          example: id,
          tags,
          ...(a.manifest.about.task.redistribution === 'free' && { captions }),
          aOnly,
          bOnly,
          margins: { a: margins(left.get(id)!), b: margins(right.get(id)!) },
        },
      ];
    }),
  };
}

/** What differs between the settings of scorers that are compared; what only one run has is said as such. */
function settingsOf(a: StoredRun, b: StoredRun, pairs: readonly ScorerPair[]): SettingDifference[] {
  const [left, right] = [a.manifest.identity.scorers, b.manifest.identity.scorers];
  const compared = pairs.flatMap((pair) => {
    const name = pair.a === pair.b ? pair.a : `${pair.a}:${pair.b}`;
    return differences(left[pair.a], right[pair.b]).map((one) => ({ ...one, path: `${name}.${one.path}` }));
  });
  const alone = (names: object, used: readonly string[]) =>
    Object.keys(names).filter((name) => !used.includes(name));
  return [
    ...compared,
    ...alone(
      left,
      pairs.map((pair) => pair.a),
    ).map((name) => ({ path: name, a: 'scored', b: 'absent' })),
    ...alone(
      right,
      pairs.map((pair) => pair.b),
    ).map((name) => ({ path: name, a: 'absent', b: 'scored' })),
  ];
}

function differences(a: unknown, b: unknown): SettingDifference[] {
  return differencesOf(a ?? {}, b ?? {}).map(([path, left, right]) => ({ path, a: left, b: right }));
}
