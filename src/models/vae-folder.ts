/** Where a model's autoencoder lies: in its own folder, or in that of a model beside it with which it shares one. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../hub/read-file.ts';
import { DOMAIN_FILE } from './domain.ts';

/** A folder beside the model's own: a model from elsewhere must not point into other places of this machine. */
const NEIGHBOUR = /^\.\.\/[A-Za-z0-9][A-Za-z0-9._-]*$/;

const schema = z.object({
  vae: z.string().regex(NEIGHBOUR, 'must be a folder beside this one, such as "../diffusion"').optional(),
});

/**
 * The folder that holds `vae_encoder/` and `vae_decoder/`, relative to the model's folder: "" unless its
 * `winoscope.json` has a field `vae`.
 * @throws ModelFileError where that field is no folder beside this one.
 */
export function vaeFolder(folder: string): string {
  const path = join(folder, DOMAIN_FILE);
  return existsSync(path) ? (readJson(path, schema).vae ?? '') : '';
}
