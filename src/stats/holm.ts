import { InputError } from '../errors.ts';

/**
 * Holm's step-down adjustment, which bounds the chance of any false rejection among m tests whatever their
 * dependence. Equals statsmodels' `multipletests(pValues, method='holm')[1]`; Holm (1979):
 *
 *     adjusted₍ᵢ₎ = min(1, max over j ≤ i of (m − j + 1) · p₍ⱼ₎),   p₍₁₎ ≤ … ≤ p₍ₘ₎
 *
 * @param pValues p-values in any order; not changed
 * @returns adjusted p-values in the order given; compare them with the level directly
 * @throws InputError where a p-value is not in [0, 1].
 */
export function holm(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) {
    throw new InputError({ what: 'cannot adjust p-values', expected: 'values in [0, 1]', got: String(bad) });
  }
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  for (const [rank, index] of order.entries()) {
    running = Math.min(1, Math.max(running, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = running;
  }
  return adjusted;
}
