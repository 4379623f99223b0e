/**
 * What Li et al. (ICCV 2023, arXiv 2303.16203 v3) printed for their own models on their own data, in percent: for a column
 * beside what is measured here, never among it.
 */

import type { Role } from './material.ts';

/** Table 1: Food101, CIFAR10, Aircraft, Pets, Flowers102, STL10, ImageNet, ObjectNet. CLIP is the ResNet-50. */
const ZERO_SHOT: Readonly<Partial<Record<Role, readonly number[]>>> = {
  synthetic: [12.6, 35.3, 9.4, 31.3, 22.1, 38.0, 18.9, 5.2],
  features: [73.0, 84.0, 35.2, 75.9, 70.0, 87.2, 56.6, 10.2],
  diffusion: [77.7, 88.5, 26.4, 87.3, 66.3, 95.4, 61.4, 43.4],
  clip: [81.1, 75.6, 19.3, 85.4, 65.9, 94.3, 58.2, 40.0],
};

/** Table 3, Winoground's text score: object, relation, both, all. CLIP is the ViT-L/14. */
const SWAPS: Readonly<Partial<Record<Role, readonly number[]>>> = {
  clip: [27.0, 25.8, 57.7, 28.2],
  diffusion: [46.1, 29.2, 80.8, 38.5],
};

/** Table 4: ImageNet, ImageNet-A. */
export const PUBLISHED_SUPERVISED = {
  discriminative: 'ResNet-50 76.7 / 0.0, ViT-B/16 81.2 / 20.8',
  dit: '512 pixels 79.1 / 30.2',
} as const;

/** Table 8: Food101, CIFAR10, ImageNet, ObjectNet. */
export const PUBLISHED_LOSSES = {
  mse: row([77.7, 84.4, 61.4, 43.4]),
  mae: row([73.8, 88.4, 59.6, 36.8]),
  huber: row([77.7, 84.6, 60.9, 43.5]),
} as const;

/** Tables 5 and 9, at 512 pixels: ImageNet, ImageNet-A. */
export const PUBLISHED_OBJECTIVES = {
  mse: row([79.1, 30.2]),
  mae: row([75.6, 13.2]),
  vlb: row([74.0, 24.9]),
  'mse+vlb': row([79.0, 30.2]),
} as const;

/** Table 7: without pruning, and with the 20 classes that CLIP ResNet-50 ranks first. */
export const PUBLISHED_PRUNING =
  'Table 7 prunes to the 20 classes that CLIP ResNet-50 ranks first: Food101 77.7 to 78.7, Pets 87.3 to 86.4, ImageNet 61.4 to 62.6 percent, the last in 150 instead of 1000 seconds per image.';

/** The mean over the eight sets of Table 1, computed here, and ObjectNet; undefined for what the paper has not. */
export function publishedZeroShot(role: Role): string | undefined {
  const values = ZERO_SHOT[role];
  if (!values) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return row([mean, values.at(-1)!]);
}

/** Object, relation, both and all of Table 3. */
export function publishedSwaps(role: Role): string | undefined {
  const values = SWAPS[role];
  return values && row(values);
}

function row(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(' / ');
}
