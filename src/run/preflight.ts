/** What can be found wrong before any model is loaded: foreign words and pictures, captions that will be cut. */

import { InputError } from '../errors.ts';
import { type CutCaption, openCaptionCheck } from '../models/caption-check.ts';
import { checkCaption, checkImageSize } from '../models/domain.ts';
import type { Example } from '../scoring/example.ts';
import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { checkScores } from './check-scores.ts';

export interface PreflightOptions {
  /** Width and height per example, per image. */
  sizes: readonly (readonly { width: number; height: number }[])[];
  /** Refuse captions that are longer than the context instead of warning. */
  strict: boolean;
  /** Score words and pictures from outside a model's domain all the same. */
  force: boolean;
  /** List examples that cannot be scored instead of throwing at the first. */
  skip: boolean;
}

/** What was found: a sentence per caption that will be cut, and per example that cannot be scored, by its place. */
export interface Findings {
  warnings: string[];
  failures: Map<number, string>;
}

/**
 * Checks the given examples against one scorer. Captions are named by their place: warnings and failures are stored,
 * whatever the task's licence says of its texts.
 * @throws InputError at the first caption or image that the model cannot know, or, if strict, that will be cut; unless
 *   such examples are skipped.
 */
export function preflight(
  examples: readonly Example[],
  scorer: { name: string; settings: ScorerSettings },
  options: PreflightOptions,
): Findings {
  const { name, settings } = scorer;
  if (settings.kind === 'external') return { warnings: [], failures: new Map() };
  if (settings.kind === 'imported') return checkScores(examples, settings.path, options.skip);
  const { description } = settings;
  const cutOf = openCaptionCheck(description);
  const domain = options.force ? undefined : description.domain;
  if (domain && settings.kind === 'diffusion') {
    // Another --resolution shows the model pictures that it never saw, whatever the files hold.
    const { latent, downscale } = settings.description;
    checkImageSize(domain, { width: latent[2] * downscale, height: latent[1] * downscale }, '--resolution');
  }
  const findings: Findings = { warnings: [], failures: new Map() };
  if (settings.kind === 'diffusion' && settings.description.vae === 'draw')
    findings.warnings.push(
      `The VAE encoder of ${name} draws its latents at random and cannot be made to give their mean: the first draw for an image is kept on this machine and used from then on. Scores differ elsewhere; export it again (docs/models.md) for scores that do not.`,
    );
  /** Per caption, once: its tokens where it will be cut. */
  const cut = new Map<string, CutCaption | undefined>();

  const checkExample = (example: Example, k: number) => {
    for (const size of domain ? options.sizes[k]! : []) {
      checkImageSize(domain!, size, `example "${example.id}"`);
    }
    for (const [c, caption] of example.captions.entries()) {
      const where = `example "${example.id}", caption ${c}`;
      if (domain) checkCaption(domain, caption, where);
      const known = cut.has(caption);
      if (!known) cut.set(caption, cutOf(caption, example.classes?.[c]));
      const found = cut.get(caption);
      if (!found) continue;
      const parts = {
        what: `a caption is longer than ${name} can read`,
        where,
        expected: `at most ${found.limit} tokens`,
        got: `${found.length}`,
      };
      if (options.strict)
        throw new InputError({ ...parts, fix: 'Shorten it, or leave out --strict to score its beginning.' });
      if (!known) findings.warnings.push(`${new InputError(parts).message} Its end is cut off.`);
    }
  };

  for (const [k, example] of examples.entries()) {
    try {
      checkExample(example, k);
    } catch (error) {
      if (!options.skip || !(error instanceof InputError)) throw error;
      findings.failures.set(k, error.message);
    }
  }
  return findings;
}
