import { InputError } from '../errors.ts';

/** `width`: [0, 1] cut into equal parts. `count`: about equally many examples in each. */
export type Binning = 'width' | 'count';

/** One bin of a reliability diagram; every bin holds at least one example. */
export interface ReliabilityBin {
  /** Bounds of the bin for `width`, least and greatest probability in it for `count`. */
  lo: number;
  hi: number;
  count: number;
  /** Mean predicted probability. */
  confidence: number;
  /** Share of examples where the event happened. */
  accuracy: number;
}

/** Predictions with what happened: `probabilities[i]` was given to an event that happened where `outcomes[i]`. */
export interface Predictions {
  /** In [0, 1]. */
  probabilities: readonly number[];
  outcomes: readonly boolean[];
}

/**
 * The bins of a reliability diagram. `width`: bin j of B holds j/B ≤ p < (j + 1)/B, the last one also p = 1. `count`:
 * the examples in ascending order of p are cut behind the ⌊j n / B⌋-th, and each cut moves up to the next larger p, so
 * that equal probabilities stay together and the result does not depend on the order given. Empty bins are left out.
 *
 * @param bins B ≥ 1
 * @throws InputError where a probability is not in [0, 1], the lists differ in length or are empty, or bins is below 1.
 */
export function reliability(
  predictions: Predictions,
  bins = 15,
  binning: Binning = 'width',
): ReliabilityBin[] {
  check(predictions);
  if (!Number.isInteger(bins) || bins < 1) refuse('at least one bin', String(bins));
  const { probabilities } = predictions;
  const order = probabilities.map((_, index) => index).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const groups =
    binning === 'width' ? byWidth(order, probabilities, bins) : byCount(order, probabilities, bins);
  return groups.map(({ lo, hi, members }) => ({
    lo,
    hi,
    count: members.length,
    confidence: members.reduce((sum, index) => sum + probabilities[index]!, 0) / members.length,
    accuracy: members.filter((index) => predictions.outcomes[index]).length / members.length,
  }));
}

/**
 * Expected calibration error, Σ (count / n) |accuracy − confidence| over the bins (Naeini, Cooper and Hauskrecht 2015);
 * 0..1. It depends on the bins, and is above 0 by chance alone for few examples.
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, confidence, accuracy }) => sum + (count / total) * Math.abs(accuracy - confidence),
    0,
  );
}

/** Maximum calibration error, the largest |accuracy − confidence| of any bin; 0..1, and loud where bins are small. */
export function maximumCalibrationError(bins: readonly ReliabilityBin[]): number {
  return bins.reduce((most, { confidence, accuracy }) => Math.max(most, Math.abs(accuracy - confidence)), 0);
}

/**
 * Brier (1950) score, the mean of (p − outcome)²; 0 is best, 0.25 is what p = ½ always gets.
 *
 * @throws InputError where a probability is not in [0, 1], or the lists differ in length or are empty.
 */
export function brierScore(predictions: Predictions): number {
  check(predictions);
  const { probabilities, outcomes } = predictions;
  const squares = probabilities.reduce((sum, p, index) => sum + (p - Number(outcomes[index])) ** 2, 0);
  return squares / probabilities.length;
}

/**
 * Log loss in nats, the mean of −ln p where the event happened and −ln(1 − p) where not; ln 2 ≈ 0.693 is what p = ½
 * always gets. Infinite as soon as something called impossible happened: nothing is clipped.
 *
 * @throws InputError where a probability is not in [0, 1], or the lists differ in length or are empty.
 */
export function logLoss(predictions: Predictions): number {
  check(predictions);
  const { probabilities, outcomes } = predictions;
  const sum = probabilities.reduce(
    (total, p, index) => total - (outcomes[index] ? Math.log(p) : Math.log1p(-p)),
    0,
  );
  return sum / probabilities.length;
}

interface Group {
  lo: number;
  hi: number;
  members: number[];
}

function byWidth(order: readonly number[], probabilities: readonly number[], bins: number): Group[] {
  const groups = Array.from(
    { length: bins },
    (_, bin): Group => ({
      lo: bin / bins,
      hi: (bin + 1) / bins,
      members: [],
    }),
  );
  for (const index of order) {
    groups[Math.min(bins - 1, Math.floor(probabilities[index]! * bins))]!.members.push(index);
  }
  return groups.filter(({ members }) => members.length > 0);
}

function byCount(order: readonly number[], probabilities: readonly number[], bins: number): Group[] {
  const at = (place: number) => probabilities[order[place]!]!;
  const groups: Group[] = [];
  let from = 0;
  for (let bin = 1; bin <= bins; bin++) {
    let to = Math.max(from, Math.floor((bin * order.length) / bins));
    while (to > from && to < order.length && at(to) === at(to - 1)) to++;
    if (to === from) continue;
    groups.push({ lo: at(from), hi: at(to - 1), members: order.slice(from, to) });
    from = to;
  }
  return groups;
}

function check({ probabilities, outcomes }: Predictions): void {
  if (probabilities.length === 0 || probabilities.length !== outcomes.length) {
    refuse(
      'as many outcomes as probabilities, at least one',
      `${probabilities.length} and ${outcomes.length}`,
    );
  }
  const bad = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) refuse('probabilities in [0, 1]', String(bad));
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot judge calibration', expected, got });
}
