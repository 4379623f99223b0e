/** The whole report from stored runs. */

import { packageVersion } from '../../hub/package-root.ts';
import type { StoredRun } from '../../run/open-run.ts';
import { type RobustnessModel, robustnessParts, robustnessReport } from '../robustness.ts';
import { lossFigure, savingFigure, strategyFigure, timestepFigure } from './figures.ts';
import { modelFindings } from './findings.ts';
import type { Material, Part } from './material.ts';
import { outcomes } from './outcome.ts';
import type { PaperReport, PaperRun } from './paper-report.ts';
import { samplingFindings } from './sampling-findings.ts';
import { lossTable, objectiveTable, supervisedTable, swapsTable, zeroShotTable } from './tables.ts';
import { eliminationTable, type Saving, spreadTable } from './trial-tables.ts';

/** What the runs themselves do not say. */
export interface AssemblyOptions {
  /** Elimination and pruning: every setting of the table, and the two that findings are about. */
  savings: readonly Saving[];
  chosen: { stages: Saving; prune: Saving };
  runs: readonly PaperRun[];
  reduced: boolean;
}

/**
 * Tables, figures and findings; all of it from stored trials, without a model.
 * @throws UsageError where a run is not what a table needs: stopped early, or with one noise per timestep.
 */
export function paperReport(
  material: Material,
  { savings, chosen, runs, reduced }: AssemblyOptions,
): PaperReport {
  const places = [...material.sets.keys()];
  const effective = robustnessReport(modelsOf(material), {
    sets: { id: material.sets[0]!.label, shifted: material.sets.at(-1)!.label },
    metric: 'accuracy',
  });
  return {
    format: 1,
    kind: 'paper',
    version: packageVersion(),
    reduced,
    findings: [...modelFindings(material, effective), ...samplingFindings(material, chosen)],
    tables: [
      zeroShotTable(material),
      ...material.swaps.map((_, place) => swapsTable(material, place)),
      supervisedTable(material),
      lossTable(material),
      objectiveTable(material),
      eliminationTable(material, savings),
      spreadTable(material),
    ],
    figures: [
      timestepFigure(material),
      ...places.map((place) => strategyFigure(material, place)),
      ...places.map((place) => lossFigure(material, place)),
      ...places.map((place) => savingFigure(material, place, savings)),
    ],
    effective,
    robustness: robustnessParts(effective),
    runs,
  };
}

/** All models on the first and the last set; the line goes through the discriminative ones. */
function modelsOf({ sets, parts, discriminative, dit }: Material): RobustnessModel[] {
  const [first, last] = [sets[0]!, sets.at(-1)!];
  const accuracyOf = (run: StoredRun, { scorer }: Part) => {
    const found = outcomes(run, { scorer, metric: 'accuracy' });
    const correct = [...found.values()].filter(Boolean).length;
    return { accuracy: correct / Math.max(1, found.size), count: found.size };
  };
  const model = (part: Part, from: 'zeroShot' | 'supervised', group: string): RobustnessModel => ({
    model: part.title,
    group,
    isBaseline: group === 'discriminative',
    id: accuracyOf(first[from], part),
    shifted: accuracyOf(last[from], part),
  });
  return [
    ...discriminative.map((part) => model(part, 'supervised', 'discriminative')),
    model(parts.features, 'zeroShot', 'discriminative'),
    model(parts.linear, 'zeroShot', 'discriminative'),
    model(parts.synthetic, 'zeroShot', 'synthetic data'),
    model(parts.clip, 'zeroShot', 'zero-shot'),
    model(parts.diffusion, 'zeroShot', 'zero-shot'),
    model(dit, 'supervised', 'supervised diffusion'),
  ];
}
