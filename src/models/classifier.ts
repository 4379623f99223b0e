import { join } from 'node:path';
import { ModelFileError, ShapeError } from '../errors.ts';
import type { RgbImage } from '../images/decode.ts';
import { type Feed, OnnxSession, type SessionOptions } from '../onnx/session.ts';
import type { ClassifierDescription } from './classifier-folder.ts';
import { inputSize, type Preprocessing, preprocess } from './clip-preprocessing.ts';

/** Pixels or features to log-probabilities of a model's classes. */
export interface Classifier {
  /** Of one input, `[classes]` float64: log-softmax of the logits. */
  classify(input: Feed): Promise<Float64Array>;
  release(): Promise<void>;
}

/**
 * Opens a classifier's graph for inputs of one row; one that fixes its batch gets the input in every row. Equals
 * `model(x).logits.log_softmax(-1)`.
 * @throws ModelFileError where the graph is none of an image classifier, or has another number of classes than its files
 *   name.
 */
export async function openClassifier(
  { folder, graph, labels }: ClassifierDescription,
  options: SessionOptions,
): Promise<Classifier> {
  const path = join(folder, graph);
  const session = await OnnxSession.open(path, options);
  const [input, ...others] = session.inputs.values();
  const output = session.outputs.has('logits') ? 'logits' : [...session.outputs.keys()][0]!;
  if (!input || others.length > 0 || !input.type.startsWith('float')) {
    throw new ModelFileError({
      what: 'the graph is not that of an image classifier',
      where: path,
      expected: 'one input, pixel_values, and an output logits',
      got: [...session.inputs.values()].map(({ name, type }) => `${name} (${type})`).join(', '),
    });
  }
  const declared = input.shape[0];
  const rows = typeof declared === 'number' && declared > 0 ? declared : 1;
  return {
    async classify({ data, dims }) {
      const repeated = new Float32Array(rows * data.length);
      for (let row = 0; row < rows; row++) repeated.set(data, row * data.length);
      const feed = { data: repeated, dims: [rows, ...dims.slice(1)] };
      const result = (await session.run({ [input.name]: feed }, [output]))[output]!;
      const count = result.data.length / rows;
      if (result.dims.length !== 2 || count !== labels.count) {
        throw new ModelFileError({
          what: 'the graph and the configuration disagree on the number of classes',
          where: path,
          expected: `${labels.count}, as config.json names`,
          got: `[${result.dims.join(', ')}]`,
        });
      }
      return logSoftmax(result.data.subarray(0, count), path);
    },
    release: () => session.release(),
  };
}

/** Pixels of an image as one row for `classify`. */
export function pixelsOf(image: RgbImage, preprocessing: Preprocessing, file: string): Feed {
  const { width, height } = inputSize(preprocessing, file);
  return { data: preprocess(image, preprocessing), dims: [1, 3, height, width] };
}

/** Float64 sums over float32 logits. @throws ShapeError where one is no number: the model overflowed. */
function logSoftmax(logits: Float32Array, where: string): Float64Array {
  const greatest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!logits.every(Number.isFinite)) {
    throw new ShapeError({
      what: 'the classifier gave logits that are no numbers',
      where,
      expected: 'finite numbers',
      fix: 'If the graph is fp16, use the fp32 one.',
    });
  }
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - greatest);
  const total = greatest + Math.log(sum);
  return Float64Array.from(logits, (value) => value - total);
}
