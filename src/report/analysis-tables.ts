/** A re-analysis as tables, and as tidy rows. */

import type { MetricName } from '../metrics/evaluate.ts';
import type { Setting } from '../run/analysis-setting.ts';
import type { Reanalysis, Variant } from '../run/analyze.ts';
import { weightingName } from '../scoring/weighting.ts';
import { METRIC_TITLES, percent, pValue, withInterval } from './format.ts';
import { DIFFERENCES, differenceCell } from './report-parts.ts';
import { SCORE_COLUMNS, type ScoreRow, scoreColumns } from './score-rows.ts';
import type { Part, Table } from './tables.ts';

/** The sides of a setting as words, in the order of columns. */
const SIDES = {
  loss: ({ loss }) => loss,
  'error space': ({ errorSpace }) => errorSpace,
  weighting: ({ weighting }) => (weighting === 'learned' ? 'learned' : weightingName(weighting)),
  scores: ({ normalization }) => normalization,
  timesteps: ({ timesteps }) => (timesteps ? timestepsPhrase(timesteps) : 'all'),
  'noise bank': ({ seed }) => (seed === undefined ? 'all' : `seed ${seed}`),
  trials: ({ trials }) => (trials === undefined ? 'all' : `${trials}`),
} satisfies Record<string, (setting: Setting) => string>;
type Side = keyof typeof SIDES;

/** `16 of 15–484`: how many and from which to which. */
function timestepsPhrase(timesteps: readonly number[]): string {
  const [first, last] = [timesteps[0], timesteps.at(-1)];
  return timesteps.length === 1 ? `${first}` : `${timesteps.length} of ${first}–${last}`;
}

/** A setting in words: `loss mae, scores raw`; what all variants share is left out unless `all`. */
export function settingPhrase(
  setting: Setting,
  sides: readonly Side[] = Object.keys(SIDES) as Side[],
): string {
  return sides.map((side) => `${side} ${SIDES[side](setting)}`).join(', ');
}

/** Scores of all variants, their differences from the own setting, the spread of banks, and what was left out. */
export function analysisParts(analysis: Reanalysis): Part[] {
  const { variants, leftOut, spread } = analysis;
  const sides = (Object.keys(SIDES) as Side[]).filter(
    (side) => new Set(variants.map(({ setting }) => SIDES[side](setting))).size > 1,
  );
  const shared = (Object.keys(SIDES) as Side[]).filter((side) => !sides.includes(side));
  const scorers = new Set(variants.map(({ scorer }) => scorer));
  const lead = (scorer: string) => (scorers.size > 1 ? [scorer] : []);
  const metrics = (Object.keys(METRIC_TITLES) as MetricName[]).filter((metric) =>
    variants.some((variant) => variant.metrics[metric]),
  );
  const cells = ({ setting }: Variant) => sides.map((side) => SIDES[side](setting));
  const uneven = new Set(variants.map(({ examples }) => examples)).size > 1;
  const common = shared.length > 0 ? `; in all: ${settingPhrase(variants[0]!.setting, shared)}` : '';
  const scores: Table = {
    title: `${analysis.task.name}, run ${analysis.identity.slice(0, 12)}: percent right, with 95 % Wilson intervals. First the run's own setting${common}.`,
    head: [
      ...lead('scorer'),
      ...sides,
      ...(uneven ? ['n'] : []),
      ...metrics.map((one) => METRIC_TITLES[one]),
    ],
    rows: variants.map((variant) => [
      ...lead(variant.scorer),
      ...cells(variant),
      ...(uneven ? [`${variant.examples}`] : []),
      ...metrics.map((one) => (variant.metrics[one] ? withInterval(variant.metrics[one]) : '')),
    ]),
  };
  const tests = variants.flatMap((variant) => variant.comparisons.map((one) => ({ variant, ...one })));
  // Where no example comes out otherwise there is nothing to show.
  const compared = tests
    .filter(({ aOnly, bOnly }) => aOnly + bOnly > 0)
    .map(({ variant, metric, difference, aOnly, bOnly, p, pHolm }) => [
      ...lead(variant.scorer),
      ...cells(variant),
      METRIC_TITLES[metric],
      differenceCell(difference, aOnly + bOnly),
      `${aOnly}`,
      `${bOnly}`,
      pValue(p),
      pValue(pHolm),
    ]);
  const spreads = spread.map((one) => [
    ...lead(one.scorer),
    settingPhrase(
      one.setting,
      sides.filter((side) => side !== 'noise bank'),
    ),
    one.seeds.join(', '),
    ...metrics.map((metric) => {
      const found = one.metrics[metric];
      return found ? `${percent(found.mean)} ± ${percent(found.deviation)}` : '';
    }),
  ]);
  return [
    scores,
    ...(tests.length > 0 && compared.length === 0
      ? [{ title: "No example comes out otherwise than under the run's own setting.", lines: [] }]
      : []),
    ...(compared.length > 0
      ? [
          {
            title: `Differences from the run's own setting on the same examples: ${DIFFERENCES}, exact McNemar tests, Holm's correction over all ${tests.length} of them; what makes no example come out otherwise is not shown.`,
            head: [
              ...lead('scorer'),
              ...sides,
              'metric',
              'difference',
              'only this right',
              'only own right',
              'p',
              'p, corrected',
            ],
            rows: compared,
          },
        ]
      : []),
    ...(spreads.length > 0
      ? [
          {
            title: 'Noise banks, each alone: mean ± standard deviation.',
            head: [...lead('scorer'), 'setting', 'seeds', ...metrics.map((one) => METRIC_TITLES[one])],
            rows: spreads,
          },
        ]
      : []),
    ...(leftOut.length > 0
      ? [
          {
            title: 'Left out',
            lines: leftOut.map(({ setting, reason }) => `${settingPhrase(setting)}: ${reason}`),
          },
        ]
      : []),
  ];
}

