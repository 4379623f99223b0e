/** Reads the folder of a CLIP-like model into one plain description; opens no graph. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import type { Cleaning } from '../tokenizers/clean-text.ts';
import { tokenizerFiles } from '../tokenizers/open-tokenizer.ts';
import {
  type Preprocessing,
  processorFile,
  readOpenClipPreprocessing,
  readProcessor,
} from './clip-preprocessing.ts';
import { DOMAIN_FILE, type Domain, readDomain } from './domain.ts';
import { withWeights } from './graph-weights.ts';

/** Everything that scoring needs to know of a CLIP-like model before its graphs are opened. Plain data. */
export interface ClipDescription {
  kind: 'clip';
  folder: string;
  /** Files that feed a score, relative to `folder`; their hashes name the model. */
  files: string[];
  /** Whose names and rules the folder follows. */
  family: 'clip' | 'siglip' | 'openclip';
  /** Text and vision as two graphs, or both in one. */
  layout: 'split' | 'joint';
  /** Paths relative to `folder`; the same one twice where the layout is joint. */
  graphs: { text: string; vision: string };
  /** Bytes of the graphs and their weights. */
  bytes: number;
  preprocessing: Preprocessing;
  /** Where that was read, relative to `folder`. */
  preprocessingFile: string;
  /** Folder of the tokenizer relative to `folder`, and what is done to a caption before it. */
  tokenizer: { folder: string; clean?: Cleaning };
  /** Ids that the text model takes: all of them are given, padding included. */
  maxPositions: number;
  domain?: Domain;
}

const side = z.number().int().positive();
const configSchema = z.object({
  model_type: z.string().optional(),
  text_config: z.object({ max_position_embeddings: side.optional() }).optional(),
  text_cfg: z
    .object({
      context_length: side.default(77),
      tokenizer_kwargs: z
        .object({ clean: z.enum(['canonicalize', 'lower', 'whitespace']).optional() })
        .optional(),
    })
    .optional(),
});
type Config = z.infer<typeof configSchema>;

/** Where transformers.js and optimum put graphs, the deeper place first. */
export const PLACES = ['onnx', ''];
/** Endings of the precisions that are read, best first. */
export const PRECISIONS = ['', '_fp16'];

/** Text positions where the configuration does not say: the defaults of transformers' two configurations. */
const POSITIONS = { clip: 77, siglip: 64 };

const LAYOUTS = [
  'onnx/text_model.onnx with onnx/vision_model.onnx, or onnx/model.onnx (transformers.js)',
  'model.onnx (optimum-cli export onnx)',
  'visual/model.onnx with textual/model.onnx (open_clip, as immich-app ships it)',
].join('; ');

/**
 * Describes the CLIP, SigLIP or OpenCLIP model in `folder`. Of several precisions fp32 is taken, else fp16.
 * @throws ModelFileError where a file is missing or malformed, or the model or its layout is another; it then says what
 *   was found and what is supported.
 */
export function describeClip(folder: string): ClipDescription {
  const config = readJson(join(folder, 'config.json'), configSchema);
  if (existsSync(join(folder, 'visual')) && existsSync(join(folder, 'textual')))
    return describeOpenClip(folder, config);
  const family = config.model_type;
  if (family !== 'clip' && family !== 'siglip') {
    throw new ModelFileError({
      what: family
        ? `the model type "${family}" is not supported`
        : 'the configuration names no model type and the folder has no visual/ and textual/',
      where: join(folder, 'config.json'),
      expected: 'clip or siglip, or an OpenCLIP folder',
    });
  }
  const graphs = findGraphs(folder);
  const domain = readDomain(folder);
  return {
    kind: 'clip',
    folder,
    files: withWeights(folder, [
      'config.json',
      processorFile(folder),
      ...graphFiles(folder, graphs),
      ...(domain ? [DOMAIN_FILE] : []),
      ...tokenizerFiles(folder),
    ]).sort(),
    family,
    layout: graphs.text === graphs.vision ? 'joint' : 'split',
    graphs,
    bytes: bytesOf(folder, graphs),
    preprocessing: readProcessor(folder, family === 'siglip'),
    preprocessingFile: processorFile(folder),
    tokenizer: { folder: '' },
    maxPositions: config.text_config?.max_position_embeddings ?? POSITIONS[family],
    ...(domain && { domain }),
  };
}

