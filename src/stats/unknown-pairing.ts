import { InputError } from '../errors.ts';
import { mcnemarExact } from './mcnemar.ts';

/** What two totals on the same examples allow, when the verdicts that belong to them are unknown. */
export interface PairingBounds {
  /** Least number of examples that only one of the two gets right: |aCorrect − bCorrect|. */
  leastDiscordant: number;
  /** Greatest such number: all that the totals allow. */
  mostDiscordant: number;
  /** The expected number if the two were independent, count (p_A (1 − p_B) + p_B (1 − p_A)). */
  independentDiscordant: number;
  /** Exact McNemar p-values at the least and at the greatest discordance: every possible p lies between them. */
  p: [least: number, greatest: number];
  /**
   * The test is significant exactly where the number of discordant examples is in this range (its first number is
   * `leastDiscordant`, as p rises with the discordance); undefined where no pairing makes it significant.
   */
  significant: [from: number, to: number] | undefined;
}

/**
 * The range of `mcnemarExact` over all tables that two published totals on the same `count` examples allow. If B is the
 * worse one and right alone on t examples, A is right alone on t + d, d = aCorrect − bCorrect, and
 *
 *     0 ≤ t ≤ min(bCorrect, count − aCorrect),   discordant = d + 2t
 *
 * With d fixed, p never falls as t grows: P(|S| ≥ d) of a fair random walk S rises with its number of steps 2t + d.
 *
 * @param aCorrect examples that A got right, an integer 0..count; A and B may be swapped
 * @param bCorrect examples that B got right
 * @param count examples, the same for both
 * @param alpha two-sided level, 0 < alpha < 1
 * @throws InputError where a count or the level is out of range.
 */
export function pairingBounds(
  aCorrect: number,
  bCorrect: number,
  count: number,
  alpha = 0.05,
): PairingBounds {
  check(aCorrect, bCorrect, count, alpha);
  const [better, worse] = [Math.max(aCorrect, bCorrect), Math.min(aCorrect, bCorrect)];
  const lead = better - worse;
  const most = Math.min(worse, count - better);
  const p = (worseOnly: number) => mcnemarExact(lead + worseOnly, worseOnly);
  // The greatest t that is still significant, by bisection on a p that rises.
  let [low, high] = [-1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (p(middle) <= alpha) low = middle;
    else high = middle - 1;
  }
  return {
    leastDiscordant: lead,
    mostDiscordant: lead + 2 * most,
    independentDiscordant:
      count === 0 ? 0 : (better * (count - worse)) / count + (worse * (count - better)) / count,
    p: [p(0), p(most)],
    significant: low < 0 ? undefined : [lead, lead + 2 * low],
  };
}

function check(aCorrect: number, bCorrect: number, count: number, alpha: number): void {
  const refuse = (expected: string, got: string): never => {
    throw new InputError({ what: 'cannot bound an unknown pairing', expected, got });
  };
  const good = (correct: number) => Number.isInteger(correct) && correct >= 0 && correct <= count;
  if (!Number.isInteger(count) || !good(aCorrect) || !good(bCorrect)) {
    refuse('integers 0 <= correct <= count', `${aCorrect} and ${bCorrect} of ${count}`);
  }
  if (!(alpha > 0 && alpha < 1)) refuse('a level between 0 and 1, such as 0.05', String(alpha));
}
