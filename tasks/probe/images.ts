/** From the image names of a record to files, or to places in an archive; each is read once, for its hash and size. */

import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { InputError } from '../../src/errors.ts';
import { type ArchivedImage, listArchive } from '../../src/images/archive.ts';
import { cropBox } from '../../src/images/crop.ts';
import { decodeImage, type ImageSource, imageSize, readSource, sourceName } from '../../src/images/decode.ts';
import { encodePng } from '../../src/images/encode-png.ts';
import { cacheImage } from '../image-cache.ts';
import type { NamedImage } from '../probe-records.ts';
import { sha256 } from '../sha256.ts';
import type { ImageFacts } from '../task.ts';
import type { Box } from './boxes.ts';
import { requireInside } from './inside.ts';

/** Endings that a name may leave out. */
const ENDINGS = ['.png', '.jpg', '.jpeg', '.webp'];

/** An image as it will be scored. */
export interface FoundImage {
  source: ImageSource;
  facts: ImageFacts;
}

/** The images of one probe folder. */
export interface ProbeImages {
  /**
   * Finds an image, and cuts it where a box says so; `where` is the record, for messages.
   * @throws InputError where it is missing, leads out of the folder, or cannot be read.
   */
  find(image: NamedImage, where: string, box?: Box): Promise<FoundImage>;
}

/** Opens a folder's images: files, or the entries of its `images.zip`. @throws InputError as `listArchive`. */
export async function openImages(folder: string): Promise<ProbeImages> {
  const zip = join(folder, 'images.zip');
  let entries: Map<string, ArchivedImage> | undefined;
  if (existsSync(zip)) {
    requireInside(folder, zip, 'the archive of images');
    entries = await listArchive(zip);
  }
  const known = new Map<string, FoundImage>();
  return {
    async find(image, where, box) {
      if (typeof image !== 'string') return cutOut(await factsOf({ path: cacheImage(image) }), box);
      const key = `${image}\n${box ? Object.values(box) : ''}`;
      const seen = known.get(key);
      if (seen) return seen;
      const found = await cutOut(await factsOf(locate(folder, image, { where, entries })), box);
      known.set(key, found);
      return found;
    },
  };
}

async function factsOf(source: ImageSource): Promise<FoundImage> {
  const bytes = await readSource(source);
  const { width, height } = await imageSize(bytes, sourceName(source));
  return { source, facts: { sha256: sha256(bytes), width, height } };
}

/** The part of an image as an image of its own. */
async function cutOut(found: FoundImage, box: Box | undefined): Promise<FoundImage> {
  if (!box) return found;
  const part = cropBox(await decodeImage(found.source), box);
  const bytes = encodePng(part);
  return {
    source: { path: cacheImage(bytes) },
    facts: { sha256: sha256(bytes), width: part.width, height: part.height },
  };
}

function locate(
  folder: string,
  name: string,
  { where, entries }: { where: string; entries: Map<string, ArchivedImage> | undefined },
): ImageSource {
  checkName(name, where);
  const archived = entries && namesOf(name).flatMap((entry) => entries.get(entry) ?? [])[0];
  return archived ?? { path: imagePath(folder, name, where) };
}

/** Where an image may lie: as it stands or with an ending added, in `images/` or beside the examples. */
function namesOf(name: string): string[] {
  return [`images/${name}`, name].flatMap((base) => ['', ...ENDINGS].map((ending) => base + ending));
}

function checkName(name: string, where: string): void {
  if (!isAbsolute(name) && !/^[A-Za-z]:|[\\\0]/.test(name) && !name.split('/').includes('..')) return;
  throw new InputError({
    what: 'an image name leads out of the probe folder',
    where,
    got: JSON.stringify(name),
    fix: 'Name images relative to the probe folder.',
  });
}

/**
 * The file of an image name. A name that leads out of the folder is refused, links included: a probe is passed around
 * and must read nothing but itself.
 */
export function imagePath(folder: string, name: string, where: string): string {
  checkName(name, where);
  const found = namesOf(name)
    .map((path) => join(folder, path))
    .find((path) => existsSync(path) && realpathSync(path) !== realpathSync(folder));
  if (!found) {
    throw new InputError({
      what: 'an image is missing',
      where,
      expected: `${join(folder, 'images', name)} with or without an ending (${ENDINGS.join(', ')})`,
    });
  }
  requireInside(folder, found, 'an image', where);
  return found;
}
