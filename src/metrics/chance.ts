import {
  largestMatching,
  type MetricName,
  matchingOf,
  metricNames,
  type Shape,
  transpose,
  truthMask,
} from './score-matrix.ts';

type Mask = readonly (readonly boolean[])[];

/** Up to this many true pairs the group chance is exact for any truth: 2^16 subsets, about 20 ms. */
const EXACT_PAIRS = 16;
const SAMPLED_ORDERS = 20_000;

/** Group chance by shape and truth; a task has few of them. */
const known = new Map<string, number>();

/**
 * The probability (0..1) that a scorer gives the right verdict when its scores are independent draws from one
 * continuous distribution, which has no ties:
 *
 * - `text`: product over images of t! f! / (t + f)! for t true and f false captions; `image` over captions;
 *   `accuracy` the same for its one row or column.
 * - `group`: (k−1)! / (2k−1)! for k × k with a perfect matching; other truths exactly up to 16 true pairs, above
 *   that by Monte Carlo over orders of the true pairs (fixed seed, so the value never changes).
 * - `groupMatch`: 1 / k!, as each matching is as likely to be the best.
 *
 * @returns undefined exactly where the verdict is undefined: the shape does not have the metric.
 */
export function chance(shape: Shape, metric: MetricName): number | undefined {
  const mask = truthMask(shape);
  const flat = shape.images < 2 || shape.captions < 2;
  if (metric === 'accuracy') {
    if (!flat) return undefined;
    return shape.images === 1
      ? rowsChance(mask)
      : shape.captions === 1
        ? rowsChance(transpose(mask))
        : undefined;
  }
  if (flat) return undefined;
  const matching = matchingOf(shape);
  switch (metric) {
    case 'text':
      return rowsChance(mask);
    case 'image':
      return rowsChance(transpose(mask));
    case 'group':
      if (rowsChance(mask) === undefined || rowsChance(transpose(mask)) === undefined) return undefined;
      return matching ? matchingGroupChance(matching.length) : groupChance(mask);
    case 'groupMatch':
      return matching && matching.length <= largestMatching ? 1 / factorial(matching.length) : undefined;
  }
}

/** `chance` of every metric that the shape has. */
export function chances(shape: Shape): Partial<Record<MetricName, number>> {
  const result: Partial<Record<MetricName, number>> = {};
  for (const metric of metricNames) {
    const value = chance(shape, metric);
    if (value !== undefined) result[metric] = value;
  }
  return result;
}

/** Product over rows of t! f! / (t + f)!; undefined where no row has both a true and a false entry. */
function rowsChance(mask: Mask): number | undefined {
  let product: number | undefined;
  for (const row of mask) {
    const right = row.filter(Boolean).length;
    if (right === 0 || right === row.length) continue;
    product = (product ?? 1) * allAbove(right, row.length - right);
  }
  return product;
}

/** t! f! / (t + f)! without the factorials, which overflow at 171. */
function allAbove(right: number, wrong: number): number {
  let value = 1;
  for (let j = 1; j <= right; j++) value *= j / (wrong + j);
  return value;
}

/**
 * (k−1)! / (2k−1)!. With the true scores in ascending order u₁ < … < u_k, every false pair lies below the lower of the
 * true scores in its row and column; 2(k − m) false pairs have u_m as that bound. Hence for uniform scores
 * P = k! ∫ Π u_m^(2(k−m)) = k! Π_m 1 / (m (2k − m)), which is the quotient above.
 */
function matchingGroupChance(k: number): number {
  let value = 1;
  for (let j = k; j < 2 * k; j++) value /= j;
  return value;
}

/**
 * The same integral for any truth: P = Σ over orders of the true pairs of Π_m 1 / (m + N(S_m)), S_m the lowest m of
 * them and N(S) the number of false pairs with a member of S in their row or column. N depends on the set alone, so
 * the sum runs over subsets: P(S) = Σ_{t ∈ S} P(S − t) / (|S| + N(S)).
 */
function groupChance(mask: Mask): number {
  const key = mask.map((row) => row.map(Number).join('')).join('/');
  const stored = known.get(key);
  if (stored !== undefined) return stored;
  const pairs = mask.flatMap((row, image) =>
    row.flatMap((isTrue, caption) => (isTrue ? [{ image, caption }] : [])),
  );
  const rivals = mask.flatMap((row, image) =>
    row.flatMap((isTrue, caption) => {
      const bounds = pairs.flatMap((pair, index) =>
        pair.image === image || pair.caption === caption ? [index] : [],
      );
      return isTrue || bounds.length === 0 ? [] : [bounds];
    }),
  );
  const value =
    pairs.length <= EXACT_PAIRS ? exactSum(pairs.length, rivals) : sampledSum(pairs.length, rivals);
  known.set(key, value);
  return value;
}

/** P of the full set, subsets as bit masks; `rivals[f]` lists the true pairs that bound false pair f. */
function exactSum(count: number, rivals: readonly number[][]): number {
  const bounds = rivals.map((list) => list.reduce((bits, index) => bits | (1 << index), 0));
  const value = new Float64Array(1 << count);
  value[0] = 1;
  for (let set = 1; set < value.length; set++) {
    let sum = 0;
    let divisor = 0;
    for (let index = 0; index < count; index++) {
      if ((set & (1 << index)) === 0) continue;
      sum += value[set ^ (1 << index)]!;
      divisor++;
    }
    for (const bits of bounds) if ((bits & set) !== 0) divisor++;
    value[set] = sum / divisor;
  }
  return value.at(-1)!;
}

/** The mean over random orders of Π m / (m + N(S_m)), whose spread is far below that of drawing scores. */
function sampledSum(count: number, rivals: readonly number[][]): number {
  const random = congruential(1);
  const order = Array.from({ length: count }, (_, index) => index);
  const rank = new Array<number>(count);
  let total = 0;
  for (let draw = 0; draw < SAMPLED_ORDERS; draw++) {
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    for (const [place, index] of order.entries()) rank[index] = place;
    const claimed = new Array<number>(count).fill(0);
    for (const bounds of rivals) {
      let lowest = count;
      for (const index of bounds) if (rank[index]! < lowest) lowest = rank[index]!;
      claimed[lowest]!++;
    }
    let below = 0;
    let weight = 1;
    for (const [place, more] of claimed.entries()) {
      below += more;
      weight *= (place + 1) / (place + 1 + below);
    }
    total += weight;
  }
  return total / SAMPLED_ORDERS;
}

/** Numbers in [0, 1) from a linear congruential generator (Numerical Recipes' constants). */
function congruential(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
