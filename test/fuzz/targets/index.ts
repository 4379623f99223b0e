/** Everything that is fuzzed. */

import type { Target } from '../target.ts';
import { modelTargets } from './models.ts';
import { pictureTargets } from './pictures.ts';
import { probeTargets } from './probes.ts';
import { resultTargets } from './results.ts';

export const TARGETS: readonly Target[] = [
  ...probeTargets,
  ...pictureTargets,
  ...modelTargets,
  ...resultTargets,
];
