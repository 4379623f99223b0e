/** One comparison that was won by what is true: features, whose weighted sum should be above 0. */
export interface Won {
  features: readonly number[];
  /** How much it counts. */
  weight: number;
}

export interface PairwiseOptions {
  /** Strength with which the weights are held at 1. */
  ridge: number;
  /** How much each feature's weight is held, summing to 1: what it stands for. */
  shares: readonly number[];
}

const MOST_STEPS = 2000;
const TOLERANCE = 1e-9;

/**
 * Weights w ≥ 0 of features that win the most comparisons: the minimum of
 *
 *     Σ weight · ln(1 + exp(−w·x)) / Σ weight + ridge / 2 · Σ share · (w − 1)²
 *
 * the logistic loss of Bradley and Terry (1952) on differences, as Clark and Jaini (2023, section 3.2) fit their learned
 * weights. Convex; found by projected gradient steps with Nesterov's acceleration, whose size is the inverse of the
 * loss's greatest curvature. All features should have one scale: the sum at w = 1 of a typical comparison about 1 to 10.
 */
export function fitPairwise(comparisons: readonly Won[], { ridge, shares }: PairwiseOptions): number[] {
  const count = shares.length;
  const total = comparisons.reduce((sum, { weight }) => sum + weight, 0);
  // ln(1 + e⁻ˣ) curves by at most 1/4.
  const curvature =
    comparisons.reduce(
      (sum, { features, weight }) => sum + weight * features.reduce((norm, x) => norm + x * x, 0),
      0,
    ) /
      (4 * total) +
    ridge * Math.max(...shares);
  // Flat: this loop is all the time it takes.
  const rows = Float64Array.from(comparisons.flatMap(({ features }) => features));
  const shareOf = Float64Array.from(comparisons, ({ weight }) => weight / total);
  let weights = new Array<number>(count).fill(1);
  let ahead = [...weights];
  let momentum = 1;
  for (let step = 0; step < MOST_STEPS; step++) {
    const slope = ahead.map((weight, k) => ridge * shares[k]! * (weight - 1));
    for (let row = 0; row < shareOf.length; row++) {
      const at = row * count;
      let lead = 0;
      for (let k = 0; k < count; k++) lead += rows[at + k]! * ahead[k]!;
      const pull = -shareOf[row]! / (1 + Math.exp(lead));
      for (let k = 0; k < count; k++) slope[k] = slope[k]! + pull * rows[at + k]!;
    }
    const next = ahead.map((weight, k) => Math.max(0, weight - slope[k]! / curvature));
    const moved = Math.max(...next.map((weight, k) => Math.abs(weight - weights[k]!)));
    const later = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    ahead = next.map((weight, k) => weight + ((momentum - 1) / later) * (weight - weights[k]!));
    [weights, momentum] = [next, later];
    if (moved < TOLERANCE) break;
  }
  return weights;
}

/** Mean logistic loss of comparisons under weights, in nats. */
export function pairwiseLoss(comparisons: readonly Won[], weights: readonly number[]): number {
  let [sum, total] = [0, 0];
  for (const { features, weight } of comparisons) {
    const lead = features.reduce((lead, x, k) => lead + x * weights[k]!, 0);
    sum += weight * (Math.max(-lead, 0) + Math.log1p(Math.exp(-Math.abs(lead))));
    total += weight;
  }
  return sum / total;
}