/** open_clip's two halves with its configuration file, exported by immich-app's script. */
function describeOpenClip(folder: string, { text_cfg }: Config): ClipDescription {
  const graphs = { text: 'textual/model.onnx', vision: 'visual/model.onnx' };
  const missing = Object.values(graphs).find((graph) => !existsSync(join(folder, graph)));
  if (missing) throw new ModelFileError({ what: 'a model file is missing', where: join(folder, missing) });
  const preprocessingFile = 'visual/preprocess_cfg.json';
  const clean = text_cfg?.tokenizer_kwargs?.clean;
  return {
    kind: 'clip',
    folder,
    files: withWeights(folder, [
      'config.json',
      preprocessingFile,
      ...graphFiles(folder, graphs),
      ...tokenizerFiles(join(folder, 'textual')).map((name) => `textual/${name}`),
    ]).sort(),
    family: 'openclip',
    layout: 'split',
    graphs,
    bytes: bytesOf(folder, graphs),
    preprocessing: readOpenClipPreprocessing(join(folder, preprocessingFile)),
    preprocessingFile,
    tokenizer: { folder: 'textual', ...(clean && { clean }) },
    maxPositions: text_cfg?.context_length ?? POSITIONS.clip,
  };
}

/** Split graphs before a joint one, which encodes both sides at every call; fp32 before fp16. */
function findGraphs(folder: string): ClipDescription['graphs'] {
  for (const precision of PRECISIONS) {
    for (const place of PLACES) {
      const [text, vision, joint] = ['text_model', 'vision_model', 'model'].map((name) =>
        [place, `${name}${precision}.onnx`].filter(Boolean).join('/'),
      );
      const has = (path: string | undefined) => path !== undefined && existsSync(join(folder, path));
      if (has(text) && has(vision)) return { text: text!, vision: vision! };
      if (has(joint)) return { text: joint!, vision: joint! };
    }
  }
  const found = PLACES.flatMap((place) => {
    const path = join(folder, place);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.filter((name) => name.endsWith('.onnx')).map((name) => join(place, name));
  });
  throw new ModelFileError({
    what: 'the folder has no CLIP graph in fp32 or fp16',
    where: folder,
    expected: LAYOUTS,
    got: found.length > 0 ? found.slice(0, 8).join(', ') : 'no .onnx file',
    fix: 'Download those files, or export the model with `optimum-cli export onnx --model NAME FOLDER`.',
  });
}

/**
 * The graphs and all that lies beside them under their name (`.onnx_data`, `.onnx.data`, chunks), or, of OpenCLIP's
 * halves, in their folder.
 */
export function graphFiles(folder: string, graphs: Readonly<Record<string, string>>): string[] {
  return [...new Set(Object.values(graphs))].flatMap((graph) => {
    const place = dirname(graph) === '.' ? '' : dirname(graph);
    const alone = graph.startsWith('visual/') || graph.startsWith('textual/');
    // Older exports of large OpenCLIP models keep each tensor in a file of its own name.
    const belongs = (name: string) =>
      name.startsWith(basename(graph)) || (alone && !/\.(json|txt|model|md|armnn|rknn)$/.test(name));
    return readdirSync(join(folder, place))
      .filter(belongs)
      .map((name) => (place === '' ? name : `${place}/${name}`))
      .filter((file) => !statSync(join(folder, file), { throwIfNoEntry: false })?.isDirectory());
  });
}

/** Bytes of the graphs and of their weights. */
export function bytesOf(folder: string, graphs: Readonly<Record<string, string>>): number {
  return graphFiles(folder, graphs).reduce(
    (sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
