/** Zero-shot classification as a task: one picture, a caption per class. */

import { resolve } from 'node:path';
import { InputError, UsageError } from '../../src/errors.ts';
import { imageSize, readSource, sourceName } from '../../src/images/decode.ts';
import type { ClassNames } from '../../src/models/labels.ts';
import type { Example } from '../../src/scoring/example.ts';
import { sha256 } from '../sha256.ts';
import { hashExamples, type ImageFacts, type Task } from '../task.ts';
import { type NamedClass, readClassNames, spoken } from './class-names.ts';
import type { ClassSet } from './class-sets.ts';
import { CLIP_PROMPTS, clipPrompts } from './clip-prompts.ts';
import { findPictures, type LabelledPicture } from './find-pictures.ts';
import { namesOfClass } from './imagenet.ts';
import { type KnownPictures, knownPictures, picturesIn } from './known-classes.ts';

export interface ClassOptions {
  /** A folder of class folders, or of Parquet files. */
  data: string;
  /** File of class names; see `readClassNames`. */
  classes?: string;
  /** Sentences with `{}` for the class name, or `clip` for CLIP's, instead of the data set's own; several take turns. */
  templates?: readonly string[];
  /** Leave out pictures that cannot be read, and list them, instead of failing. @default false */
  skipBad?: boolean;
}

/** A class with what models that know classes may call it. */
interface KnownClass extends NamedClass {
  aliases?: readonly ClassNames[];
}

/**
 * Loads a data set. Its pictures take turns by class, so that the first n examples are as balanced as can be. With
 * several templates the first picture of each class is asked by the first one, and so on: scores are means over
 * templates, not CLIP's ensemble of their embeddings.
 * @throws UsageError for a template without `{}`; InputError where names or pictures are missing or damaged.
 */
export async function loadClasses(set: ClassSet, options: ClassOptions): Promise<Task> {
  const { data, skipBad = false, templates: asked = set.templates } = options;
  const templates = asked.flatMap((one) => (one === CLIP_PROMPTS ? clipPrompts(set.name) : [one]));
  for (const template of templates) checkTemplate(template);
  const found = knownPictures(
    set,
    await findPictures(picturesIn(set, resolve(data)), set.splits),
    resolve(data),
  );
  const classes = namesOf(set, found, options.classes);
  const aliases = classes.some(({ aliases }) => aliases) && classes.map(({ aliases = [] }) => aliases);
  const captions = templates.map((template) => classes.map(({ name }) => template.replaceAll('{}', name)));
  const places = new Map(classes.map(({ key }, place) => [key, place]));
  const examples: Example[] = [];
  const images: ImageFacts[][] = [];
  const failures: { id: string; message: string }[] = [];
  for (const { picture, turn } of inTurns(found.pictures)) {
    const key = found.keys[picture.label]!;
    const id = `${key}/${picture.name}`;
    try {
      const bytes = await readSource(picture.source);
      const { width, height } = await imageSize(bytes, sourceName(picture.source));
      examples.push({
        id,
        images: [picture.source],
        captions: captions[turn % captions.length]!,
        ...(aliases && { classes: aliases }),
        truth: [[0, places.get(key)!]],
        tags: captions.length > 1 ? [`template: ${templates[turn % captions.length]}`] : [],
      });
      images.push([{ sha256: sha256(bytes), width, height }]);
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      failures.push({ id, message: error.message });
    }
  }
  if (examples.length === 0) throw new InputError({ what: 'there is no usable picture', where: data });
  const warnings = warningsOf(set, classes, found.pictures.length);
  return {
    name: set.name,
    version: '1',
    title: set.title,
    license: 'as its source says',
    redistribution: 'none',
    citation: set.citation,
    source: data,
    examples,
    images,
    failures,
    classes: classes.map(({ name }) => name),
    ...(warnings.length > 0 && { warnings }),
    hash: hashExamples(examples, images),
  };
}

function checkTemplate(template: string): void {
  if (template.includes('{}')) return;
  throw new UsageError({
    what: 'a template has no place for the class name',
    where: `--template "${template}"`,
    expected: 'a sentence with {}, as in "a photo of a {}."',
  });
}

/** Names from the user's file, of ImageNet's classes, from the data, or the data set's own list, in this order. */
function namesOf(set: ClassSet, found: KnownPictures, file: string | undefined): KnownClass[] {
  const classes = namesAlone(set, found, file);
  if (!found.imagenet) return classes;
  return classes.map((each) => {
    const own = found.imagenet!.get(each.key);
    return own ? { ...each, aliases: own.classes.map(namesOfClass) } : each;
  });
}

function namesAlone(set: ClassSet, found: KnownPictures, file: string | undefined): NamedClass[] {
  if (file !== undefined) return readClassNames(resolve(file), found.keys);
  if (found.imagenet)
    return found.keys.map((key) => ({ key, name: found.imagenet!.get(key)?.name ?? spoken(key) }));
  if (found.named) return found.keys.map((key) => ({ key, name: spoken(key) }));
  if (set.names && set.names.length >= found.keys.length) {
    // Labels are numbers: classes that have no picture are captions all the same.
    found.keys = set.names.map((_, k) => `${k}`);
    return set.names.map((name, k) => ({ key: `${k}`, name }));
  }
  throw new InputError({
    what: 'the data numbers its classes and does not name them',
    where: set.title,
    expected: `--classes FILE with ${found.keys.length} names`,
  });
}

/** The pictures in turns: the first of every class, the second of every class, …. */
function inTurns(pictures: readonly LabelledPicture[]): { picture: LabelledPicture; turn: number }[] {
  const taken = new Map<number, number>();
  const turns = pictures.map((picture) => {
    const turn = taken.get(picture.label) ?? 0;
    taken.set(picture.label, turn + 1);
    return { picture, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn || a.picture.label - b.picture.label);
}

function warningsOf(set: ClassSet, classes: readonly NamedClass[], count: number): string[] {
  const warnings: string[] = [];
  const names = new Set<string>();
  const same = classes.filter(({ name }) => names.has(name) || !names.add(name));
  if (same.length > 0)
    warnings.push(
      `two classes are called "${same[0]!.name}": their captions tie, so their pictures are always wrong; name them apart with --classes`,
    );
  if (set.classes !== undefined && classes.length !== set.classes)
    warnings.push(`${set.title} has ${set.classes} classes, this data ${classes.length}`);
  if (set.count !== undefined && count !== set.count)
    warnings.push(`${set.title} has ${set.count} test pictures, this data ${count}`);
  return warnings;
}
