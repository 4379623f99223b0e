/** Scores pairs by an image classifier: the log-probability of the class that a caption stands for. */

import { InputError, messageOf } from '../errors.ts';
import { decodeImage, type ImageSource } from '../images/decode.ts';
import { openClassifier, pixelsOf } from '../models/classifier.ts';
import type { ClassifierDescription } from '../models/classifier-folder.ts';
import { type ClassNames, classesOf } from '../models/labels.ts';
import type { Device, Feed } from '../onnx/session.ts';
import type { Example } from './example.ts';
import { openFeatureEncoder } from './feature-encoder.ts';
import type { Scorer } from './scorer.ts';

/** Everything that decides a classifier's results. Plain data, sent to the workers. */
export interface ClassifierSettings {
  kind: 'classifier';
  description: ClassifierDescription;
  threads: number;
  device: Device;
  /** Non-square images of a diffusion model whose features are read: cut or squashed. */
  resize: 'crop' | 'squash';
}

/** An image to what the classifier's graph takes. */
interface InputEncoder {
  encode(source: ImageSource): Promise<Feed>;
  release(): Promise<void>;
}

/**
 * Opens the model's graphs. A score is log p(class | image) over all of the model's classes: what it gives one image does
 * not depend on which captions the task compares. Where a caption stands for several classes, the likeliest counts, as
 * in ObjectNet's evaluation.
 */
export async function openClassifierScorer(settings: ClassifierSettings): Promise<Scorer> {
  const { description } = settings;
  const classifier = await openClassifier(description, settings);
  const inputs = await openInput(settings);
  const classes = new Map<string, readonly number[]>();
  /** Looking for a name in a sentence takes a while; by the task's own names it does not. */
  const known = (caption: string, names: readonly ClassNames[] | undefined): readonly number[] => {
    if (names) return classesOf(description.labels, caption, names);
    const found = classes.get(caption) ?? classesOf(description.labels, caption);
    classes.set(caption, found);
    return found;
  };
  const scorePairs = async ({ images, captions, classes: named }: Example): Promise<number[][]> => {
    const columns = captions.map((caption, k) => known(caption, named?.[k]));
    const scores: number[][] = [];
    for (const source of images) {
      const logs = await classifier.classify(await inputs.encode(source));
      scores.push(columns.map((ids) => Math.max(...ids.map((id) => logs[id]!))));
    }
    return scores;
  };
  return {
    async evaluate(work, emit, stopping = () => false) {
      for (const { index, example } of work) {
        if (stopping()) return;
        try {
          emit({ type: 'scores', index, scores: await scorePairs(example) });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          emit({ type: 'failed', index, message: messageOf(error) });
        }
      }
    },
    async release() {
      await classifier.release();
      await inputs.release();
    },
  };
}

async function openInput(settings: ClassifierSettings): Promise<InputEncoder> {
  const { input } = settings.description;
  if (input.kind === 'features') return openFeatureEncoder(input, settings);
  return {
    encode: async (source) =>
      pixelsOf(await decodeImage(source), input.preprocessing, input.preprocessingFile),
    release: async () => {},
  };
}
