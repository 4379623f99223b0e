/** The runs that `winoscope paper` needs, as arguments of `winoscope score`. */

import { join } from 'node:path';
import { packageRoot } from '../hub/package-root.ts';
import type { Part, Role } from '../report/paper/material.ts';

/** One call of `winoscope score`. */
export interface PaperRunSpec {
  name: string;
  task: string;
  args: readonly string[];
}

/** Which scorer plays which part; the names are given to the scorers in the arguments below. */
export const PARTS: Readonly<Record<Role, Part>> = {
  synthetic: { scorer: 'synthetic', title: "ResNet trained on the model's generated images" },
  features: { scorer: 'features', title: "ResNet on the UNet's features, trained on labelled images" },
  probe: { scorer: 'linear-probe', title: "linear probe of the UNet's features" },
  diffusion: { scorer: 'diffusion', title: 'diffusion classifier, zero-shot' },
  clip: { scorer: 'clip', title: 'CLIP, zero-shot' },
};
