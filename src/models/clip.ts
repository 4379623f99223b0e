import { join } from 'node:path';
import { ModelFileError, ShapeError } from '../errors.ts';
import type { RgbImage } from '../images/decode.ts';
import type { SessionOptions } from '../onnx/session.ts';
import { type CaptionTokenizer, openTokenizer } from '../tokenizers/open-tokenizer.ts';
import type { ClipDescription } from './clip-folder.ts';
import { type ClipGraph, openClipGraph } from './clip-graph.ts';
import { inputSize, preprocess } from './clip-preprocessing.ts';

/** Images and captions to embeddings of one space. */
export interface ClipModel {
  /** Unit vector, float32 `[D]`. */
  encodeImage(image: RgbImage): Promise<Float32Array>;
  /** Unit vector, float32 `[D]`. */
  encodeCaption(caption: string): Promise<Float32Array>;
  release(): Promise<void>;
}

/** The tokenizer of a CLIP-like model: all ids that its text model takes, padding included. */
export function openClipTokenizer(description: ClipDescription): CaptionTokenizer {
  const { folder, family, tokenizer, maxPositions } = description;
  return openTokenizer(join(folder, tokenizer.folder), {
    // CLIP's last positions may be left out, SigLIP's and OpenCLIP's graphs were trained or traced with all.
    ...(family === 'clip' ? { maxPositions } : { length: maxPositions }),
    ...(tokenizer.clean && { clean: tokenizer.clean }),
  });
}

/**
 * Opens a CLIP, SigLIP or OpenCLIP model. One image or caption per call, so that an embedding depends on it alone.
 * Embeddings are scaled to length 1 here, whether the graph did so or not; the cosine leaves out the logit scale and
 * bias, which change no comparison.
 * @throws ModelFileError, ShapeError where files and graphs do not fit each other.
 */
export async function openClip(description: ClipDescription, options: SessionOptions): Promise<ClipModel> {
  const { folder, family, graphs, preprocessing } = description;
  const tokenizer = openClipTokenizer(description);
  const { width, height } = inputSize(preprocessing, join(folder, description.preprocessingFile));
  const text = await openClipGraph(join(folder, graphs.text), family, options);
  const vision =
    graphs.text === graphs.vision ? text : await openClipGraph(join(folder, graphs.vision), family, options);
  checkFit(text, 'token ids', text.length, tokenizer.contextLength);
  checkFit(vision, 'pixel rows', vision.size?.height, height);
  checkFit(vision, 'pixel columns', vision.size?.width, width);
  const dims = [1, 3, height, width];
  const blankCaption = tokenizer.encode('');
  const blankPixels = { data: new Float32Array(3 * width * height), dims };

  return {
    async encodeImage(image) {
      const pixels = { data: preprocess(image, preprocessing), dims };
      return unit(await vision.embed('image', { caption: blankCaption, pixels }), vision.path);
    },
    async encodeCaption(caption) {
      const input = { caption: tokenizer.encode(caption), pixels: blankPixels };
      return unit(await text.embed('text', input), text.path);
    },
    async release() {
      await text.release();
      if (vision !== text) await vision.release();
    },
  };
}

/** Cosine of two unit vectors `[D]`, summed in float64. @throws ShapeError where their lengths differ. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new ShapeError({
      what: 'image and text embeddings do not lie in one space',
      expected: `${a.length} numbers`,
      got: `${b.length}`,
    });
  }
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** What a graph was traced for must be what the other files say. */
function checkFit({ path }: ClipGraph, what: string, graph: number | undefined, files: number): void {
  if (graph === undefined || graph === files) return;
  throw new ModelFileError({
    what: `the graph and the configuration files disagree on the number of ${what}`,
    where: path,
    expected: `${graph}, as the graph says`,
    got: `${files}`,
  });
}

/** The vector divided by its Euclidean length. @throws ShapeError where it has none: the model overflowed. */
function unit(vector: Float32Array, where: string): Float32Array {
  const length = Math.sqrt(cosine(vector, vector));
  if (Number.isFinite(length) && length > 0) return vector.map((value) => value / length);
  throw new ShapeError({
    what: 'the model gave an embedding without a direction',
    where,
    expected: 'finite numbers',
    got: `length ${length}`,
    fix: 'If the graph is fp16, use the fp32 one.',
  });
}
