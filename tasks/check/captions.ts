/** What is odd about captions, and how long they are. */

import { wordsOf } from '../../src/models/words.ts';

/** The words of a caption, sorted: equal for captions that differ by the order of words alone. */
export function bagOf(caption: string): string {
  return wordsOf(caption.toLowerCase()).sort().join(' ');
}

/** Tokens that CLIP's text encoders take, and Stable Diffusion's with them. */
const USUAL_CONTEXT = 77;
/** English takes CLIP's vocabulary about so many tokens a word; a start and an end are added to every caption. */
const TOKENS_PER_WORD = 1.3;
const FRAME = 2;

/** Measures a caption: undefined where it fits. */
export interface CaptionMeasure {
  /** How it measures, as a sentence's end. */
  by: string;
  cutOf(caption: string): { limit: number; length: number } | undefined;
}

/** A guess without any tokenizer: words and signs, against the 77 tokens that most models take. */
export const estimatedMeasure: CaptionMeasure = {
  by: `by estimate: ${TOKENS_PER_WORD} tokens a word against ${USUAL_CONTEXT}; name a model with --clip or --diffusion for its own count`,
  cutOf(caption) {
    const words = wordsOf(caption).length;
    const signs = caption.match(/[^\p{L}\p{M}\p{N}\s]/gu)?.length ?? 0;
    const length = Math.ceil(words * TOKENS_PER_WORD) + signs + FRAME;
    return length > USUAL_CONTEXT ? { limit: USUAL_CONTEXT, length } : undefined;
  },
};

/** Places of two captions that say the same but for case and spaces: neither can ever win. */
export function equalCaptions(captions: readonly string[]): [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const [c, caption] of captions.entries()) {
    const key = caption.toLowerCase().replace(/\s+/g, ' ').trim();
    const earlier = seen.get(key);
    if (earlier !== undefined) return [earlier, c];
    seen.set(key, c);
  }
  return undefined;
}