/** A score of a variant, with its difference from the own setting where it is over all examples. */
export interface AnalysisRow extends Omit<ScoreRow, 'kind' | 'reading' | 'primary'> {
  own: boolean;
  loss: string;
  errorSpace: string;
  weighting: string;
  normalization: string;
  /** How many timesteps; empty for all of the plan. */
  timesteps: number | undefined;
  firstTimestep: number | undefined;
  lastTimestep: number | undefined;
  seed: number | undefined;
  trials: number | undefined;
  difference: number | undefined;
  differenceLow: number | undefined;
  differenceHigh: number | undefined;
  p: number | undefined;
  pHolm: number | undefined;
}

/** The columns, in order. */
export const ANALYSIS_COLUMNS = [
  'run',
  'task',
  'scorer',
  'own',
  'loss',
  'errorSpace',
  'weighting',
  'normalization',
  'timesteps',
  'firstTimestep',
  'lastTimestep',
  'seed',
  'trials',
  ...SCORE_COLUMNS.slice(6),
  'difference',
  'differenceLow',
  'differenceHigh',
  'p',
  'pHolm',
] as readonly (keyof AnalysisRow)[];

/** All variants as tidy rows: one per variant, tag and metric. */
export function analysisRows({ variants, task }: Reanalysis, run: string): AnalysisRow[] {
  return variants.flatMap(({ scorer, setting, isOwn, metrics, byTag, comparisons }) => {
    const rows = (tag: string, found: Variant['metrics']) =>
      Object.entries(found).map(([metric, summary]): AnalysisRow => {
        const compared = tag === '' ? comparisons.find((one) => one.metric === metric) : undefined;
        return {
          run,
          task: task.name,
          scorer,
          own: isOwn,
          loss: setting.loss,
          errorSpace: setting.errorSpace,
          weighting: SIDES.weighting(setting),
          normalization: setting.normalization,
          timesteps: setting.timesteps?.length,
          firstTimestep: setting.timesteps?.[0],
          lastTimestep: setting.timesteps?.at(-1),
          seed: setting.seed,
          trials: setting.trials,
          tag,
          metric: metric as MetricName,
          ...scoreColumns(summary),
          difference: compared?.difference?.estimate,
          differenceLow: compared?.difference?.ci95[0],
          differenceHigh: compared?.difference?.ci95[1],
          p: compared?.p,
          pHolm: compared?.pHolm,
        };
      });
    return [...rows('', metrics), ...Object.entries(byTag).flatMap(([tag, found]) => rows(tag, found))];
  });
}
