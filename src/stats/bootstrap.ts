import { InputError } from '../errors.ts';
import { type BootstrapInterval, type BootstrapMethod, resampledInterval } from './bca.ts';
import { Random } from './random.ts';

/** How to resample; equal settings and data give equal bits. */
export interface BootstrapOptions {
  /** Two-sided confidence, 0 < level < 1; 0.95 unless told. */
  level?: number;
  /** B, the number of resamples; 9999 unless told. */
  resamples?: number;
  /** Seed of the generator, 0 unless told. */
  seed?: number;
  /** `bca` unless told. */
  method?: BootstrapMethod;
  /**
   * Per example the group it belongs to. Groups are then resampled whole, and left out whole for the acceleration:
   * examples that share an image, a template or a source are not independent, and an interval that takes them to be is
   * too narrow. Without it every example is a group of its own.
   */
  clusters?: readonly (string | number)[];
}

/**
 * Bootstrap interval of the mean. Equals `scipy.stats.bootstrap` with the same resamples; with clusters, of the
 * statistic Σ of the groups' sums / Σ of the groups' counts over resampled groups (Field and Welsh 2007).
 *
 * For 0/1 verdicts without clusters prefer `wilsonInterval`, which has a defined answer when all are right: here that
 * is `degenerate`, lo = hi = estimate (see `BootstrapInterval`).
 *
 * @param values one finite number per example, such as 0/1 verdicts or margins; at least two groups
 * @throws InputError where a value is not finite, there are fewer than two groups, or an option is out of range.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions = {}): BootstrapInterval {
  const groups = groupsOf(values.length, options);
  const sums = groups.map((group) => group.reduce((sum, index) => sum + values[index]!, 0));
  const counts = groups.map((group) => group.length);
  const total = sums.reduce((sum, value) => sum + value, 0);
  const mean = (drawn: Uint32Array): number => {
    let [sum, count] = [0, 0];
    for (const group of drawn) {
      sum += sums[group]!;
      count += counts[group]!;
    }
    return sum / count;
  };
  return interval(groups.length, options, {
    estimate: total / values.length,
    statistic: mean,
    leaveOut: (group) => (total - sums[group]!) / (values.length - counts[group]!),
  });
}

/**
 * Bootstrap interval of any statistic of the examples: as `bootstrapMean`, but the statistic is called B + groups + 1
 * times. With `method: 'percentile'` it is not called with a group left out.
 *
 * @param count examples
 * @param statistic gives a finite number for a list of example indices (0 … count − 1, with repeats); it must not
 *   depend on their order, nor keep the list
 * @throws InputError where the statistic is not finite, there are fewer than two groups, or an option is out of range.
 */
export function bootstrapStatistic(
  count: number,
  statistic: (indices: readonly number[]) => number,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const groups = groupsOf(count, options);
  const all = groups.flat();
  return interval(groups.length, options, {
    estimate: statistic(all),
    statistic: (drawn) => statistic(Array.from(drawn, (group) => groups[group]!).flat()),
    leaveOut: (left) => statistic(groups.flatMap((group, index) => (index === left ? [] : group))),
  });
}

interface Statistic {
  estimate: number;
  /** Of a list of drawn groups. */
  statistic(drawn: Uint32Array): number;
  /** Of all groups but one. */
  leaveOut(group: number): number;
}

/** Draws the resamples: B times as many groups as there are, one number of the generator after the other. */
function interval(groups: number, options: BootstrapOptions, statistic: Statistic): BootstrapInterval {
  const { level = 0.95, resamples = 9999, seed = 0, method = 'bca' } = options;
  if (!Number.isInteger(resamples) || resamples < 2) refuse('at least 2 resamples', String(resamples));
  const random = new Random(seed);
  const drawn = new Uint32Array(groups);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let k = 0; k < groups; k++) drawn[k] = random.below(groups);
    return statistic.statistic(drawn);
  });
  const leftOut =
    method === 'bca' ? Float64Array.from({ length: groups }, (_, group) => statistic.leaveOut(group)) : [];
  return resampledInterval({ estimate: statistic.estimate, values, leftOut }, level, method);
}

/** Example indices by group, groups in order of first appearance. */
function groupsOf(count: number, { clusters }: BootstrapOptions): number[][] {
  if (clusters && clusters.length !== count) {
    refuse(`one group per example, ${count} in all`, String(clusters.length));
  }
  const byName = new Map<string | number, number[]>();
  for (let index = 0; index < count; index++) {
    const name = clusters ? clusters[index]! : index;
    const group = byName.get(name);
    if (group) group.push(index);
    else byName.set(name, [index]);
  }
  if (byName.size < 2) refuse('at least two examples or groups to resample', String(byName.size));
  return [...byName.values()];
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot compute a bootstrap interval', expected, got });
}
