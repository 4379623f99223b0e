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
  /** Seeds of further noise banks: the grid is walked once more for each, and bank after bank is evaluated. */
  moreSeeds?: readonly number[];
  /** Every second repeat takes the negative of the noise before it, and is evaluated right behind it. */
  antithetic?: true;
  /** Timesteps of each stage of Li et al.'s elimination, ascending; the last one's are the whole grid. */
  stages?: readonly number[];
  /** How a prefix is read: by cells (see `prefixWeights`), or by its plain mean as the published rules do. */
  prefix?: 'plain';
}

/** A specification with what follows from it; see `makePlan`. */
export interface Plan extends PlanSpec {
  /** All M · repeats · banks trials in evaluation order. */
  trials: readonly Trial[];
  /** Trials at the end of every stage. */
  stageEnds?: readonly number[];
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

/** Li et al.'s grid of M timesteps: M from ⌊step / 2⌋ on, ⌊total / M⌋ apart (`eval_prob_adaptive.py`). */
export function stageTimesteps(count: number, total: number): number[] {
  if (!Number.isInteger(count) || count < 1 || count > total) {
    throw new UsageError({
      what: 'cannot make the stages',
      where: `--samples ${count}`,
      expected: `at most ${total} timesteps in the last stage`,
    });
  }
  const step = Math.floor(total / count);
  return Array.from({ length: count }, (_, i) => Math.floor(step / 2) + i * step);
}

/** All seeds of a plan, a noise bank each. */
export function seedsOf({ seed, moreSeeds = [] }: PlanSpec): number[] {
  return [seed, ...moreSeeds];
}

/** Trials that belong together: a noise and its negative, or each alone. */
export function unitOf({ antithetic }: PlanSpec): 1 | 2 {
  return antithetic ? 2 : 1;
}

/** The plan of which every trial is a unit of the given one: a noise with its negative counts as one. */
export function planOfUnits(plan: Plan): Plan {
  if (!plan.antithetic) return plan;
  const { antithetic: _, ...spec } = plan;
  return { ...spec, repeats: plan.repeats / 2, trials: plan.trials.filter((_, k) => k % 2 === 0) };
}

/** Values per trial as values per unit: the means of whole couples. */
export function meansOfUnits(spec: PlanSpec, values: Float64Array): Float64Array {
  if (!spec.antithetic) return values;
  return Float64Array.from(
    { length: Math.floor(values.length / 2) },
    (_, k) => (values[2 * k]! + values[2 * k + 1]!) / 2,
  );
}

/** Trials of a whole plan. */
export function trialsOf(spec: PlanSpec): number {
  return spec.timesteps.length * spec.repeats * seedsOf(spec).length;
}

/**
 * The plan of a specification. Each repeat walks the grid in a scrambled van der Corput order (bit-reversed counter
 * with a random digital shift), so that every prefix covers the whole range of timesteps about evenly. With stages the
 * order is theirs, see `stagePlan`.
 */
export function makePlan(spec: PlanSpec): Plan {
  if (spec.stages) return stagePlan(spec, spec.stages);
  const count = spec.timesteps.length;
  const bits = Math.max(1, Math.ceil(Math.log2(count)));
  const unit = unitOf(spec);
  const trials: Trial[] = [];
  for (const [bank, seed] of seedsOf(spec).entries()) {
    for (let repeat = 0; repeat < spec.repeats; repeat += unit) {
      const shift = mix(seed, repeat / unit) & ((1 << bits) - 1);
      for (let i = 0; i < 1 << bits; i++) {
        const rank = reverseBits(i, bits) ^ shift;
        if (rank >= count) continue;
        const timestep = spec.timesteps[rank]!;
        for (let turn = repeat; turn < repeat + unit; turn++)
          trials.push({ timestep, noise: rank + (turn + bank * spec.repeats) * count });
      }
    }
  }
  return { ...spec, trials };
}

/**
 * Li et al.'s order: stage s takes every (M / n)-th timestep of the grid from (M / n) / 2 on, n of them, without those
 * that an earlier stage took. The stages are not nested, so that 20, 50, 100, 500 evaluates 20, 70, 150 and 500.
 */
function stagePlan(spec: PlanSpec, stages: readonly number[]): Plan {
  const { timesteps, repeats } = spec;
  const trials: Trial[] = [];
  const taken = new Set<number>();
  const stageEnds: number[] = [];
  for (const samples of stages) {
    const stride = Math.floor(timesteps.length / samples);
    for (let i = 0; i < samples; i++) {
      const rank = Math.floor(stride / 2) + i * stride;
      if (rank >= timesteps.length || taken.has(rank)) continue;
      taken.add(rank);
      for (let repeat = 0; repeat < repeats * seedsOf(spec).length; repeat++)
        trials.push({ timestep: timesteps[rank]!, noise: rank + repeat * timesteps.length });
    }
    stageEnds.push(trials.length);
  }
  return { ...spec, trials, stageEnds };
}

/**
 * Weights of the first `done` trials, summing to 1: each evaluated timestep stands for the grid points nearest to it
 * (halves at a tie) and shares that weight among its noises. Equal weights at the full plan. Read this way, a prefix
 * of a low-discrepancy order estimates the full plan's mean without leaning to the timesteps it happened to visit.
 */
export function prefixWeights(plan: Plan, done: number): Float64Array {
  const weights = new Float64Array(done);
  if (done === plan.trials.length || plan.prefix === 'plain') return weights.fill(1 / done);
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
