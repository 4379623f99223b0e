/** From `--stop sequential` to a rule: finds the calibration that it needs. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import { parseCalibration, type SequentialRule } from '../scoring/error-spread.ts';

/** What a user asked for. */
export interface StopRequest {
  rule: 'sequential';
  /** Bound on the probability of a wrong early answer, per example. */
  alpha: number;
  /** A calibration file; by default the one in the model's folder. */
  calibration?: string;
}

/** The file that a model may bring along. */
export const CALIBRATION_FILE = 'calibration.json';

/**
 * The rule for a model.
 * @throws UsageError where there is no calibration; InputError where it is damaged.
 */
export function sequentialRule(
  request: StopRequest,
  modelFolder: string,
  uncond: UncondMode,
): SequentialRule {
  const { rule, alpha, calibration } = request;
  if (!(alpha > 0 && alpha < 1)) {
    throw new UsageError({
      what: 'no such level',
      where: '--alpha',
      expected: 'a number between 0 and 1',
      got: `${alpha}`,
    });
  }
  const path = calibration ?? join(modelFolder, CALIBRATION_FILE);
  if (!existsSync(path)) {
    throw new UsageError({
      what: 'no calibration for --stop sequential',
      where: path,
      fix: 'Score some examples with --repeats 4, run `winoscope calibrate RUN --output FILE`, and pass --calibration FILE.',
    });
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError({ what: 'cannot read the calibration', where: path, got: messageOf(error) });
  }
  const { spread, from } = parseCalibration(text, path);
  if (from.normalized !== (uncond !== 'never')) {
    throw new UsageError({
      what: 'the calibration is of other comparisons',
      where: path,
      expected: `one made with --uncond ${uncond}`,
      got: from.normalized ? 'one that used the empty caption' : 'one made with --uncond never',
      fix: 'Calibrate on a run with the same --uncond.',
    });
  }
  return { rule, alpha, spread };
}
