/** Reads the folder of an image classifier into one plain description; opens no graph. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { readClassifierProcessor } from './classifier-preprocessing.ts';
import { bytesOf, graphFiles, PLACES, PRECISIONS } from './clip-folder.ts';
import { inputSize, type Preprocessing, processorFile } from './clip-preprocessing.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { DOMAIN_FILE, type Domain, readDomain } from './domain.ts';
import { type FeatureSource, readFeatureSource } from './feature-source.ts';
import { graphAt } from './graph-facts.ts';
import { type ClassLabels, labelsOf } from './labels.ts';

/** Everything that scoring needs to know of a classifier before its graphs are opened. Plain data. */
export interface ClassifierDescription {
  kind: 'classifier';
  folder: string;
  /** Files that feed a score, relative to `folder`; their hashes name the model. */
  files: string[];
  /** `model_type` of its configuration. */
  modelType: string;
  /** Path of the graph relative to `folder`. */
  graph: string;
  /** Bytes of the graphs and their weights. */
  bytes: number;
  dtype: 'float32' | 'float16';
  labels: ClassLabels;
  /** What it sees: pixels, or features of a diffusion model. */
  input:
    | { kind: 'pixels'; preprocessing: Preprocessing; preprocessingFile: string }
    | { kind: 'features'; source: FeatureSource; base: DiffusionDescription };
  domain?: Domain;
}

const configSchema = z.object({
  model_type: z.string().default('image classifier'),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
});

/**
 * Describes the image classifier in `folder`: transformers' files with the graph that optimum or transformers.js
 * writes. Of two precisions fp32 is taken. With a field `features` in `winoscope.json` the graph is a head on a
 * diffusion model's features.
 * @throws ModelFileError where a file is missing or malformed.
 */
export function describeClassifier(folder: string): ClassifierDescription {
  const { model_type, id2label } = readJson(join(folder, 'config.json'), configSchema);
  const graph = findGraph(folder);
  if (!id2label) {
    throw new ModelFileError({
      what: 'the model names no classes',
      where: join(folder, 'config.json'),
      expected: 'a field "id2label", as image classifiers have',
      fix: 'A CLIP model is passed as --clip.',
    });
  }
  const domain = readDomain(folder);
  const found = readFeatureSource(folder);
  const own = graphFiles(folder, { graph });
  const preprocessingFile = processorFile(folder);
  const input: ClassifierDescription['input'] = found
    ? { kind: 'features', ...found }
    : {
        kind: 'pixels',
        preprocessing: readClassifierProcessor(folder, model_type),
        preprocessingFile,
      };
  if (input.kind === 'pixels') inputSize(input.preprocessing, join(folder, preprocessingFile));
  const files = [
    'config.json',
    ...own,
    ...(domain || found ? [DOMAIN_FILE] : []),
    ...(found ? found.files : [preprocessingFile]),
  ];
  return {
    kind: 'classifier',
    folder,
    files: files.sort(),
    modelType: model_type,
    graph,
    bytes: bytesOf(folder, { graph }) + (found?.bytes ?? 0),
    dtype: /_fp16\.onnx$/.test(graph) || isHalf(join(folder, graph)) ? 'float16' : 'float32',
    labels: labelsOf(id2label, Object.keys(id2label).length),
    input,
    ...(domain && { domain }),
  };
}

/** Whether a folder's configuration is that of an image classifier: it names its classes and has no text model. */
export function looksLikeClassifier(folder: string): boolean {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return false;
  const { id2label, text_config } = readJson(
    path,
    z.looseObject({ id2label: z.unknown().optional(), text_config: z.unknown().optional() }),
  );
  return id2label !== undefined && text_config === undefined;
}

function isHalf(path: string): boolean {
  return graphAt(path)?.inputs.some(({ type }) => type === 10) ?? false;
}

function findGraph(folder: string): string {
  for (const precision of PRECISIONS) {
    for (const place of PLACES) {
      const path = [place, `model${precision}.onnx`].filter(Boolean).join('/');
      if (existsSync(join(folder, path))) return path;
    }
  }
  throw new ModelFileError({
    what: 'the folder has no classifier graph in fp32 or fp16',
    where: folder,
    expected: 'model.onnx (optimum) or onnx/model.onnx (transformers.js)',
    fix: 'Export it with `optimum-cli export onnx --model NAME --task image-classification FOLDER`.',
  });
}
