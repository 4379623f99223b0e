/** What some models do to a caption before it is split into tokens. */

/**
 * - `none`: nothing.
 * - `whitespace`, `lower`: open_clip's `clean` of these names: runs of white space become one blank, the ends are
 *   trimmed; `lower` also puts it in lower case.
 * - `canonicalize`: open_clip's of that name: lower case, `_` to a blank, ASCII punctuation removed, white space as
 *   above.
 * - `siglip`, `siglip-cased`: the caption with sentencepiece's blank `▁` before it, without ASCII punctuation, white
 *   space as above, in lower case, as `SiglipTokenizer` itself does it; the second keeps the case (`do_lower_case: false`).
 */
export const CLEANINGS = ['none', 'whitespace', 'lower', 'canonicalize', 'siglip', 'siglip-cased'] as const;
export type Cleaning = (typeof CLEANINGS)[number];

/** Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
/** Python's `\s` on text: JavaScript's without the byte order mark, with the separators of ASCII. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are Python's white space
const SPACES = /(?:[\x1c-\x1f\x85]|(?!\ufeff)\s)+/g;

/** The caption as the tokenizer should see it. */
export function cleanText(caption: string, cleaning: Cleaning): string {
  switch (cleaning) {
    case 'none':
      return caption;
    case 'whitespace':
      return trim(caption);
    case 'lower':
      return trim(caption.toLowerCase());
    case 'canonicalize':
      return trim(caption.replaceAll('_', ' ').replace(PUNCTUATION, '').toLowerCase());
    case 'siglip':
      return siglip(caption.toLowerCase());
    case 'siglip-cased':
      return siglip(caption);
  }
}

function trim(text: string): string {
  return text.replace(SPACES, ' ').replace(/^ | $/g, '');
}

function siglip(caption: string): string {
  const text = trim(`▁${caption.replaceAll('▁', ' ')}`.replace(PUNCTUATION, ''));
  return text === '▁' ? '' : text;
}
