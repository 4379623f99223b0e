/** Accuracies of models on two sets: from a CSV that somebody made, or from stored runs. */

import { readFileSync } from 'node:fs';
import { InputError, messageOf, PlanMismatchError, UsageError } from '../errors.ts';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { parseCsv } from '../scoring/csv.ts';
import type { Accuracy, AccuracyPair } from '../stats/logit-line.ts';
import type { StoredRun } from './open-run.ts';
import type { Analysis } from './summary-schema.ts';

/** One model on both sets. */
export interface ModelAccuracies extends AccuracyPair {
  model: string;
  /** What the CSV says, or the kind of the scorer. */
  group: string;
}

/**
 * Reads `model,id_accuracy,ood_accuracy` with, if it has them, `id_count`, `ood_count` (or `count` for both) and `group`;
 * other columns are passed over. Accuracies are fractions, or percent where `isPercent`.
 * @throws InputError naming the line of the first cell that is none.
 */
export function readAccuracies(path: string, isPercent: boolean): ModelAccuracies[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({
      what: 'cannot read the accuracies',
      where: path,
      got: messageOf(error),
      ...((error as NodeJS.ErrnoException).code === 'EISDIR' && {
        fix: 'Stored runs are passed as --id RUN --shifted RUN.',
      }),
    });
  }
  const [head, ...rows] = parseCsv(text, path);
  const names = head?.cells.map((cell) => cell.trim()) ?? [];
  const needed = ['model', 'id_accuracy', 'ood_accuracy'];
  if (!needed.every((name) => names.includes(name)) || rows.length === 0) {
    throw new InputError({
      what: 'the file holds no accuracies',
      where: path,
      expected: `the columns ${needed.join(',')} and at least one row`,
      got: rows.length === 0 && head ? 'no row' : names.slice(0, 6).join(','),
    });
  }
  const seen = new Set<string>();
  return rows.map(({ line, cells }) => {
    const where = `${path}, line ${line}`;
    const cell = (name: string) => cells[names.indexOf(name)]?.trim() ?? '';
    const one = (side: 'id' | 'ood') =>
      readAccuracy(cell(`${side}_accuracy`), cell(`${side}_count`) || cell('count'), {
        where,
        name: `${side}_accuracy`,
        isPercent,
      });
    const model = cell('model');
    if (model === '' || seen.has(model))
      throw new InputError({
        what: model === '' ? 'a row names no model' : 'a model has two rows',
        where,
        got: `"${model}"`,
      });
    seen.add(model);
    return { model, group: cell('group'), id: one('id'), shifted: one('ood') };
  });
}

function readAccuracy(
  text: string,
  countText: string,
  { where, name, isPercent }: { where: string; name: string; isPercent: boolean },
): Accuracy {
  const value = Number(text) / (isPercent ? 100 : 1);
  if (text === '' || !(value >= 0 && value <= 1)) {
    throw new InputError({
      what: `column "${name}" is no accuracy`,
      where,
      expected: isPercent ? 'a number from 0 to 100' : 'a number from 0 to 1',
      got: `"${text}"`,
      ...(!isPercent && Number(text) > 1 && { fix: 'Pass --percent where the numbers are percent.' }),
    });
  }
  if (countText === '') return { accuracy: value };
  const count = Number(countText);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InputError({
      what: 'a number of examples is none',
      where,
      expected: 'a whole number of at least 1',
      got: `"${countText}"`,
    });
  return { accuracy: value, count };
}

/** The metric of two runs' summaries: the one that was asked for, or the first that both have. */
function metricOf(
  found: readonly (readonly string[])[],
  asked: MetricName | undefined,
  where: string,
): MetricName {
  const shared = metricNames.filter((metric) => found.every((names) => names.includes(metric)));
  const metric = asked ?? (shared.includes('accuracy') ? 'accuracy' : shared[0]);
  if (metric !== undefined && shared.includes(metric)) return metric;
  throw new UsageError({
    what:
      asked === undefined ? 'the runs share no metric' : `the runs do not both have the metric "${asked}"`,
    where,
    expected: shared.join(', ') || 'runs of tasks of one shape',
  });
}

/**
 * Every scorer that two runs share, by its accuracy in each.
 * @param lead put before each scorer's name, where there are several pairs of runs.
 * @throws PlanMismatchError where a scorer is another model in the second run; UsageError where they share no scorer or metric.
 */
export function accuraciesOfRuns(
  [id, shifted]: readonly [StoredRun, StoredRun],
  { analysis, metric: asked, lead }: { analysis: Analysis; metric: MetricName | undefined; lead: string },
): { metric: MetricName; models: ModelAccuracies[] } {
  const [a, b] = [id.summarize(analysis), shifted.summarize(analysis)];
  const where = `${id.folder.path} and ${shifted.folder.path}`;
  const names = Object.keys(a.scorers).filter((name) => b.scorers[name]);
  if (names.length === 0) throw new UsageError({ what: 'the runs have no scorer of the same name', where });
  const metric = metricOf(
    names.flatMap((name) => [a, b].map(({ scorers }) => Object.keys(scorers[name]!.metrics))),
    asked,
    where,
  );
  const models = names.map((name) => {
    const files = [id, shifted].map(({ manifest }) => {
      const scorer = manifest.identity.scorers[name]!;
      return canonicalJson('files' in scorer ? scorer.files : scorer.kind);
    });
    if (files[0] !== files[1]) {
      throw new PlanMismatchError({
        what: `scorer "${name}" is not the same model in both runs`,
        where,
        fix: 'Score both sets with the same model files.',
      });
    }
    const one = ({ scorers }: typeof a): Accuracy => {
      const { score, count } = scorers[name]!.metrics[metric]!;
      return { accuracy: score, count };
    };
    return { model: `${lead}${name}`, group: a.scorers[name]!.kind, id: one(a), shifted: one(b) };
  });
  return { metric, models };
}
