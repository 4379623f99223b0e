/** How a model is called where nothing was measured: rows, threads and workers by the size of its files and latents. */

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import type { Device } from '../onnx/session.ts';
import type { PreparedScorer, ScoringOptions } from './settings.ts';

/** Above this size of the graphs a single worker with all cores is used: each worker holds its own weights. */
export const SMALL_MODEL_BYTES = 256 * 2 ** 20;

/** What a worker takes beside its graphs' weights, and the share of the free memory that all of them may. */
const WORKER_BYTES = 150 * 2 ** 20;
const MEMORY_SHARE = 0.7;

/** Rows of a call by latent size, chosen so that a call takes well under a second on a CPU core. */
const ROWS_BY_LATENT = [
  { upTo: 256, rows: 32 },
  { upTo: 1024, rows: 24 },
  { upTo: 4096, rows: 12 },
  { upTo: Number.POSITIVE_INFINITY, rows: 6 },
];

/** Rows of a call for latents of that shape. */
export function rowsFor([channels, height, width]: readonly [number, number, number]): number {
  return ROWS_BY_LATENT.find(({ upTo }) => channels * height * width <= upTo)!.rows;
}

/** What a user may ask of a model's calls; what is not said is chosen by the model's size. */
export interface CallOptions {
  device: Device;
  /** Rows of a model call. */
  batch?: number;
  threads?: number;
  workers?: number;
}

/** Rows and threads of a diffusion model's calls, and how many workers make them: as asked, as before, or as fits it. */
export function callsFor(
  description: DiffusionDescription,
  options: CallOptions,
  stored?: { batch: number; threads: number },
): { batch: number; threads: number; workers: number } {
  const { bytes, batch, threads } = rowsAndThreads(description, options, stored);
  return {
    batch,
    threads,
    workers: options.workers ?? workersFor({ bytes, device: options.device, threads }),
  };
}

/** Rows and threads of a diffusion model's calls, and the bytes of the denoiser that they follow from. */
export function rowsAndThreads(
  description: DiffusionDescription,
  options: Pick<CallOptions, 'batch' | 'threads'>,
  stored?: { batch: number; threads: number },
): { bytes: number; batch: number; threads: number } {
  const bytes = bytesIn(description, description.denoiser);
  return {
    bytes,
    batch: options.batch ?? stored?.batch ?? rowsFor(description.latent),
    threads: options.threads ?? stored?.threads ?? threadsFor(bytes),
  };
}

/** Of scorers that are no models. */
export const ONE = { workers: 1, ruledWorkers: 1 };

export function workersOf(
  { workers, moreDevices = [] }: ScoringOptions,
  model: { bytes: number; device: Device; threads: number },
): Pick<PreparedScorer, 'workers' | 'ruledWorkers' | 'devices'> {
  const ruledWorkers = workersFor(model) * (1 + moreDevices.length);
  const devices = moreDevices.length > 0 ? [model.device, ...moreDevices] : undefined;
  return { workers: workers ?? ruledWorkers, ruledWorkers, ...(devices && { devices }) };
}

/** Bytes of a model's files in one of its subfolders, weights that lie beside their graph included. */
export function bytesIn(
  { folder, files }: { folder: string; files: readonly string[] },
  part: string,
): number {
  return files
    .filter((file) => file.startsWith(`${part}/`))
    .reduce((sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Threads within a call: small models are spread over workers instead. */
export function threadsFor(bytes: number): number {
  return bytes <= SMALL_MODEL_BYTES ? 1 : availableParallelism();
}

/**
 * Workers for graphs of `bytes` that run with `threads` each: as many as there are cores for, but one alone where the
 * weights are large or the device is no CPU, since every worker holds its own copy of them.
 */
export function workersFor(model: { bytes: number; device: Device; threads: number }): number {
  if (model.device.name !== 'cpu' || model.bytes > SMALL_MODEL_BYTES) return 1;
  const forCores = Math.floor(availableParallelism() / Math.max(1, model.threads));
  const forMemory = Math.floor((MEMORY_SHARE * process.availableMemory()) / (model.bytes + WORKER_BYTES));
  return Math.max(1, Math.min(forCores, forMemory));
}
