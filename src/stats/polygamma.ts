/** Derivatives of log Γ, for x > 0: by recurrence up to 12, then Stirling's asymptotic series. */

/** ψ(x) = d log Γ / dx; equals `scipy.special.digamma`. */
export function digamma(x: number): number {
  let value = 0;
  let z = x;
  for (; z < 12; z++) value -= 1 / z;
  const s = 1 / (z * z);
  const series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132)))));
  return value + Math.log(z) - 1 / (2 * z) - series;
}

/** ψ′(x); equals `scipy.special.polygamma(1, x)`. */
export function trigamma(x: number): number {
  let value = 0;
  let z = x;
  for (; z < 12; z++) value += 1 / (z * z);
  const s = 1 / (z * z);
  const series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66)))));
  return value + 1 / z + s / 2 + series / z;
}

/** The x > 0 with ψ′(x) = y, for y > 0: by bisection, as ψ′ falls from ∞ to 0. */
export function trigammaInverse(y: number): number {
  let [low, high] = [0, 1];
  while (trigamma(high) > y) [low, high] = [high, high * 2];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (trigamma(middle) > y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
