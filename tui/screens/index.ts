/** All screens by name. */

import { compareScreen } from './compare/view.tsx';
import { examplesScreen } from './examples/view.tsx';
import { helpScreen } from './help/view.tsx';
import { pairScreen } from './pair/view.tsx';
import { runsScreen } from './runs/view.tsx';
import type { AnyScreen, ScreenName } from './screen.ts';
import { summaryScreen } from './summary/view.tsx';

export const SCREEN: Readonly<Record<ScreenName, AnyScreen>> = {
  summary: summaryScreen,
  examples: examplesScreen,
  pair: pairScreen,
  compare: compareScreen,
  runs: runsScreen,
  help: helpScreen,
};
