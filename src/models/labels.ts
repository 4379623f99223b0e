/** Classes by name, for models that know classes instead of captions: class-conditional DiT, image classifiers. */

import { InputError, ModelFileError } from '../errors.ts';
import type { Condition } from './condition.ts';
import type { ModelIndex } from './families.ts';

/** Names of one class, the most telling first: `["n01440764", "tench, Tinca tinca", "tench", "imagenet:0"]`. */
export type ClassNames = readonly string[];

/** The classes of a model. Plain data. */
export interface ClassLabels {
  /** Classes by their whole label in lower case; labels may coincide, as ImageNet's two cranes do. */
  whole: Record<string, number[]>;
  /** Classes by each of the names that commas separate in a label. */
  names: Record<string, number[]>;
  count: number;
}

/** What begins a class's place among ImageNet's thousand, in `ClassNames`: it tells equal labels apart. */
const PLACE = 'imagenet:';
const IMAGENET = 1000;

/** Reads `id2label`: names are separated by commas, as ImageNet's are. @param count number of classes */
export function labelsOf(id2label: Readonly<Record<string, string>>, count: number): ClassLabels {
  const labels: ClassLabels = { whole: {}, names: {}, count };
  const add = (to: Record<string, number[]>, name: string, id: number) => {
    const key = normal(name);
    if (!Object.hasOwn(to, key)) to[key] = [];
    if (!to[key]!.includes(id)) to[key]!.push(id);
  };
  for (const [id, label] of Object.entries(id2label)) {
    add(labels.whole, label, Number(id));
    for (const name of label.split(',')) add(labels.names, name, Number(id));
  }
  return labels;
}

/**
 * `id2label` of a DiT's `model_index.json`.
 * @throws ModelFileError where there is none.
 */
export function readLabels(path: string, { id2label }: ModelIndex, classes: number): ClassLabels {
  if (id2label) return labelsOf(id2label, classes);
  throw new ModelFileError({
    what: 'the model names no classes',
    where: path,
    expected: 'a field "id2label"',
  });
}

/**
 * The classes of the model that a caption stands for: by the names that the task gives its class, else by the caption
 * itself, which is a label, a name, or a sentence that holds one: "a photo of a tench.". Case does not matter.
 * @param classes of the caption, where the task says: more than one only where its classes are wider than the model's.
 * @throws InputError where it names none, several, or a name that several classes share.
 */
export function classesOf(
  labels: ClassLabels,
  caption: string,
  classes?: readonly ClassNames[],
): readonly number[] {
  const found = classes?.map((names) => byNames(labels, names));
  if (found?.length && found.every((id) => id !== undefined)) return found;
  const key = normal(caption);
  const known = lookUp(labels, key) ?? inSentence(labels, key);
  if (known?.length === 1) return known;
  throw new InputError({
    what: known
      ? `the model has several classes for ${JSON.stringify(caption)}`
      : `the model has no class ${JSON.stringify(caption)}`,
    expected: `one of its ${labels.count} classes by name, such as ${Object.keys(labels.names).slice(0, 5).join(', ')}`,
    fix: known
      ? 'Use captions that name one class, or data whose folders are named by WordNet id.'
      : 'It knows classes and no sentences: score it on tasks whose captions name its classes.',
  });
}

/** The one class that a caption stands for. @throws InputError as `classesOf`, and where the task's class is wider. */
export function classOf(labels: ClassLabels, caption: string, classes?: readonly ClassNames[]): number {
  const found = classesOf(labels, caption, classes);
  if (found.length === 1) return found[0]!;
  throw new InputError({
    what: `${JSON.stringify(caption)} stands for ${found.length} classes of the model`,
    expected: 'one class, which it can be conditioned on',
    fix: 'Use --classifier models for this task.',
  });
}

/** The condition of a class for a DiT: one number. */
export function classCondition(id: number): Condition {
  return { inputs: { class_labels: { data: Float32Array.of(id), dims: [] } } };
}

function byNames(labels: ClassLabels, names: ClassNames): number | undefined {
  const place = names.find((name) => name.startsWith(PLACE))?.slice(PLACE.length);
  for (const name of names) {
    const found = lookUp(labels, normal(name)) ?? [];
    if (found.length === 1) return found[0];
    if (labels.count === IMAGENET && place !== undefined && found.includes(Number(place)))
      return Number(place);
  }
  // A thousand classes without names are ImageNet's, in its order.
  const nameless = labels.count === IMAGENET && Object.hasOwn(labels.whole, 'label_0');
  return nameless && place !== undefined ? Number(place) : undefined;
}

function lookUp({ whole, names }: ClassLabels, key: string): number[] | undefined {
  if (Object.hasOwn(whole, key)) return whole[key];
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

/** Classes whose names stand in a sentence as whole words; a name within a longer one does not count. */
function inSentence({ names }: ClassLabels, sentence: string): number[] | undefined {
  const places = Object.entries(names).flatMap(([name, ids]) => {
    // A single letter is an article sooner than a class.
    const at = name.length < 2 ? -1 : wholeWords(sentence, name);
    return at < 0 ? [] : [{ ids, start: at, end: at + name.length }];
  });
  const longest = places.filter(
    (own) =>
      !places.some(
        (other) =>
          other.end - other.start > own.end - own.start && other.start <= own.start && other.end >= own.end,
      ),
  );
  const ids = [...new Set(longest.flatMap((place) => place.ids))];
  return ids.length > 0 ? ids : undefined;
}

/** Where the words begin in the sentence, or −1. */
function wholeWords(sentence: string, words: string): number {
  for (let at = sentence.indexOf(words); at >= 0; at = sentence.indexOf(words, at + 1)) {
    const around = [sentence[at - 1] ?? ' ', sentence[at + words.length] ?? ' '];
    if (around.every((letter) => !/[\p{L}\p{M}\p{N}]/u.test(letter))) return at;
  }
  return -1;
}

function normal(name: string): string {
  return name.trim().toLowerCase();
}
