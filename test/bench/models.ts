/** The models by size: the embedded one, and two of random weights that a script makes once. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FEW_BATCHES } from './contestant.ts';
import { findPython } from './pytorch.ts';
import type { SubjectOptions } from './subject.ts';

const SCRIPT = fileURLToPath(new URL('./export_pipeline.py', import.meta.url));
/** Sides of the latents: at 64 one evaluation of the large model takes several seconds on a CPU. */
const SIDE = 16;

export const MODELS = ['embedded', 'middle', 'sd15'] as const;
export type ModelName = (typeof MODELS)[number];

/** Fewer examples and trials for the larger ones, whose runs would take hours. */
const SHORTER: Record<Exclude<ModelName, 'embedded'>, Omit<SubjectOptions, 'model'>> = {
  middle: { timesteps: '16', examples: 24 },
  sd15: { timesteps: '10', examples: 8, batches: FEW_BATCHES },
};

/**
 * What to measure of a model. One that is missing is exported into `WINOSCOPE_BENCH_MODELS` (default: the system's
 * temporary folder), which takes a minute, and of the large one 4 GB of disk and 16 GB of memory.
 * @throws Error where Python cannot export it.
 */
export function subjectOptions(name: ModelName, note: (text: string) => void): SubjectOptions {
  if (name === 'embedded') return {};
  const folder = process.env.WINOSCOPE_BENCH_MODELS || join(tmpdir(), 'winoscope-bench-models');
  const model = join(folder, `${name}-${SIDE}`);
  if (!existsSync(join(model, 'unet', 'config.json'))) {
    const python = findPython();
    if (!python) throw new Error('exporting a model needs a Python with torch and diffusers');
    note(`exporting the model "${name}" to ${model}`);
    const args = [SCRIPT, '--size', name, '--side', String(SIDE), '--output', model];
    const { status } = spawnSync(python, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`exporting the model "${name}" failed`);
  }
  return { model, ...SHORTER[name] };
}
