/** How scores differ between noise banks that were read each alone. */

import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import type { Setting } from './analysis-setting.ts';
import type { Variant } from './analyze.ts';

/** The banks of one setting. */
export interface BankSpread {
  scorer: string;
  /** What the banks have in common. */
  setting: Setting;
  seeds: number[];
  /** Mean and standard deviation (n − 1) of the banks' scores, as fractions. */
  metrics: Partial<Record<MetricName, { mean: number; deviation: number }>>;
}

/** A spread for every two or more variants that differ in the seed alone. */
export function bankSpreads(variants: readonly Variant[]): BankSpread[] {
  const groups = new Map<string, Variant[]>();
  for (const variant of variants) {
    if (variant.setting.seed === undefined) continue;
    const { seed: _, ...setting } = variant.setting;
    const key = canonicalJson({ scorer: variant.scorer, setting });
    groups.set(key, [...(groups.get(key) ?? []), variant]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const { seed: _, ...setting } = group[0]!.setting;
      return {
        scorer: group[0]!.scorer,
        setting,
        seeds: group.map((one) => one.setting.seed!),
        metrics: spreadOf(group),
      };
    });
}

function spreadOf(group: readonly Variant[]): BankSpread['metrics'] {
  const spread: BankSpread['metrics'] = {};
  for (const metric of metricNames) {
    const scores = group.flatMap(({ metrics }) => metrics[metric]?.score ?? []);
    if (scores.length < group.length) continue;
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    spread[metric] = { mean, deviation: Math.sqrt(squares / (scores.length - 1)) };
  }
  return spread;
}
