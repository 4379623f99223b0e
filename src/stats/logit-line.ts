/** A straight line between two accuracies on the logit scale, and how far a model lies above it. */

import { InputError } from '../errors.ts';
import { studentTIsf } from './student-t.ts';
import { wilsonInterval } from './wilson.ts';

/** ln(p / (1 − p)), 0 < p < 1. */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

/** 1 / (1 + exp(−x)). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** An accuracy 0..1, and of how many examples where that is known. */
export interface Accuracy {
  accuracy: number;
  count?: number | undefined;
}

/** A model on the set that its kind was made for, and on a shifted one. */
export interface AccuracyPair {
  id: Accuracy;
  shifted: Accuracy;
}

/** logit(shifted) = intercept + slope · logit(id), by least squares over some models. */
export interface LogitLine {
  slope: number;
  intercept: number;
  /** Standard errors of both. */
  slopeError: number;
  interceptError: number;
  /** Standard deviation of the residuals on the logit scale, with n − 2. */
  residual: number;
  /** Squared correlation of the two logits. */
  r2: number;
  /** Models it rests on. */
  count: number;
  /** Mean of the logits of id, and the sum of their squared deviations. */
  meanX: number;
  sumX2: number;
}

/** Fewer models leave no residual to tell how sure a line is. */
export const FEWEST_MODELS = 3;

/**
 * An accuracy as the logit scale can hold it: 0 and 1 have no logit, so they count as half an example right, or wrong.
 * @returns undefined for 0 or 1 of an unknown number of examples.
 */
export function onLogitScale({ accuracy, count }: Accuracy): number | undefined {
  if (accuracy > 0 && accuracy < 1) return accuracy;
  if (count === undefined || count < 1) return undefined;
  return accuracy <= 0 ? 0.5 / count : 1 - 0.5 / count;
}

/**
 * Ordinary least squares on the logits, as Taori et al. (2020) and Miller et al. (2021) draw it; equals
 * `scipy.stats.linregress(logit(id), logit(shifted))`. Models without a place on the scale are left out.
 * @throws InputError for fewer than three models, or where all have the same id accuracy.
 */
export function fitLogitLine(models: readonly AccuracyPair[]): LogitLine {
  const points = models.flatMap(({ id, shifted }) => {
    const [x, y] = [onLogitScale(id), onLogitScale(shifted)];
    return x === undefined || y === undefined ? [] : [[logit(x), logit(y)] as const];
  });
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const sumX2 = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const sumY2 = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0);
  const sumXY = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  if (n < FEWEST_MODELS || !(sumX2 > 1e-12)) {
    throw new InputError({
      what: 'no line can be fitted',
      expected: `at least ${FEWEST_MODELS} models of unequal accuracy`,
      got: n < FEWEST_MODELS ? `${n} with a place on the logit scale` : `${n}, all alike`,
    });
  }
  const slope = sumXY / sumX2;
  const intercept = meanY - slope * meanX;
  const squares = points.reduce((sum, [x, y]) => sum + (y - intercept - slope * x) ** 2, 0);
  const residual = Math.sqrt(squares / (n - 2));
  return {
    slope,
    intercept,
    slopeError: residual / Math.sqrt(sumX2),
    interceptError: residual * Math.sqrt(1 / n + meanX ** 2 / sumX2),
    residual,
    r2: sumY2 > 0 ? Math.min(1, sumXY ** 2 / (sumX2 * sumY2)) : 1,
    count: n,
    meanX,
    sumX2,
  };
}

/** What a line says of one id accuracy. All are accuracies 0..1. */
export interface Predicted {
  shifted: number;
  /** 95 % interval of the line itself: where the mean of such models lies. */
  ci95: [lo: number, hi: number];
  /** Where 95 % of models like those of the line would lie. */
  band95: [lo: number, hi: number];
}

/**
 * The shifted accuracy on the line at an id accuracy between 0 and 1, with Student's t of n − 2 on the logit scale.
 * @param idVariance of the logit of `id`, added to the interval: 0 where `id` is taken as it is.
 */
export function predictShifted(line: LogitLine, id: number, idVariance = 0): Predicted {
  const x = logit(id);
  const y = line.intercept + line.slope * x;
  const t = studentTIsf(0.025, line.count - 2);
  const leverage = 1 / line.count + (x - line.meanX) ** 2 / line.sumX2;
  const sampling = 1.959963984540054 * line.slope * Math.sqrt(idVariance);
  const mean = Math.hypot(t * line.residual * Math.sqrt(leverage), sampling);
  const one = Math.hypot(t * line.residual * Math.sqrt(1 + leverage), sampling);
  return {
    shifted: logistic(y),
    ci95: [logistic(y - mean), logistic(y + mean)],
    band95: [logistic(y - one), logistic(y + one)],
  };
}

/** How far a model lies above a line, in accuracy. */
export interface EffectiveRobustness {
  predicted: Predicted;
  /** Shifted accuracy minus that of the line at the model's id accuracy (Taori et al. 2020, section 2). */
  effective: number;
  /** 95 % interval; of the line alone where no counts are known. */
  ci95: [lo: number, hi: number];
}

/**
 * Effective robustness with an interval put together from Wilson's of the shifted accuracy, the sampling of the id
 * accuracy (variance 1 / (n p (1 − p)) of its logit), and the line's own, by the method of Zou and Donner (2008): what
 * Newcombe's interval does for two proportions. For a model that the line was fitted to it is a little too wide.
 * @returns undefined where the id accuracy has no place on the logit scale.
 */
export function effectiveRobustness(
  line: LogitLine,
  { id, shifted }: AccuracyPair,
): EffectiveRobustness | undefined {
  const x = onLogitScale(id);
  if (x === undefined) return undefined;
  const predicted = predictShifted(line, x, id.count === undefined ? 0 : 1 / (id.count * x * (1 - x)));
  const { accuracy, count } = shifted;
  const [lo, hi] =
    count === undefined ? [accuracy, accuracy] : wilsonInterval(Math.round(accuracy * count), count);
  const effective = accuracy - predicted.shifted;
  return {
    predicted,
    effective,
    ci95: [
      effective - Math.hypot(accuracy - lo, predicted.ci95[1] - predicted.shifted),
      effective + Math.hypot(hi - accuracy, predicted.shifted - predicted.ci95[0]),
    ],
  };
}
