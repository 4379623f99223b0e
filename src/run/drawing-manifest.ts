/** What a folder of drawn images says of how they were drawn: `generate.json`. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, ResultsError } from '../errors.ts';
import { checkSame } from '../results/manifest.ts';
import { writeAtomically } from '../results/run-folder.ts';

/** Its name within the folder. */
export const DRAWING_FILE = 'generate.json';

const count = z.number().int().positive();
const drawingSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  /** What decides a picture beside its caption and noise: one folder, one identity. */
  identity: z.object({
    /** sha256 of the model's files. */
    files: z.record(z.string(), z.string()),
    sampler: z.string(),
    steps: count,
    guidance: z.number(),
    eta: z.number(),
    negative: z.string(),
    latent: z.array(count).length(3),
    layout: z.enum(['probe', 'classes']),
    /** sha256 of the file of first noises, where they are no seed's. */
    latents: z.string().optional(),
  }),
  /** What may move a picture's last bits: of every session that had others. */
  numerics: z
    .array(
      z.object({
        device: z.string(),
        onnxruntime: z.string(),
        cpu: z.string(),
        batch: count,
        threads: count,
      }),
    )
    .min(1),
  /** sha256 of the records as they were last written here: others are somebody's edits. */
  records: z.string().optional(),
  about: z.object({
    model: z.string(),
    scheduler: z.string(),
    notes: z.array(z.string()),
  }),
});

/** The contents of `generate.json`. */
export type Drawing = z.infer<typeof drawingSchema>;

/** The drawing that a folder holds; undefined where it has none. @throws ResultsError where it is damaged. */
export function readDrawing(folder: string): Drawing | undefined {
  const path = join(folder, DRAWING_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return drawingSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new ResultsError({
      what: 'the folder’s own account of how its pictures were drawn is damaged',
      where: path,
      got: error instanceof z.ZodError ? `field "${error.issues[0]!.path.join('.')}"` : messageOf(error),
      fix: 'Use another --out.',
    });
  }
}

/** @throws PlanMismatchError where the folder's pictures were drawn otherwise than is asked for. */
export function checkDrawing(stored: Drawing, asked: Drawing, folder: string): void {
  checkSame(stored.identity, asked.identity, {
    what: 'the folder holds pictures that were drawn otherwise',
    where: folder,
    fix: 'Use another --out, or the settings that they were drawn with.',
  });
}

/** Replaces the file. @throws ResultsError where it cannot be written. */
export function writeDrawing(folder: string, drawing: Drawing): void {
  writeAtomically(join(folder, DRAWING_FILE), `${JSON.stringify(drawing, null, 2)}\n`);
}
