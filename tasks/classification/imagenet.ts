/** ImageNet's thousand classes: WordNet ids, names, and places in the order in which classifiers count them. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import { packageRoot } from '../../src/hub/package-root.ts';
import { readJson } from '../../src/hub/read-file.ts';
import type { ClassNames } from '../../src/models/labels.ts';

/** One of the classes of ILSVRC 2012. */
export interface ImagenetClass {
  /** 0 … 999: WordNet ids in ascending order, as every published classifier counts them. */
  place: number;
  wnid: string;
  /** All names of its synset, separated by commas. */
  label: string;
}

/** What an ObjectNet folder is called, and the ImageNet classes that it stands for. */
export interface ObjectnetClass {
  name: string;
  classes: ImagenetClass[];
}

let known: ImagenetClass[] | undefined;

/** The thousand classes in their order (`tasks/data/imagenet/classes.tsv`). */
export function imagenetClasses(): readonly ImagenetClass[] {
  known ??= lines('classes.tsv').map((line, place) => {
    const [wnid = '', label = ''] = line.split('\t');
    return { place, wnid, label };
  });
  return known;
}

/** WordNet ids of the 200 classes of ImageNet-A. */
export function imagenetAClasses(): ReadonlySet<string> {
  return new Set(lines('imagenet-a.txt'));
}

/**
 * The class that a data set's own key means: a WordNet id, a place, or the whole label. Undefined for another key.
 * @param at where the key stands among `total`: tells the two cranes of a thousand labels apart.
 */
export function imagenetClass(key: string, at: number, total: number): ImagenetClass | undefined {
  const classes = imagenetClasses();
  if (/^\d{1,3}$/.test(key)) return classes[Number(key)];
  const byId = classes.find(({ wnid }) => wnid === key);
  if (byId) return byId;
  const wanted = key.toLowerCase();
  const same = classes.filter(({ label }) => label.toLowerCase() === wanted);
  return same.length > 1 && total === classes.length ? same.find(({ place }) => place === at) : same[0];
}

/** Every name of a class by which a model may know it, the most telling first; see `classesOf`. */
export function namesOfClass({ place, wnid, label }: ImagenetClass): ClassNames {
  return [wnid, label, ...label.split(',').map((name) => name.trim()), `imagenet:${place}`];
}

/** The name by which captions call a class: the first of its synset. */
export function spokenName({ label }: ImagenetClass): string {
  return label.split(',')[0]!.trim();
}

const stringsSchema = z.record(z.string(), z.string());

/**
 * ObjectNet's 113 classes that ImageNet has too, by folder, as ObjectNet's own `mappings/` tell.
 * @param folder of the data: ObjectNet's own, or its `images`.
 * @throws InputError where there are no mappings, or they name what is no class of ImageNet.
 */
export function objectnetClasses(folder: string): Map<string, ObjectnetClass> {
  const mappings = [join(folder, 'mappings'), join(folder, '..', 'mappings')].find((path) =>
    existsSync(path),
  );
  if (mappings === undefined) {
    throw new InputError({
      what: "ObjectNet's mappings are not there",
      where: folder,
      expected: 'objectnet-1.0 with images/ and mappings/, as it is downloaded',
      fix: 'Put the folder mappings/ of the download beside images/.',
    });
  }
  const folderOf = new Map(
    Object.entries(readJson(join(mappings, 'folder_to_objectnet_label.json'), stringsSchema)).map(
      ([key, label]) => [label, key],
    ),
  );
  const byLabel = new Map(imagenetClasses().map((each) => [normal(each.label), each]));
  const path = join(mappings, 'objectnet_to_imagenet_1k.json');
  const found = new Map<string, ObjectnetClass>();
  for (const [name, labels] of Object.entries(readJson(path, stringsSchema))) {
    const classes = labels.split(';').map((label) => {
      const own = byLabel.get(normal(label));
      if (own) return own;
      throw new InputError({ what: `"${label.trim()}" is no class of ImageNet`, where: path });
    });
    const key = folderOf.get(name);
    if (key === undefined) throw new InputError({ what: `no folder is called "${name}"`, where: mappings });
    found.set(key, { name: name.toLowerCase(), classes });
  }
  return found;
}

function normal(label: string): string {
  return label.toLowerCase().replace(/\s+/g, ' ').trim();
}

function lines(file: string): string[] {
  const path = join(packageRoot(), 'tasks', 'data', 'imagenet', file);
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}
