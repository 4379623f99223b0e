/** Weights by timestep: how much each part of the schedule counts in a score. They cost no evaluation. */

import { z } from 'zod';
import { SCORE_LOSSES, type ScoreLoss } from '../diffusion/denoising-error.ts';
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { InputError, issueOf, messageOf, UsageError } from '../errors.ts';
import { ERROR_SPACES, type ErrorSpace, errorFactor } from './error-space.ts';

const metricCounts = z.record(z.string(), z.object({ correct: z.number().int(), count: z.number().int() }));

/** Weights fitted on a stored run, as `winoscope fit-weights` writes them. */
export const fittedWeightsSchema = z.object({
  format: z.literal(1),
  kind: z.literal('timestep-weights'),
  /** The errors that they were fitted on; no others may be weighted by them. */
  loss: z.enum(SCORE_LOSSES),
  errorSpace: z.enum(ERROR_SPACES),
  /** Timestep and weight, ascending; each weight stands for the timesteps up to halfway to its neighbours. */
  points: z
    .array(z.tuple([z.number().min(0), z.number().min(0)]))
    .min(1)
    .refine((points) => points.every(([t], k) => k === 0 || t > points[k - 1]![0]), 'timesteps must ascend')
    .refine((points) => points.some(([, weight]) => weight > 0), 'some weight must be above 0'),
  /** What they were fitted on, and what they did for examples that they were not fitted on. */
  from: z.object({
    task: z.string(),
    examples: z.number().int(),
    folds: z.number().int(),
    ridge: z.number(),
    heldOut: z.object({ uniform: metricCounts, fitted: metricCounts }),
  }),
});

export type FittedWeights = z.infer<typeof fittedWeightsSchema>;

/** Weightings that need no file: all alike, and exp(−7 t/T) of x0 errors (Clark and Jaini 2023, section 3). */
export const WEIGHTINGS = ['uniform', 'clark2023'] as const;

/** One of `WEIGHTINGS`, or fitted ones. */
export const weightingSchema = z.union([z.enum(WEIGHTINGS), fittedWeightsSchema]);
export type Weighting = z.infer<typeof weightingSchema>;

/** Reads a file of weights. @throws InputError naming the field that is wrong. */
export function parseWeights(text: string, where: string): FittedWeights {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({
      what: 'the weights cannot be read',
      where,
      expected: 'JSON',
      got: messageOf(error),
    });
  }
  const result = fittedWeightsSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError({
    what: `field "${issue.path.join('.') || '(root)'}" of the weights is wrong`,
    where,
    got: issueOf(issue),
    fix: 'Make them with `winoscope fit-weights RUN`.',
  });
}

/** Demands that a weighting is used with the errors that it is made for. @throws UsageError */
export function checkWeighting(weighting: Weighting, loss: ScoreLoss, errorSpace: ErrorSpace): void {
  const wanted =
    weighting === 'uniform'
      ? undefined
      : weighting === 'clark2023'
        ? { loss: 'mse' as const, errorSpace: 'x0' as const }
        : weighting;
  if (!wanted || (wanted.loss === loss && wanted.errorSpace === errorSpace)) return;
  throw new UsageError({
    what: 'the weighting is made for other errors',
    where: '--weighting',
    expected: `--loss ${wanted.loss} --error-space ${wanted.errorSpace}`,
    got: `--loss ${loss} --error-space ${errorSpace}`,
    fix: 'Give those, or --weighting uniform.',
  });
}

/** How stored errors become scores. */
export interface ErrorReading {
  loss: ScoreLoss;
  errorSpace: ErrorSpace;
  /** @default 'uniform' */
  weighting?: Weighting | undefined;
}

/**
 * Factor by timestep of a stored error: into the error space asked for, times the weight of the timestep.
 * @throws UsageError as `errorFactor` and `checkWeighting`.
 */
export function readingOf(
  schedule: NoiseSchedule,
  { loss, errorSpace, weighting = 'uniform' }: ErrorReading,
): { factor(timestep: number): number } {
  checkWeighting(weighting, loss, errorSpace);
  const factor = errorFactor(schedule, errorSpace, loss);
  if (weighting === 'uniform') return { factor };
  if (weighting === 'clark2023')
    return { factor: (t) => factor(t) * Math.exp((-7 * t) / schedule.timesteps) };
  return { factor: (t) => factor(t) * weightAt(weighting, t) };
}

/** The weight of the nearest point. */
export function weightAt({ points }: Pick<FittedWeights, 'points'>, timestep: number): number {
  let [nearest, weight] = points[0]!;
  for (const [t, own] of points) {
    if (Math.abs(t - timestep) < Math.abs(nearest - timestep)) [nearest, weight] = [t, own];
  }
  return weight;
}

/** The name of a weighting, for a sentence. */
export function weightingName(weighting: Weighting | undefined): string {
  return typeof weighting === 'object' ? `fitted on ${weighting.from.task}` : (weighting ?? 'uniform');
}
