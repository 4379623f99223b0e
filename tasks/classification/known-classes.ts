/** Pictures whose classes are ImageNet's: which class each key means, and which pictures are left out. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors.ts';
import type { ClassSet } from './class-sets.ts';
import type { FoundPictures } from './find-pictures.ts';
import {
  imagenetAClasses,
  imagenetClass,
  type ObjectnetClass,
  objectnetClasses,
  spokenName,
} from './imagenet.ts';

/** Found pictures with the ImageNet classes that their keys mean, where the data set has them. */
export interface KnownPictures extends FoundPictures {
  imagenet?: ReadonlyMap<string, ObjectnetClass>;
}

/** Where the pictures lie: ObjectNet has them in a folder beside its mappings. */
export function picturesIn(set: ClassSet, data: string): string {
  const inner = join(data, 'images');
  return set.imagenet === 'objectnet' && existsSync(inner) ? inner : data;
}

/**
 * Looks the keys up among ImageNet's classes and leaves out those that the data set does not count.
 * @throws InputError where a key is none, or nothing is left.
 */
export function knownPictures(set: ClassSet, found: FoundPictures, data: string): KnownPictures {
  if (set.imagenet === undefined) return found;
  const imagenet = set.imagenet === 'objectnet' ? objectnetClasses(data) : byKey(found, set, data);
  const kept = found.keys.filter((key) => imagenet.has(key));
  if (kept.length < 2) {
    throw new InputError({
      what: `the data has none of the classes of ${set.title}`,
      where: data,
      expected: 'folders named by WordNet id or place, as they are downloaded',
      got: found.keys.slice(0, 5).join(', '),
    });
  }
  const places = new Map(kept.map((key, place) => [key, place]));
  const pictures = found.pictures.flatMap((picture) => {
    const label = places.get(found.keys[picture.label]!);
    return label === undefined ? [] : [{ ...picture, label }];
  });
  return { keys: kept, named: found.named, pictures, imagenet };
}

function byKey(found: FoundPictures, set: ClassSet, data: string): Map<string, ObjectnetClass> {
  const some = set.imagenet === 'imagenet-a' ? imagenetAClasses() : undefined;
  const known = new Map<string, ObjectnetClass>();
  for (const [at, key] of found.keys.entries()) {
    const own = imagenetClass(key, at, found.keys.length);
    if (!own) {
      // Other names are the user's own data: as before, they are what the folders say.
      if (!some) return ownNames(found);
      throw new InputError({
        what: `"${key}" is no class of ImageNet`,
        where: data,
        expected: 'folders named by WordNet id, such as n01498041',
      });
    }
    if (!some || some.has(own.wnid)) known.set(key, { name: spokenName(own), classes: [own] });
  }
  return known;
}

function ownNames({ keys }: FoundPictures): Map<string, ObjectnetClass> {
  return new Map(keys.map((key) => [key, { name: key.replaceAll('_', ' '), classes: [] }]));
}
