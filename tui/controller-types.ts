/** What the controller is given. */

import type { RunEntry } from '../src/report/list-runs.ts';
import type { RunModel } from '../src/report/run-model.ts';
import type { Graphics } from './images/graphics.ts';
import type { Size } from './picture.ts';
import type { Services } from './services.ts';
import type { Theme } from './theme.ts';

export interface ControllerOptions {
  /** Runs on disk that are looked at; the first one is shown. None: the list of runs. */
  opened: readonly RunModel[];
  /** Whether events of a run will be pushed. */
  live: boolean;
  theme: Theme;
  size: Size;
  openRun: (path: string) => RunModel;
  listRuns: () => readonly RunEntry[];
  /** What tasks of screens may use beside the model. */
  services?: Omit<Services, 'model'>;
  /** Pictures in the terminal's own pixels. */
  graphics?: Graphics | undefined;
  /** The user wants to leave; `force`: at once, by Ctrl-C or after having been asked. */
  onQuit: (force: boolean) => void;
}

/** A running run as the controller needs it: a model that can be told that results came in. */
export interface LiveModel extends RunModel {
  touch(): void;
}
