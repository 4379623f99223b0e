/** What effects of screens may use; handed in by the command line, which alone knows models and files. */

import type { RunModel } from '../src/report/run-model.ts';

export interface Services {
  /** The run that is looked at. */
  model: RunModel;
}
