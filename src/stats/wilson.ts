import { InputError } from '../errors.ts';
import { normalQuantile } from './normal.ts';

/**
 * Wilson's score interval for a proportion, without continuity correction. Equals
 * `scipy.stats.binomtest(correct, count).proportion_ci(level, 'wilson')`; Wilson (1927):
 *
 *     (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n),   z = Φ⁻¹((1 + level) / 2)
 *
 * It stays inside [0, 1] and has near-nominal coverage at the small counts that tags have, unlike ±1.96 s.e.
 *
 * @param correct successes, an integer 0..count
 * @param count examples counted; 0 says nothing, hence `[0, 1]`
 * @param level two-sided confidence, 0 < level < 1
 * @returns `[lo, hi]` as fractions, lo ≤ correct / count ≤ hi
 * @throws InputError where the counts or the level are out of range.
 */
export function wilsonInterval(correct: number, count: number, level = 0.95): [lo: number, hi: number] {
  if (!Number.isInteger(correct) || !Number.isInteger(count) || correct < 0 || correct > count) {
    throw new InputError({
      what: 'cannot compute a Wilson interval',
      expected: 'integers 0 <= correct <= count',
      got: `${correct} of ${count}`,
    });
  }
  if (!(level > 0 && level < 1)) {
    throw new InputError({
      what: 'cannot compute a Wilson interval',
      expected: 'a level between 0 and 1, such as 0.95',
      got: String(level),
    });
  }
  if (count === 0) return [0, 1];

  const z = normalQuantile(0.5 + 0.5 * level);
  const wrong = count - correct;
  const denominator = 2 * (count + z * z);
  const centre = (2 * correct + z * z) / denominator;
  const half = (z / denominator) * Math.sqrt((4 * correct * wrong) / count + z * z);
  // Exactly 0 and 1 at the ends, where rounding would leave 1e-17 on the wrong side.
  return [correct === 0 ? 0 : centre - half, wrong === 0 ? 1 : centre + half];
}
