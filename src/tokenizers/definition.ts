/** A tokenizer's definition, `tokenizer.json`, and what of it the JavaScript library must not be left to do. */

import { z } from 'zod';
import { charsmapNormalizer } from './charsmap.ts';

/** A `tokenizer.json` as read or built; only what is looked at has a type. */
export const definitionSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number().int(), content: z.string() })).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  model: z.looseObject({
    type: z.string().optional(),
    /** By token, or as `[token, score]` in order of their ids. */
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});
export type TokenizerDefinition = z.input<typeof definitionSchema>;
export type Definition = z.infer<typeof definitionSchema>;

const stepSchema = z.looseObject({ type: z.string() });
type Step = z.infer<typeof stepSchema>;

/** What Rust's `char::is_whitespace` holds: JavaScript's without the byte order mark, with "next line". */
export const WHITE_SPACE = '(?:(?!\\ufeff)\\s|\\u0085)+';

/** `WhitespaceSplit` by that rule. */
export const SPLIT_AT_WHITE_SPACE: Step = {
  type: 'Split',
  pattern: { Regex: WHITE_SPACE },
  behavior: 'Removed',
  invert: false,
};

/**
 * The definition for the library, and what is to be done to a caption before it is passed on, so that both together give
 * the ids of Hugging Face's own tokenizers. Three things are taken out of the library's hands: a character map at the
 * beginning; the final sigma, which JavaScript's lower case tells from others and a map of single characters cannot; and
 * what counts as white space.
 * @throws z.ZodError, RangeError where the definition is malformed.
 */
export function exactly(definition: Definition): {
  definition: Definition;
  before: (text: string) => string;
} {
  const normalizers = stepsOf(definition.normalizer, 'normalizers');
  const isMapped = normalizers[0]?.type === 'Precompiled';
  const charsmap = isMapped ? normalizers[0]!.precompiled_charsmap : undefined;
  const map = typeof charsmap === 'string' && charsmap !== '' ? charsmapNormalizer(charsmap) : undefined;
  const lowers = normalizers.some(({ type }) => type === 'Lowercase');
  const pretokenizers = stepsOf(definition.pre_tokenizer, 'pretokenizers').map((step) =>
    step.type === 'WhitespaceSplit' ? SPLIT_AT_WHITE_SPACE : step,
  );
  const left = isMapped ? normalizers.slice(1) : normalizers;
  return {
    definition: {
      ...definition,
      normalizer: left.length > 0 ? { type: 'Sequence', normalizers: left } : null,
      pre_tokenizer: pretokenizers.length > 0 ? { type: 'Sequence', pretokenizers } : null,
    },
    before(text) {
      const mapped = map ? map(text) : text;
      return lowers ? mapped.replaceAll('Σ', 'σ') : mapped;
    },
  };
}

/** The steps of a normalizer or pre-tokenizer, nested sequences laid flat. */
function stepsOf(value: unknown, key: 'normalizers' | 'pretokenizers'): Step[] {
  if (value === null || value === undefined) return [];
  const step = stepSchema.parse(value);
  if (step.type !== 'Sequence') return [step];
  return z
    .array(z.unknown())
    .parse(step[key])
    .flatMap((inner) => stepsOf(inner, key));
}
