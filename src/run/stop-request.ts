/** From `--stop` to a rule: finds the calibration that `sequential` needs. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import { parseCalibration, type SequentialRule } from '../scoring/error-spread.ts';
import type { StagesRule, StopRule, TTestRule } from '../scoring/stop-rule.ts';

/** What a user asked for. */
export type StopRequest = SequentialRequest | TTestRule | (StagesRule & { samples: readonly number[] });

/** `--stop sequential` */
export interface SequentialRequest {
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
 * @throws UsageError where a level or a stage makes no sense, or there is no calibration; InputError where it is damaged.
 */
export function stopRule(
  request: StopRequest,
  modelFolder: string,
  { uncond, antithetic = false }: { uncond: UncondMode; antithetic?: boolean },
): StopRule {
  switch (request.rule) {
    case 'sequential':
      return sequentialRule(request, modelFolder, { uncond, antithetic });
    case 'ttest':
      checkLevel(request.alpha);
      return request;
    case 'stages':
      checkStages(request);
      return { rule: 'stages', keep: [...request.keep], ...(request.reads && { reads: request.reads }) };
  }
}

/** Demands stages as Li et al.'s: one number of samples for each number of captions kept, of which the last is 1. */
function checkStages({ keep, samples }: { keep: readonly number[]; samples: readonly number[] }): void {
  const ascends = samples.every((value, k) => value >= 1 && (k === 0 || value > samples[k - 1]!));
  const descends = keep.every((value, k) => value >= 1 && (k === 0 || value < keep[k - 1]!));
  if (ascends && descends && keep.length === samples.length && keep.at(-1) === 1) return;
  throw new UsageError({
    what: 'these stages make no elimination',
    where: `--keep ${keep.join(',')} --samples ${samples.join(',')}`,
    expected: 'as many numbers in both, keep falling to 1, samples rising, as in --keep 5,1 --samples 50,500',
  });
}

function checkLevel(alpha: number): void {
  if (alpha > 0 && alpha < 1) return;
  throw new UsageError({
    what: 'no such level',
    where: '--alpha',
    expected: 'a number between 0 and 1',
    got: `${alpha}`,
  });
}

function sequentialRule(
  request: SequentialRequest,
  modelFolder: string,
  { uncond, antithetic }: { uncond: UncondMode; antithetic: boolean },
): SequentialRule {
  const { rule, alpha, calibration } = request;
  checkLevel(alpha);
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
  if ((from.antithetic ?? false) !== antithetic) {
    throw new UsageError({
      what: 'the calibration is of other noises',
      where: path,
      expected: antithetic ? 'one made with --antithetic' : 'one made without --antithetic',
      fix: 'Calibrate on a run with the same flag, and pass --calibration FILE.',
    });
  }
  return { rule, alpha, spread };
}
