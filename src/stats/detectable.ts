import { InputError } from '../errors.ts';
import { mcnemarPower, twoProportionPower } from './power.ts';

/** How sure a test shall be. */
export interface Sureness {
  /** Two-sided level of the test, 0.05 unless told. */
  alpha?: number;
  /** Probability that the test finds the difference if it is there, alpha < power < 1; 0.8 unless told. */
  power?: number;
}

/**
 * The least true difference that two scorers on `count` different examples each must have for the z-test to find it:
 * the smallest d with `twoProportionPower(base + d, base, count, count, alpha)` ≥ power, by bisection. Equals
 * statsmodels' `power_proportions_2indep` solved for its `diff`.
 *
 * @param base the worse scorer's true proportion, 0..1; for a fall below `base` pass 1 − base
 * @returns a fraction; undefined where even base + d = 1 would not be found
 * @throws InputError where an argument is out of range.
 */
export function detectableDifference(
  base: number,
  count: number,
  sureness: Sureness = {},
): number | undefined {
  const { alpha = 0.05, power = 0.8 } = sureness;
  check(alpha, power);
  return least(
    1 - base,
    (d) => twoProportionPower(Math.min(1, base + d), base, count, count, alpha) >= power,
  );
}

/**
 * The least true difference that two scorers on the same `count` examples must have for McNemar's test to find it: the
 * smallest d with `mcnemarPower(d, discordant, count, alpha)` ≥ power, by bisection. The fewer examples are right for
 * one scorer only, the smaller it is.
 *
 * @param discordant share 0..1 of the examples that only one of the two gets right
 * @returns a fraction; undefined where even d = discordant would not be found
 * @throws InputError where an argument is out of range.
 */
export function detectablePairedDifference(
  discordant: number,
  count: number,
  sureness: Sureness = {},
): number | undefined {
  const { alpha = 0.05, power = 0.8 } = sureness;
  check(alpha, power);
  return least(discordant, (d) => mcnemarPower(d, discordant, count, alpha) >= power);
}

/** The least number in (0, most] where a monotone predicate holds, to the last bit; undefined where it nowhere does. */
function least(most: number, holds: (value: number) => boolean): number | undefined {
  if (!holds(most)) return undefined;
  let [low, high] = [0, most];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (holds(middle)) high = middle;
    else low = middle;
  }
}

function check(alpha: number, power: number): void {
  if (power > alpha && power < 1) return;
  throw new InputError({
    what: 'no detectable difference',
    expected: 'a power between the level and 1, such as 0.8',
    got: `power ${power}, level ${alpha}`,
  });
}
