/** What this machine can run, and how a model would be run on it. */

import { existsSync, statSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { ModelFileError, messageOf, WinoscopeError } from '../errors.ts';
import type { ModelKind } from '../hub/resolve-ref.ts';
import type { ClassifierDescription } from '../models/classifier-folder.ts';
import type { ClipDescription } from '../models/clip-folder.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import { type Recipe, recipeOf } from '../models/recipe.ts';
import { checkGraph } from '../onnx/check-graph.ts';
import { type Device, ORT_VERSION, supportedDevices } from '../onnx/session.ts';
import { foreignOperators } from '../onnx/unsupported.ts';
import { withAutoCalls } from './auto-calls.ts';
import { type ModelRequest, type PreparedScorer, prepareScorer, type ScoringOptions } from './settings.ts';

export interface MachineReport {
  node: string;
  platform: string;
  onnxruntime: string;
  /** Devices that this onnxruntime was built for; drivers and libraries may still be missing. */
  devices: string[];
  cpu: string;
  cores: number;
  memoryBytes: number;
  freeMemoryBytes: number;
}

/** Versions, cores and memory of this machine. */
export function examineMachine(): MachineReport {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    onnxruntime: ORT_VERSION,
    devices: supportedDevices(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
  };
}

export interface ModelReport {
  ref: string;
  kind: ModelKind;
  folder: string;
  recipe: Recipe;
  /** The same as numbers and names, for programs. */
  description: DiffusionDescription | ClipDescription | ClassifierDescription;
  device: string;
  /** Rows of a model call, threads within one, and workers beside each other. */
  calls: { batch: number; threads: number; workers: number; chosen: NonNullable<PreparedScorer['calls']> };
  files: { count: number; bytes: number };
  /** What would stop it, a sentence each; empty where nothing is known to. */
  problems: string[];
}

/** What is said of a folder that has nothing to begin with. */
const NO_MODEL =
  'the folder holds no model (expected model_index.json beside unet/ or transformer/, text_encoder/ and vae_encoder/, as diffusion models have, or config.json beside ONNX graphs, as CLIP and classifiers have)';

/** A folder that cannot be described at all, and why. */
export interface NoModelReport extends Pick<ModelReport, 'ref' | 'kind' | 'folder' | 'problems'> {
  recipe?: never;
}

/**
 * How a model would be scored with, as far as its folder tells. Reads its small files and the structure of its graphs;
 * opens none.
 * @throws UsageError for options that no model could take.
 */
export async function examineModel(
  request: ModelRequest,
  options: ScoringOptions,
): Promise<ModelReport | NoModelReport> {
  try {
    return await examine(request, options);
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    const { ref, kind, folder } = request;
    const isModel = kind !== 'diffusion' || existsSync(join(folder, 'model_index.json'));
    return { ref, kind, folder, problems: [isModel ? messageOf(error) : NO_MODEL] };
  }
}

/** @throws ModelFileError, UsageError where the folder cannot be described at all. */
async function examine(request: ModelRequest, options: ScoringOptions): Promise<ModelReport> {
  const prepared = await withAutoCalls(prepareScorer(request, options), { scoring: options, measure: false });
  const { settings, workers, calls: chosen = 'rule' } = prepared;
  if (settings.kind === 'external' || settings.kind === 'imported')
    throw new Error('a model became no model');
  const { description } = settings;
  const files = description.files.map((file) => join(description.folder, file));
  const problems = files
    .filter((file) => file.endsWith('.onnx'))
    .flatMap((file) => problemsOf(file, options.device))
    .concat(deviceProblems(options.device));
  const batch = settings.kind === 'diffusion' ? settings.batch : 1;
  return {
    ref: request.ref,
    kind: request.kind,
    folder: description.folder,
    recipe: recipeOf(description, options.resize),
    description,
    device: options.device.id === 0 ? options.device.name : `${options.device.name}:${options.device.id}`,
    calls: { batch, threads: settings.threads, workers, chosen },
    files: {
      count: files.length,
      bytes: files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0),
    },
    problems,
  };
}

function problemsOf(file: string, { name }: Device): string[] {
  try {
    const graph = checkGraph(file);
    const foreign = name === 'cpu' ? foreignOperators(graph, name) : undefined;
    return foreign ? [new WinoscopeError({ ...foreign, where: file }).message] : [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function deviceProblems({ name }: Device): string[] {
  const built = supportedDevices();
  return built.includes(name) ? [] : [`This onnxruntime has no device "${name}", only ${built.join(', ')}.`];
}
