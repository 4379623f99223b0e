/** What a caption is made of, in any script. */

/**
 * Words, with the marks that belong to their letters (vowel signs of Devanagari, accents that stand alone) and the
 * joiners and apostrophes within them; and signs that say something by themselves, as emoji do. Punctuation is neither.
 */
const WORD =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’\u200c\u200d][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*|(?:[\p{So}\p{Extended_Pictographic}][\p{M}\p{Emoji_Modifier}]*\u200d?)+/gu;

/** The words and signs of a caption, in order; signs that touch each other are one. */
export function wordsOf(caption: string): string[] {
  return caption.match(WORD) ?? [];
}
