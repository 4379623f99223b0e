/** What can be found wrong before any model is loaded: foreign words and pictures, captions that will be cut. */

import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { checkCaption, checkImageSize } from '../models/domain.ts';
import type { Example } from '../scoring/example.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { openClipTokenizer } from '../tokenizers/clip.ts';

export interface PreflightOptions {
  /** Width and height per example, per image. */
  sizes: readonly (readonly { width: number; height: number }[])[];
  /** Refuse captions that are longer than the context instead of warning. */
  strict: boolean;
  /** Score words and pictures from outside a model's domain all the same. */
  force: boolean;
}

/**
 * Checks the given examples against one scorer.
 * @returns a warning per caption that will be cut.
 * @throws InputError at the first caption or image that the model cannot know, or, if strict, that will be cut.
 */
export function preflight(
  examples: readonly Example[],
  scorer: { name: string; settings: ScorerSettings },
  { sizes, strict, force }: PreflightOptions,
): string[] {
  const { name, settings } = scorer;
  const { description } = settings;
  const { domain } = description;
  const tokenizerFolder =
    settings.kind === 'diffusion' ? join(description.folder, 'tokenizer') : description.folder;
  const tokenizer = openClipTokenizer(tokenizerFolder, description.maxPositions);
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [k, example] of examples.entries()) {
    if (domain && !force)
      for (const size of sizes[k]!) checkImageSize(domain, size, `example "${example.id}"`);
    for (const caption of example.captions) {
      if (seen.has(caption)) continue;
      seen.add(caption);
      const where = `example "${example.id}", caption "${shorten(caption)}"`;
      if (domain && !force) checkCaption(domain, caption, where);
      const { truncated, length } = tokenizer.encode(caption);
      if (!truncated) continue;
      const parts = {
        what: `a caption is longer than ${name} can read`,
        where,
        expected: `at most ${tokenizer.contextLength} tokens`,
        got: `${length}`,
      };
      if (strict)
        throw new InputError({ ...parts, fix: 'Shorten it, or leave out --strict to score its beginning.' });
      warnings.push(`${new InputError(parts).message} Its end is cut off.`);
    }
  }
  return warnings;
}

function shorten(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ');
  return oneLine.length > 60 ? `${oneLine.slice(0, 57)}…` : oneLine;
}
