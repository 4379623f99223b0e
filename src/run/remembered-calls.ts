/** Choices of `chooseCalls`, remembered per model and machine: the same command gives the same bits there again. */

import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../hub/cache-folder.ts';
import { makeFolder } from '../hub/make-folder.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import { type Device, ORT_VERSION } from '../onnx/session.ts';
import { hashJson } from '../results/canonical-json.ts';
import type { Calls, ChosenCalls } from './choose-calls.ts';

const calls = { batch: z.int().min(2), threads: z.int().min(1), workers: z.int().min(1) };
const schema = z.object({
  format: z.literal(1),
  ...calls,
  measured: z.array(z.object({ ...calls, rate: z.number() })),
});

/** What a choice depends on. */
export interface ChoiceKey {
  description: DiffusionDescription;
  device: Device;
  /** What the user gave. */
  fixed: Pick<Partial<Calls>, 'batch' | 'threads'>;
}

/** The choice made before for such a model on such a machine; undefined where there is none that can be read. */
export function rememberedCalls(key: ChoiceKey): ChosenCalls | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(fileOf(key), 'utf8')));
  } catch {
    return undefined; // not there, or damaged: it can be measured again
  }
}

/**
 * Remembers a choice, unless another process was first: then that one counts.
 * A cache that cannot be written is no reason to fail: the choice is then made anew each time.
 */
export function rememberCalls(key: ChoiceKey, chosen: ChosenCalls): ChosenCalls {
  const file = fileOf(key);
  try {
    makeFolder(join(file, '..'));
    const known = rememberedCalls(key);
    if (known) return known;
    rmSync(file, { force: true }); // a damaged one
    place(`${JSON.stringify({ format: 1, ...chosen }, null, 2)}\n`, file);
  } catch {
    return rememberedCalls(key) ?? chosen;
  }
  return chosen;
}

/** Writes a file all at once. @throws where another process has made one of that name meanwhile. */
function place(text: string, file: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameSync(temporary, file); // a disk without links: the last one wins
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * One file per architecture and machine. Files of equal names and sizes are as fast as each other, whatever their
 * weights: fine-tuned versions of one model share a choice.
 */
function fileOf({ description, device, fixed }: ChoiceKey): string {
  const { folder, denoiser, latent, files } = description;
  const parts = files
    .filter((file) => file.startsWith(`${denoiser}/`))
    .map((file) => [file, statSync(join(folder, file)).size]);
  const key = hashJson({
    parts,
    latent,
    device: device.name,
    fixed,
    onnxruntime: ORT_VERSION,
    arch: process.arch,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memory: Math.round(Math.min(process.constrainedMemory() || totalmem(), totalmem()) / 2 ** 30),
  });
  return join(cacheFolder(), 'calls', `${key.slice(0, 32)}.json`);
}
