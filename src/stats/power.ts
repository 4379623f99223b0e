import { InputError } from '../errors.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/**
 * The probability 0..1 that the two-sided z-test of `twoProportionTest` rejects, when A's and B's true proportions are
 * `a` and `b` on `aCount` and `bCount` different examples. Pooled variance under the null hypothesis, unpooled under
 * the alternative, as in statsmodels' `power_proportions_2indep(a − b, b, aCount, bCount / aCount, alpha).power`:
 *
 *     Φ((|d| − z s₀) / s₁) + Φ((−|d| − z s₀) / s₁),   d = a − b,   z = Φ⁻¹(1 − alpha / 2)
 *     s₀² = p (1 − p) (1/n_A + 1/n_B),   p = (n_A a + n_B b) / (n_A + n_B)
 *     s₁² = a (1 − a) / n_A + b (1 − b) / n_B
 *
 * @throws InputError where a proportion is not in [0, 1], a count below 1 or the level out of range.
 */
export function twoProportionPower(
  a: number,
  b: number,
  aCount: number,
  bCount: number,
  alpha = 0.05,
): number {
  checkShare('a true proportion', a);
  checkShare('a true proportion', b);
  checkDesign(aCount, alpha);
  checkDesign(bCount, alpha);
  const pooled = (aCount * a + bCount * b) / (aCount + bCount);
  const under = Math.sqrt(pooled * (1 - pooled) * (1 / aCount + 1 / bCount));
  const truly = Math.sqrt((a * (1 - a)) / aCount + (b * (1 - b)) / bCount);
  const distance = Math.abs(a - b);
  const bound = -normalQuantile(alpha / 2) * under;
  return probability(distance - bound, truly) + probability(-distance - bound, truly);
}

/**
 * The probability 0..1 that McNemar's two-sided test rejects on `count` shared examples, of which a share `discordant`
 * is truly right for one scorer only, `difference` = P(A only) − P(B only). Connor (1987), "Sample size for testing
 * differences in proportions for the paired-sample design", after Miettinen (1968), solved for the power; the far tail
 * is left out, as there:
 *
 *     Φ((|d| √n − z √ψ) / √(ψ − d²)),   ψ = discordant,   z = Φ⁻¹(1 − alpha / 2)
 *
 * The exact test, which is conservative, has a power a few points lower for small counts.
 *
 * @throws InputError unless |difference| ≤ discordant ≤ 1, count ≥ 1 and 0 < alpha < 1.
 */
export function mcnemarPower(difference: number, discordant: number, count: number, alpha = 0.05): number {
  checkShare('a share of discordant examples', discordant);
  checkDesign(count, alpha);
  if (!(Math.abs(difference) <= discordant)) {
    refuse('a difference no larger than the share of discordant examples', `${difference} and ${discordant}`);
  }
  const z = -normalQuantile(alpha / 2);
  const distance = Math.abs(difference) * Math.sqrt(count) - z * Math.sqrt(discordant);
  return probability(distance, Math.sqrt(discordant - difference * difference));
}

/** Φ(distance / deviation), a step where nothing varies. */
function probability(distance: number, deviation: number): number {
  if (deviation === 0) return distance > 0 ? 1 : 0;
  return normalCdf(distance / deviation);
}

function checkShare(name: string, share: number): void {
  if (!(share >= 0 && share <= 1)) refuse(`${name} in [0, 1]`, String(share));
}

function checkDesign(count: number, alpha: number): void {
  if (!(count >= 1)) refuse('at least one example', String(count));
  if (!(alpha > 0 && alpha < 1)) refuse('a level between 0 and 1, such as 0.05', String(alpha));
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot compute the power of a test', expected, got });
}
