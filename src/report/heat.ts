/** Where one caption explains an image better than another: differences of error maps. */

import type { ErrorMaps } from '../results/error-maps.ts';

/** Differences per latent cell of one image: above 0 where the first caption explains it better. */
export interface HeatMap {
  height: number;
  width: number;
  /** Mean over the trials of err(second) − err(first), summed over channels, `[height · width]`. */
  values: Float32Array;
}

/** Heat maps of all images of an example under one scale. */
export interface Heat {
  maps: readonly HeatMap[];
  /** The largest absolute value of all of them: both ends of the scale. */
  extent: number;
  trials: number;
}

/** err(second) − err(first) for every image, with one symmetric scale. Undefined where a map is missing. */
export function heatOf(maps: ErrorMaps, first: number, second: number): Heat | undefined {
  const { height, width } = maps;
  const found: HeatMap[] = [];
  let trials = Number.POSITIVE_INFINITY;
  for (const captions of maps.pairs) {
    const [a, b] = [captions[first], captions[second]];
    if (!a || !b || a.trials === 0 || a.trials !== b.trials) return undefined;
    trials = Math.min(trials, a.trials);
    const values = Float32Array.from(a.sums, (sum, k) => b.sums[k]! / b.trials - sum / a.trials);
    found.push({ height, width, values });
  }
  if (found.length === 0) return undefined;
  const extent = Math.max(...found.map(({ values }) => values.reduce((m, v) => Math.max(m, Math.abs(v)), 0)));
  return { maps: found, extent, trials };
}
