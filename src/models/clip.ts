import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { centerCrop, resizeShortestEdge } from '../images/crop.ts';
import type { RgbImage } from '../images/decode.ts';
import { toTensor } from '../images/normalize.ts';
import { resize } from '../images/resize.ts';
import { type Feed, OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { type EncodedCaption, openTokenizer } from '../tokenizers/open-tokenizer.ts';
import type { ClipDescription, Preprocessing } from './clip-folder.ts';

/** Images and captions to embeddings of one space. */
export interface ClipModel {
  /** Unit vector, float32 `[D]`. */
  encodeImage(image: RgbImage): Promise<Float32Array>;
  /** Unit vector, float32 `[D]`. */
  encodeCaption(caption: string): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens a CLIP model of transformers.js' layout. One image or caption per call, so that an embedding depends on it
 * alone. The split graphs are preferred: the joint one encodes both sides at every call.
 */
export async function openClip(description: ClipDescription, options: SessionOptions): Promise<ClipModel> {
  const { folder, layout, preprocessing } = description;
  const tokenizer = openTokenizer(folder, { maxPositions: description.maxPositions });
  const textPath = join(folder, 'onnx', layout === 'split' ? 'text_model.onnx' : 'model.onnx');
  const text = await OnnxSession.open(textPath, options);
  const vision =
    layout === 'joint' ? text : await OnnxSession.open(join(folder, 'onnx', 'vision_model.onnx'), options);
  const blankCaption = tokenizer.encode('');
  const { width, height } = inputSize(preprocessing, folder);
  const blankPixels = new Float32Array(3 * width * height);

  async function embed(session: OnnxSession, caption: EncodedCaption, pixels: Float32Array, output: string) {
    const length = caption.ids.length;
    const all: Record<string, Feed> = {
      input_ids: { data: caption.ids, dims: [1, length] },
      attention_mask: { data: caption.mask, dims: [1, length] },
      pixel_values: { data: pixels, dims: [1, 3, height, width] },
    };
    const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => session.inputs.has(name)));
    const result = await session.run(feeds, [output]);
    return unit(result[output]!.data);
  }

  return {
    encodeImage: (image) => embed(vision, blankCaption, preprocess(image, preprocessing), 'image_embeds'),
    encodeCaption: (caption) => embed(text, tokenizer.encode(caption), blankPixels, 'text_embeds'),
    async release() {
      await text.release();
      if (vision !== text) await vision.release();
    },
  };
}

/** Cosine of two unit vectors `[D]`, summed in float64. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Pixels as the model wants them, `[3, H, W]`; equals transformers' CLIPImageProcessor. */
export function preprocess(image: RgbImage, rule: Preprocessing): Float32Array {
  let result = image;
  if (rule.shortestEdge !== undefined) result = resizeShortestEdge(result, rule.shortestEdge, rule.filter);
  if (rule.exactSize) result = resize(result, rule.exactSize.width, rule.exactSize.height, rule.filter);
  if (rule.crop) result = centerCrop(result, rule.crop.width, rule.crop.height);
  return toTensor(result, rule);
}

function inputSize(rule: Preprocessing, folder: string): { width: number; height: number } {
  const size = rule.crop ?? rule.exactSize;
  if (size) return size;
  throw new ModelFileError({
    what: 'the preprocessing does not fix the size of the image',
    where: join(folder, 'preprocessor_config.json'),
    expected: 'crop_size, or size with height and width',
  });
}

/** The vector divided by its Euclidean length. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(cosine(vector, vector));
  return vector.map((value) => value / length);
}
