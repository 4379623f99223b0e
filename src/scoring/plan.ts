/** Which (timestep, noise) pairs a run evaluates, and in what order: fixed before anything is evaluated. */

import { UsageError } from '../errors.ts';

/** One noising of a latent: at which timestep, with which noise. */
export interface Trial {
  timestep: number;
  /** Index in the noise bank: rank of the timestep in the grid, plus M per repeat. Never the evaluation order. */
  noise: number;
}

/** What makes a plan; equal specifications give equal plans. */
export interface PlanSpec {
  /** The grid: M distinct timesteps, ascending. */
  timesteps: readonly number[];
  /** Noises per timestep. */
  repeats: number;
  /** Scrambles the evaluation order; the noise bank has its own use of the same number. */
  seed: number;
}

/** A specification with what follows from it; see `makePlan`. */
export interface Plan extends PlanSpec {
  /** All M · repeats trials in evaluation order. */
  trials: readonly Trial[];
}

/**
 * `count` timesteps spread evenly over the whole range: t_i = ⌊(i + ½) · total / count⌋. Equals Li et al.'s grid
 * (start = step / 2, step = total / count) wherever count divides total.
 * @throws UsageError unless 1 ≤ count ≤ total.
 */
export function uniformTimesteps(count: number, total: number): number[] {
  if (!Number.isInteger(count) || count < 1 || count > total) {
    throw new UsageError({
      what: 'cannot spread the timesteps',
      where: `--timesteps ${count}`,
      expected: `a number from 1 to ${total}`,
    });
  }
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count));
}

/**
 * Reads `--timesteps`: `N` (spread evenly), `A,B,C` (a list), or `A:B:STEP` (B exclusive, as Python's range).
 * @param total T of the model's schedule.
 * @throws UsageError for anything else, or a timestep outside 0 … T − 1.
 */
export function parseTimesteps(text: string, total: number): number[] {
  const numbers = text
    .split(/[,:\s]+/)
    .filter((part) => part !== '')
    .map(Number);
  const refuse = (got: string): never => {
    throw new UsageError({
      what: 'cannot read the timesteps',
      where: `--timesteps ${text}`,
      expected: `a count, a list "10,250,990" or a range "0:${total}:10", all within 0 to ${total - 1}`,
      got,
    });
  };
  const readable = /^[-\d,:\s]+$/.test(text) && numbers.every(Number.isInteger);
  if (numbers.length === 0 || !readable) refuse('no whole numbers');
  if (/^\s*\d+\s*$/.test(text)) return uniformTimesteps(numbers[0]!, total);
  let list = numbers;
  if (text.includes(':')) {
    const [from = 0, to = total, step = 1] = numbers;
    if (!/^\s*-?\d+:-?\d+(:-?\d+)?\s*$/.test(text) || step < 1) refuse('a range that is none');
    list = [];
    for (let t = from; t < to; t += step) list.push(t);
  }
  const outside = list.find((t) => t < 0 || t >= total);
  if (outside !== undefined) refuse(`${outside}`);
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  if (sorted.length === 0) refuse('an empty range');
  return sorted;
}

/**
 * The plan of a specification. Each repeat walks the grid in a scrambled van der Corput order (bit-reversed counter
 * with a random digital shift), so that every prefix covers the whole range of timesteps about evenly.
 */
export function makePlan(spec: PlanSpec): Plan {
  const count = spec.timesteps.length;
  const bits = Math.max(1, Math.ceil(Math.log2(count)));
  const trials: Trial[] = [];
  for (let repeat = 0; repeat < spec.repeats; repeat++) {
    const shift = mix(spec.seed, repeat) & ((1 << bits) - 1);
    for (let i = 0; i < 1 << bits; i++) {
      const rank = reverseBits(i, bits) ^ shift;
      if (rank < count) trials.push({ timestep: spec.timesteps[rank]!, noise: rank + repeat * count });
    }
  }
  return { ...spec, trials };
}

/**
 * Weights of the first `done` trials, summing to 1: each evaluated timestep stands for the grid points nearest to it
 * (halves at a tie) and shares that weight among its noises. Equal weights at the full plan. Read this way, a prefix
 * of a low-discrepancy order estimates the full plan's mean without leaning to the timesteps it happened to visit.
 */
export function prefixWeights(plan: Plan, done: number): Float64Array {
  const weights = new Float64Array(done);
  if (done === plan.trials.length) return weights.fill(1 / done);
  const trials = plan.trials.slice(0, done);
  const seen = new Map<number, number>();
  for (const { timestep } of trials) seen.set(timestep, (seen.get(timestep) ?? 0) + 1);
  const visited = [...seen.keys()].sort((a, b) => a - b);
  const cells = new Map(visited.map((t) => [t, 0]));
  let next = 0;
  for (const t of plan.timesteps) {
    while (next < visited.length - 1 && visited[next]! < t) next++;
    const above = visited[next]!;
    const below = visited[Math.max(0, next - 1)]!;
    const toAbove = Math.abs(above - t);
    const toBelow = Math.abs(t - below);
    const share = toAbove === toBelow ? 0.5 : toAbove < toBelow ? 1 : 0;
    cells.set(above, cells.get(above)! + share);
    cells.set(below, cells.get(below)! + 1 - share);
  }
  for (const [k, { timestep }] of trials.entries()) {
    weights[k] = cells.get(timestep)! / seen.get(timestep)! / plan.timesteps.length;
  }
  return weights;
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let b = 0; b < bits; b++) if (value & (1 << b)) reversed |= 1 << (bits - 1 - b);
  return reversed;
}

/** A well-mixed 31-bit number of two (the finalizer of MurmurHash3). */
function mix(seed: number, index: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}
