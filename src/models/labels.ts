/** Classes by name, for models that are conditioned on a class instead of a caption. */

import { InputError, ModelFileError } from '../errors.ts';
import type { ModelIndex } from './families.ts';

export interface ClassLabels {
  /** Class by name in lower case; a class may have several names. */
  byName: Record<string, number>;
  /** The class that stands for ∅: the one after the last, as diffusers' DiTPipeline uses it. */
  empty: number;
}

/**
 * `id2label` of a DiT's `model_index.json`: names are separated by commas, as ImageNet's are.
 * @throws ModelFileError where there is none.
 */
export function readLabels(path: string, { id2label }: ModelIndex, classes: number): ClassLabels {
  if (!id2label) {
    throw new ModelFileError({
      what: 'the model names no classes',
      where: path,
      expected: 'a field "id2label"',
    });
  }
  const byName: Record<string, number> = {};
  for (const [id, names] of Object.entries(id2label)) {
    for (const name of names.split(',')) byName[name.trim().toLowerCase()] ??= Number(id);
  }
  return { byName, empty: classes };
}

/**
 * The class that a caption names; ∅ for the empty one. Case and white space around it do not matter.
 * @throws InputError where it names none.
 */
export function classOf(labels: ClassLabels, caption: string): number {
  if (caption === '') return labels.empty;
  const name = caption.trim().toLowerCase();
  const found = Object.hasOwn(labels.byName, name) ? labels.byName[name] : undefined;
  if (found !== undefined) return found;
  const some = Object.keys(labels.byName).slice(0, 5).join(', ');
  throw new InputError({
    what: `the model has no class ${JSON.stringify(caption)}`,
    expected: `one of its ${labels.empty} classes by name, such as ${some}`,
    fix: 'It is conditioned on classes: score it on tasks whose captions are its class names.',
  });
}
