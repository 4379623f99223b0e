/** What a model made for a small world can be asked about: its own words and pictures, nothing else. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';

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

/**
 * Refuses a caption with a word that the model never saw: it would get a score that means nothing.
 * @throws InputError naming the words.
 */
export function checkCaption(domain: Domain, caption: string, where: string): void {
  const known = new Set(domain.words);
  const foreign = (caption.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !known.has(word));
  if (foreign.length === 0) return;
  throw new InputError({
    what: `the ${domain.name} model does not know the word${foreign.length > 1 ? 's' : ''} ${foreign.map((w) => `"${w}"`).join(', ')}`,
    where,
    expected: `only words of its world: ${domain.words.join(', ')}`,
    fix: 'Score this with a model that knows them (--diffusion FOLDER, --clip FOLDER), or pass --force to see what it says all the same.',
  });
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
