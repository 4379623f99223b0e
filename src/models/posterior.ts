/** Draws from a VAE's posterior. */

/** Bounds of the log-variance before it is exponentiated, as in diffusers. */
const [LEAST, MOST] = [-30, 20];

/**
 * z = mean + exp(½ · clamp(logvar, −30, 20)) · ε in float32. Equals diffusers'
 * `DiagonalGaussianDistribution(parameters).sample()` for the same ε.
 * @param parameters `[2 · C, H, W]`, the means before the log-variances
 * @param noise ε, `[C, H, W]`
 */
export function posteriorDraw(parameters: Float32Array, noise: Float32Array): Float32Array {
  return noise.map((e, i) => {
    const logvar = Math.min(Math.max(parameters[noise.length + i]!, LEAST), MOST);
    const deviation = Math.fround(Math.exp(Math.fround(0.5 * logvar)));
    return parameters[i]! + Math.fround(deviation * e);
  });
}
