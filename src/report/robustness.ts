/** Effective robustness: how far models lie above the line that others draw between two sets. Rows for tables and plots. */

import {
  type Accuracy,
  type AccuracyPair,
  effectiveRobustness,
  FEWEST_MODELS,
  fitLogitLine,
  type LogitLine,
  onLogitScale,
  predictShifted,
} from '../stats/logit-line.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import { percent, signed } from './format.ts';
import type { Part } from './tables.ts';

/** One model with its accuracies, 0..1. */
export interface RobustnessModel extends AccuracyPair {
  model: string;
  /** What kind of model it is; empty where that is not said. */
  group: string;
  /** Whether the line is fitted to it. */
  isBaseline: boolean;
}

/** A point of the figure, and what the line says of it. */
export interface RobustnessRow {
  model: string;
  group: string;
  isBaseline: boolean;
  id: number;
  shifted: number;
  /** Examples, where they are known, with Wilson's 95 % interval. */
  idCount?: number;
  shiftedCount?: number;
  idCi95?: [lo: number, hi: number];
  shiftedCi95?: [lo: number, hi: number];
  /** shifted − id. */
  drop: number;
  /** Shifted accuracy on the line at this id accuracy; absent where there is no line, or no place on it. */
  predicted?: number;
  /** shifted − predicted, with its 95 % interval. */
  effective?: number;
  effectiveCi95?: [lo: number, hi: number];
  /** Whether it lies outside of where 95 % of models like the baselines would. */
  beyondBaselines?: boolean;
  /** Accuracies of 0 or 1, which count as half an example on the logit scale. */
  moved: ('id' | 'shifted')[];
}

/** A point of the line, with the interval of the line and the band of single models. */
export interface LinePoint {
  id: number;
  shifted: number;
  ci95: [lo: number, hi: number];
  band95: [lo: number, hi: number];
}

/** The whole figure. */
export interface RobustnessReport {
  format: 1;
  kind: 'robustness';
  /** What the two accuracies are of. */
  sets: { id: string; shifted: string };
  metric: string;
  /** logit(shifted) = intercept + slope · logit(id); absent where there are too few baselines, and `why` says so. */
  line?: LogitLine;
  why?: string;
  curve: LinePoint[];
  rows: RobustnessRow[];
}

/** Points that the line is drawn through. */
const STEPS = 60;

/** Fits the line to the baselines and places every model against it. */
export function robustnessReport(
  models: readonly RobustnessModel[],
  about: Pick<RobustnessReport, 'sets' | 'metric'>,
): RobustnessReport {
  const baselines = models.filter(
    ({ isBaseline, id, shifted }) =>
      isBaseline && onLogitScale(id) !== undefined && onLogitScale(shifted) !== undefined,
  );
  const distinct = new Set(baselines.map(({ id }) => onLogitScale(id)));
  const isEnough = baselines.length >= FEWEST_MODELS && distinct.size > 1;
  const line = isEnough ? fitLogitLine(baselines) : undefined;
  return {
    format: 1,
    kind: 'robustness',
    ...about,
    ...(line
      ? { line }
      : {
          why: `A line needs at least ${FEWEST_MODELS} baseline models of unequal accuracy, none of them at 0 or 1 of an unknown number of examples; there ${baselines.length === 1 ? 'is' : 'are'} ${baselines.length}.`,
        }),
    curve: line ? curveOf(line, models) : [],
    rows: models.map((model) => rowOf(model, line)),
  };
}

function rowOf(
  { model, group, isBaseline, id, shifted }: RobustnessModel,
  line: LogitLine | undefined,
): RobustnessRow {
  const found = line && effectiveRobustness(line, { id, shifted });
  const moved = (['id', 'shifted'] as const).filter((side) => {
    const one = side === 'id' ? id : shifted;
    return (one.accuracy <= 0 || one.accuracy >= 1) && onLogitScale(one) !== undefined;
  });
  return {
    model,
    group,
    isBaseline,
    id: id.accuracy,
    shifted: shifted.accuracy,
    ...(id.count !== undefined && { idCount: id.count, idCi95: ciOf(id) }),
    ...(shifted.count !== undefined && { shiftedCount: shifted.count, shiftedCi95: ciOf(shifted) }),
    drop: shifted.accuracy - id.accuracy,
    ...(found && {
      predicted: found.predicted.shifted,
      effective: found.effective,
      effectiveCi95: found.ci95,
      beyondBaselines:
        shifted.accuracy < found.predicted.band95[0] || shifted.accuracy > found.predicted.band95[1],
    }),
    moved,
  };
}

