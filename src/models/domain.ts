/** What a model made for a small world can be asked about: its own words and pictures, nothing else. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { wordsOf } from './words.ts';

const domainSchema = z.object({
  name: z.string(),
  words: z.array(z.string()).min(1),
  image: z.object({ width: z.number().int(), height: z.number().int() }),
});

/** A model's world: its name, its words in lower case, and the size of its pictures in pixels. */
export type Domain = z.infer<typeof domainSchema>;

/** Name of the optional file in a model folder that bounds its domain. */
export const DOMAIN_FILE = 'winoscope.json';

/** The domain that a model folder declares, or undefined for a model of open domain. */
export function readDomain(folder: string): Domain | undefined {
  const path = join(folder, DOMAIN_FILE);
  if (!existsSync(path)) return undefined;
  return readJson(path, z.object({ domain: domainSchema.optional() })).domain;
}

/** What a sentence names of the words that a model does not know, and how much of each. */
const NAMED_WORDS = 5;
const WORD_CHARACTERS = 40;

/**
 * Refuses a caption with a word or emoji that the model never saw: it would get a score that means nothing.
 * @throws InputError naming the first of them.
 */
export function checkCaption(domain: Domain, caption: string, where: string): void {
  const known = new Set(domain.words);
  const foreign = [...new Set(wordsOf(caption.toLowerCase()))].filter((word) => !known.has(word));
  if (foreign.length === 0) return;
  const named = foreign.slice(0, NAMED_WORDS).map((word) => `"${beginningOf(word)}"`);
  const more = foreign.length > NAMED_WORDS ? ` and ${foreign.length - NAMED_WORDS} more` : '';
  throw new InputError({
    what: `the ${domain.name} model does not know the word${foreign.length > 1 ? 's' : ''} ${named.join(', ')}${more}`,
    where,
    expected: `only words of its world: ${domain.words.join(', ')}`,
    fix: 'Name a model that knows them with --diffusion (to score, also with --clip), or pass --force to see what this one makes of it.',
  });
}

function beginningOf(word: string): string {
  const characters = [...word];
  return characters.length > WORD_CHARACTERS ? `${characters.slice(0, WORD_CHARACTERS).join('')}…` : word;
}

/**
 * Refuses a picture that is not of the model's world, as far as its size tells.
 * @throws InputError naming the size.
 */
export function checkImageSize(domain: Domain, size: { width: number; height: number }, where: string): void {
  const { width, height } = domain.image;
  if (size.width === width && size.height === height) return;
  throw new InputError({
    what: `the ${domain.name} model only knows pictures of its own world`,
    where,
    expected: `${width} x ${height} pixels`,
    got: `${size.width} x ${size.height}`,
    fix: 'Score photos with a model made for them (--diffusion FOLDER, --clip FOLDER), or pass --force to see what it says all the same.',
  });
}
