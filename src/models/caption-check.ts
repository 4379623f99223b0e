/** Whether a model can read a caption whole, known without opening its graphs. */

import { join } from 'node:path';
import { openTokenizer } from '../tokenizers/open-tokenizer.ts';
import { tokenizerOptions } from './caption-encoder.ts';
import type { ClassifierDescription } from './classifier-folder.ts';
import { openClipTokenizer } from './clip.ts';
import type { ClipDescription } from './clip-folder.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { type ClassNames, classesOf, classOf } from './labels.ts';

/** A caption of more tokens than one of the model's text encoders takes. */
export interface CutCaption {
  /** Tokens that fit. */
  limit: number;
  length: number;
}

/**
 * A function that tells where a caption will be cut: by the first text encoder that is too short for it. Undefined for
 * a caption that all of them take.
 * @throws ModelFileError where a tokenizer cannot be opened; the function InputError where the model knows classes
 *   and has none of that name.
 */
export function openCaptionCheck(
  description: DiffusionDescription | ClipDescription | ClassifierDescription,
): (caption: string, classes?: readonly ClassNames[]) => CutCaption | undefined {
  if (description.kind === 'classifier') {
    const { labels } = description;
    return (caption, classes) => {
      classesOf(labels, caption, classes);
      return undefined;
    };
  }
  if (description.kind === 'diffusion' && description.labels) {
    const { labels } = description;
    return (caption, classes) => {
      classOf(labels, caption, classes);
      return undefined;
    };
  }
  const tokenizers =
    description.kind === 'diffusion'
      ? description.texts.map((text) =>
          openTokenizer(join(description.folder, text.tokenizer), tokenizerOptions(text)),
        )
      : [openClipTokenizer(description)];
  return (caption) => {
    for (const tokenizer of tokenizers) {
      const { truncated, length } = tokenizer.encode(caption);
      if (truncated) return { limit: tokenizer.contextLength, length };
    }
    return undefined;
  };
}
