/** How much differences of denoising errors scatter, by timestep: what `sequential` stopping measures them against. */

import { z } from 'zod';
import { InputError, issueOf, messageOf } from '../errors.ts';

const spreadSchema = z.object({
  /**
   * Timestep and standard deviation of a contest's difference there, ascending; linear between them, constant beyond.
   * In units of the mean squared error in the model's own space.
   */
  points: z
    .array(z.tuple([z.number().min(0), z.number().positive()]))
    .min(1)
    .refine((points) => points.every(([t], k) => k === 0 || t > points[k - 1]![0]), 'timesteps must ascend'),
  /**
   * Contests differ in scale: prior degrees of freedom of a contest's variance around that of the profile (Smyth 2004,
   * the moderated t). Low where scales differ much.
   */
  dof: z.number().positive(),
});

/** One profile for each sort of contest. */
export const errorSpreadsSchema = z.object({
  captions: spreadSchema,
  images: spreadSchema,
  matchings: spreadSchema,
});

/** What decides when an example may be left; part of a run's identity. */
export const sequentialRuleSchema = z.object({
  rule: z.literal('sequential'),
  /** Bound on the probability that any contest of an example is settled against the full plan's sign. */
  alpha: z.number().gt(0).lt(1),
  spread: errorSpreadsSchema,
});

/** A calibration file, as `winoscope calibrate` writes it and models bring it. */
export const calibrationSchema = z.object({
  format: z.literal(1),
  kind: z.literal('error-spread'),
  spread: errorSpreadsSchema,
  /** What it was measured on. */
  from: z.object({
    task: z.string(),
    examples: z.number().int(),
    timesteps: z.number().int(),
    repeats: z.number().int(),
    seed: z.number().int(),
    /** Whether images were compared by errors minus those of the empty caption. */
    normalized: z.boolean(),
    /** Whether noises came with their negatives: the spread is then that of a couple's mean. */
    antithetic: z.literal(true).optional(),
  }),
});

export type ErrorSpread = z.infer<typeof spreadSchema>;
export type ErrorSpreads = z.infer<typeof errorSpreadsSchema>;
export type SequentialRule = z.infer<typeof sequentialRuleSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;

/** Reads the text of a calibration file. @throws InputError naming the field that is wrong. */
export function parseCalibration(text: string, where: string): Calibration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError({
      what: 'the calibration cannot be read',
      where,
      expected: 'JSON',
      got: messageOf(error),
    });
  }
  const result = calibrationSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError({
    what: `field "${issue.path.join('.') || '(root)'}" of the calibration is wrong`,
    where,
    got: issueOf(issue),
    fix: 'Make it with `winoscope calibrate RUN`.',
  });
}

/** The profile at a timestep. */
export function deviationAt({ points }: ErrorSpread, timestep: number): number {
  const next = points.findIndex(([t]) => t >= timestep);
  if (next < 0) return points.at(-1)![1];
  const [above, high] = points[next]!;
  if (next === 0 || above === timestep) return high;
  const [below, low] = points[next - 1]!;
  return low + ((high - low) * (timestep - below)) / (above - below);
}
