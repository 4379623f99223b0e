/** `winoscope robustness`: effective robustness of models, from CSV files and stored runs. */

import { UsageError } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import { runNames } from '../report/report-parts.ts';
import {
  ROBUSTNESS_COLUMNS,
  type RobustnessModel,
  robustnessParts,
  robustnessReport,
  robustnessRows,
} from '../report/robustness.ts';
import { csvOf } from '../report/tables.ts';
import { accuraciesOfRuns, type ModelAccuracies, readAccuracies } from '../run/accuracies.ts';
import { openRun } from '../run/open-run.ts';
import { analysisOf } from './options.ts';
import type { RobustnessFlags } from './robustness-command.ts';
import { printTables } from './table-formats.ts';

/** Groups that are baselines where nobody says which are. */
const BASELINE_GROUPS = ['baseline', 'standard'];

/** Carries out `winoscope robustness`; see `docs/reports.md`. @throws WinoscopeError for what the user can mend. */
export async function robustness(files: readonly string[], flags: RobustnessFlags): Promise<void> {
  const { id = [], shifted = [], percent = false, format } = flags;
  if (files.length === 0 && id.length === 0) {
    throw new UsageError({
      what: 'there is nothing to compare',
      expected: 'a CSV file, or --id RUN --shifted RUN',
    });
  }
  if (id.length !== shifted.length) {
    throw new UsageError({
      what: 'every run needs one on the shifted set',
      expected: 'as many --shifted as --id',
      got: `${id.length} and ${shifted.length}`,
    });
  }
  const analysis = analysisOf(flags);
  let metric = flags.metric;
  const [tasks, names] = [new Set<string>(), runNames(id)];
  const measured = id.flatMap((path, k) => {
    const runs = [openRun(path), openRun(shifted[k]!)] as const;
    tasks.add(runs.map(({ manifest }) => manifest.identity.task.name).join(' / '));
    const found = accuraciesOfRuns(runs, { analysis, metric, lead: id.length > 1 ? `${names[k]} ` : '' });
    metric ??= found.metric;
    return found.models;
  });
  const imported = files.flatMap((file) => readAccuracies(file, percent));
  const models = withBaselines(imported, measured, flags.baseline);
  const [task] = tasks.size === 1 ? [...tasks] : [];
  const [one = 'the in-distribution set', other = 'the shifted set'] = task?.split(' / ') ?? [];
  const report = robustnessReport(models, {
    sets: { id: one, shifted: other },
    metric: metric ?? 'accuracy',
  });
  if (format === 'html') {
    const { robustnessPage } = await import('../report/html/robustness-page.ts');
    const { printPage } = await import('./html-page.ts');
    printPage(await robustnessPage(report, packageVersion()), flags, 'the figure');
    return;
  }
  printTables(
    {
      title: 'Effective robustness',
      parts: () => robustnessParts(report),
      csv: () => csvOf(ROBUSTNESS_COLUMNS, robustnessRows(report)),
      json: report,
    },
    { ...flags, format },
    'the table',
  );
}

/** Marks the models that the line is fitted to. @throws UsageError for a name that no model or group has. */
function withBaselines(
  imported: readonly ModelAccuracies[],
  measured: readonly ModelAccuracies[],
  asked: readonly string[] | undefined,
): RobustnessModel[] {
  const all = [...imported, ...measured];
  const unknown = asked?.find((name) => !all.some(({ model, group }) => model === name || group === name));
  if (unknown !== undefined) {
    throw new UsageError({
      what: `no model and no group is called "${unknown}"`,
      where: '--baseline',
      expected: [...new Set(all.flatMap(({ group, model }) => [group, model]))]
        .filter(Boolean)
        .slice(0, 12)
        .join(', '),
    });
  }
  const hasGroups = imported.some(({ group }) => BASELINE_GROUPS.includes(group));
  const isBaseline = (one: ModelAccuracies): boolean => {
    if (asked) return asked.includes(one.model) || asked.includes(one.group);
    if (imported.length === 0) return one.group !== 'diffusion';
    return imported.includes(one) && (!hasGroups || BASELINE_GROUPS.includes(one.group));
  };
  return all.map((one) => ({ ...one, isBaseline: isBaseline(one) }));
}