function ciOf({ accuracy, count = 0 }: Accuracy): [number, number] {
  return wilsonInterval(Math.round(accuracy * count), count);
}

/** From the least to the greatest id accuracy, evenly on the logit scale. */
function curveOf(line: LogitLine, models: readonly RobustnessModel[]): LinePoint[] {
  const places = models.flatMap(({ id }) => onLogitScale(id) ?? []).map((p) => Math.log(p / (1 - p)));
  const [from, to] = [Math.min(...places), Math.max(...places)];
  return Array.from({ length: STEPS + 1 }, (_, k) => {
    const id = 1 / (1 + Math.exp(-(from + ((to - from) * k) / STEPS)));
    return { id, ...predictShifted(line, id) };
  });
}

/** The table, the line in words, and what was done about 0 and 1. */
export function robustnessParts({ sets, metric, line, why, rows }: RobustnessReport): Part[] {
  const interval = (ci: readonly number[] | undefined) => (ci ? ` [${ci.map(percent).join(', ')}]` : '');
  const moved = rows.filter((row) => row.moved.length > 0).map(({ model }) => model);
  const sentences = [
    ...(why === undefined ? [] : [why]),
    ...(line
      ? [
          `logit(shifted) = ${decimal(line.intercept)} + ${decimal(line.slope)} · logit(id), fitted to ${line.count} baselines by least squares; standard errors ${line.interceptError.toFixed(3)} and ${line.slopeError.toFixed(3)}, residual ${line.residual.toFixed(3)}, R² ${line.r2.toFixed(3)}.`,
          'Effective robustness is the shifted accuracy minus that of the line; its interval takes in the examples of both sets, where their number is known, and the line.',
        ]
      : []),
    ...(moved.length > 0
      ? [
          `0 and 100 % have no logit and count as half an example right or wrong on that scale: ${moved.join(', ')}.`,
        ]
      : []),
  ];
  return [
    {
      title: `${metric} in percent, on ${sets.id} and, shifted, on ${sets.shifted}; with 95 % intervals.`,
      head: [
        'model',
        'group',
        'id',
        'shifted',
        'drop',
        'on the line',
        'effective robustness',
        'beyond baselines',
      ],
      rows: rows.map((row) => [
        row.model,
        row.isBaseline ? `${row.group === '' ? '' : `${row.group}, `}baseline` : row.group,
        `${percent(row.id)}${interval(row.idCi95)}`,
        `${percent(row.shifted)}${interval(row.shiftedCi95)}`,
        signed(row.drop),
        row.predicted === undefined ? '' : percent(row.predicted),
        row.effective === undefined || !row.effectiveCi95
          ? ''
          : `${signed(row.effective)} [${row.effectiveCi95.map(signed).join(', ')}]`,
        row.beyondBaselines === undefined ? '' : row.beyondBaselines ? 'yes' : 'no',
      ]),
    },
    { title: 'How', lines: sentences },
  ];
}

/** The columns of the CSV: those that the import reads, then what follows from them. */
export const ROBUSTNESS_COLUMNS = [
  'model',
  'group',
  'baseline',
  'id_accuracy',
  'ood_accuracy',
  'id_count',
  'ood_count',
  'drop',
  'predicted',
  'effective',
  'effectiveLow',
  'effectiveHigh',
  'beyondBaselines',
] as const;

/** Tidy rows of those columns. */
export function robustnessRows({
  rows,
}: RobustnessReport): Record<(typeof ROBUSTNESS_COLUMNS)[number], unknown>[] {
  return rows.map((row) => ({
    model: row.model,
    group: row.group,
    baseline: row.isBaseline,
    id_accuracy: row.id,
    ood_accuracy: row.shifted,
    id_count: row.idCount,
    ood_count: row.shiftedCount,
    drop: row.drop,
    predicted: row.predicted,
    effective: row.effective,
    effectiveLow: row.effectiveCi95?.[0],
    effectiveHigh: row.effectiveCi95?.[1],
    beyondBaselines: row.beyondBaselines,
  }));
}

function decimal(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
