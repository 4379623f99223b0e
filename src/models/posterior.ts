/** Draws from a VAE's posterior. */

import { ModelFileError } from '../errors.ts';

/** Bounds of the log-variance before it is exponentiated, as in diffusers. */
const [LEAST, MOST] = [-30, 20];

/**
 * z = mean + exp(½ · clamp(logvar, −30, 20)) · ε in float32. Equals diffusers'
 * `DiagonalGaussianDistribution(parameters).sample()` for the same ε.
 * @param parameters `[2 · C, H, W]`, the means before the log-variances
 * @param noise ε, `[C, H, W]`
 * @param path the encoder's graph, for the sentence
 * @throws ModelFileError where the encoder gives a single latent instead of both.
 */
export function posteriorDraw(parameters: Float32Array, noise: Float32Array, path: string): Float32Array {
  if (parameters.length !== 2 * noise.length) {
    throw new ModelFileError({
      what: 'the VAE encoder gives a latent and no posterior to draw from',
      where: path,
      expected: 'means and log-variances ("latent_parameters")',
      fix: 'Use --latent mean, or export the model again with optimum 1.24 or newer.',
    });
  }
  return noise.map((e, i) => {
    const logvar = Math.min(Math.max(parameters[noise.length + i]!, LEAST), MOST);
    const deviation = Math.fround(Math.exp(Math.fround(0.5 * logvar)));
    return parameters[i]! + Math.fround(deviation * e);
  });
}
