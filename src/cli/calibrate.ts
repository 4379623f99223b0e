/** `winoscope calibrate`: a stored run's spread of errors, as a calibration file. */

import { calibrate } from '../run/calibrate.ts';
import { openRun } from '../run/open-run.ts';
import type { CalibrateFlags } from './calibrate-command.ts';
import { jsonText, printOrWrite } from './output.ts';

/** Carries out `winoscope calibrate`; see `docs/stopping.md`. @throws WinoscopeError for what the user can mend. */
export function calibrateRun(path: string, { scorer, output }: CalibrateFlags): void {
  const calibration = calibrate(openRun(path), scorer);
  printOrWrite(output, jsonText(calibration, 1), 'the calibration');
}
