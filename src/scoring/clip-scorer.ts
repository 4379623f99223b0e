/** Scores pairs by the cosine of a CLIP model's embeddings. */

import { InputError, messageOf } from '../errors.ts';
import { decodeImage } from '../images/decode.ts';
import { type ClipModel, cosine, openClip } from '../models/clip.ts';
import type { ClipDescription } from '../models/clip-folder.ts';
import type { Device } from '../onnx/session.ts';
import { EmbeddingCache } from './embedding-cache.ts';
import type { Example } from './example.ts';
import type { Scorer } from './scorer.ts';

/** Everything that decides a CLIP scorer's results. Plain data, sent to the workers. */
export interface ClipSettings {
  kind: 'clip';
  description: ClipDescription;
  threads: number;
  device: Device;
}

/** Opens the model's graphs. Scores are cosines; the logit scale would change no comparison. */
export async function openClipScorer(settings: ClipSettings): Promise<Scorer> {
  const model = await openClip(settings.description, settings);
  const captions = new EmbeddingCache(
    (caption) => model.encodeCaption(caption),
    (vector) => vector.byteLength,
  );
  return {
    async evaluate(work, emit, stopping = () => false) {
      for (const { index, example } of work) {
        if (stopping()) return;
        try {
          emit({ type: 'scores', index, scores: await scorePairs(model, captions, example) });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          emit({ type: 'failed', index, message: messageOf(error) });
        }
      }
    },
    release: () => model.release(),
  };
}

async function scorePairs(model: ClipModel, captions: EmbeddingCache<Float32Array>, example: Example) {
  const texts: Float32Array[] = [];
  for (const caption of example.captions) texts.push(await captions.get(caption));
  const scores: number[][] = [];
  for (const source of example.images) {
    const image = await model.encodeImage(await decodeImage(source));
    scores.push(texts.map((text) => cosine(image, text)));
  }
  return scores;
}
