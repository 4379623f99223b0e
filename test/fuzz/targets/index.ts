/** Everything that is fuzzed. */

import type { Target } from '../target.ts';
import { modelTargets } from './models.ts';
import { pictureTargets } from './pictures.ts';
import { probeTargets } from './probes.ts';
import { resultTargets } from './results.ts';

/** By the file in this folder that holds them. */
const GROUPS = {
  probes: probeTargets,
  pictures: pictureTargets,
  models: modelTargets,
  results: resultTargets,
};

export const TARGETS: readonly Target[] = Object.values(GROUPS).flat();

/** The file of a target, for a process that needs no other: reading them all takes longer than most inputs. */
export function fileOf(target: Target): string {
  const [name] = Object.entries(GROUPS).find(([, targets]) => targets.includes(target))!;
  return `./targets/${name}.ts`;
}
