/** Latents of encoders that draw at random: the first draw for an image is kept on disk and used by every later run. */

import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelFileError, messageOf } from '../errors.ts';
import { cacheFolder } from '../hub/cache-folder.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { readExternalData } from '../onnx/external-data.ts';
import { readGraphFile } from '../onnx/graph-file.ts';

const hashes = new Map<string, string>();

/** sha256 of the encoder's file and of the weights that lie beside it, once per process. */
function hashOf(graph: string): string {
  const known = hashes.get(graph);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(readFileSync(graph));
  for (const { data } of readExternalData(graph, readGraphFile(graph))) hash.update(data);
  const found = hash.digest('hex');
  hashes.set(graph, found);
  return found;
}

/**
 * The latent that was drawn for these pixels by this encoder before, on this machine; else `draw` is called and its
 * answer kept. Two processes that draw at once both use the one that was kept first.
 * @throws ModelFileError where the cache folder cannot be used.
 */
export async function keptDraw(
  graph: string,
  pixels: Float32Array,
  draw: () => Promise<Float32Array>,
): Promise<Float32Array> {
  const folder = join(cacheFolder(), 'latents');
  const key = createHash('sha256').update(hashOf(graph)).update(pixels).digest('hex');
  const path = join(folder, `${key}.f32`);
  const known = read(path);
  if (known) return known;
  const latent = await draw();
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    makeFolder(folder);
    writeFileSync(temporary, latent);
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') refuse('keep', path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  return read(path) ?? latent;
}

function read(path: string): Float32Array | undefined {
  try {
    return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return refuse('read', path, error);
  }
}

function refuse(verb: string, where: string, cause: unknown): never {
  throw new ModelFileError({
    what: `cannot ${verb} the latent that the VAE encoder drew`,
    where,
    got: messageOf(cause),
    fix: 'Set WINOSCOPE_CACHE to a folder that can be written.',
    cause,
  });
}
