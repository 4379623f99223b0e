import { InputError } from '../errors.ts';
import type { BootstrapInterval } from './bca.ts';
import { type BootstrapOptions, bootstrapMean } from './bootstrap.ts';

/**
 * Bootstrap interval of how much better A does than B on the same examples: the mean of aᵢ − bᵢ, whose pairs are
 * resampled together (`scipy.stats.bootstrap((a, b), …, paired=True)` with `mean(a − b)`). What makes an example
 * hard for both cancels, so it is narrower than two intervals side by side. It holds 0 where the difference is within
 * what the choice of examples can explain; `mcnemarExact` is the test for 0/1 verdicts. With few or very unequal
 * groups it is a little short: of 60 groups of 1 to 4 examples it missed the truth in 6 to 7 % of simulations.
 *
 * Where every example differs by the same amount (A and B agree throughout, say) the answer is `degenerate`, lo = hi.
 *
 * @param a one finite number per example: 0/1 verdicts, or scores in a common unit
 * @param b the same examples in the same order
 * @param options as for `bootstrapMean`; `clusters` names each example's group
 * @throws InputError where the lengths differ, a value is not finite, or there are fewer than two examples or groups.
 */
export function pairedBootstrap(
  a: readonly number[],
  b: readonly number[],
  options: BootstrapOptions = {},
): BootstrapInterval {
  if (a.length !== b.length) {
    throw new InputError({
      what: 'cannot compare two scorers',
      expected: 'the same examples of both',
      got: `${a.length} and ${b.length}`,
    });
  }
  return bootstrapMean(
    a.map((value, index) => value - b[index]!),
    options,
  );
}
