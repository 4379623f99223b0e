/** What effects of screens may use; handed in by the command line, which alone knows models and files. */

import type { RunModel } from '../src/report/run-model.ts';
import type { Interactive } from '../src/run/interactive-events.ts';

export interface Services {
  /** The run that is looked at. */
  model: RunModel;
  /** The models that a run was made with, for scoring again; opened when first asked something. */
  interactive?: (model: RunModel) => Interactive;
  /** Adds an example with other captions to a probe folder, once. @throws WinoscopeError in one sentence. */
  saveVariant?: (variant: VariantToSave) => Promise<Saved>;
}

/** What became of an example to be saved. */
export interface Saved {
  /** The file that holds it, and what it is called there. */
  file: string;
  id: string;
  /** Whether it stood there before, so that nothing was added. */
  isKnown: boolean;
}

/** An example of a run with other captions. */
export interface VariantToSave {
  model: RunModel;
  /** Place of the original in the task. */
  index: number;
  captions: readonly string[];
  images: readonly { bytes: Uint8Array; name: string }[];
  folder: string;
}
