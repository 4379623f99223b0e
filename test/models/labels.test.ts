import { describe, expect, it } from 'vitest';
import { type ClassLabels, classesOf, classOf, labelsOf } from '../../src/models/labels.ts';
import { imagenetClasses, namesOfClass } from '../../tasks/classification/imagenet.ts';

const labels = labelsOf(
  { 0: 'tench, Tinca tinca', 1: 'great white shark, white shark', 2: 'crane', 3: 'crane', 4: 'shark' },
  5,
);
/** A model with ImageNet's thousand labels in their order. */
const imagenet: ClassLabels = labelsOf(
  Object.fromEntries(imagenetClasses().map(({ place, label }) => [place, label])),
  1000,
);

describe('a caption finds its class', () => {
  it.each([
    ['tench', 0],
    ['TENCH, tinca TINCA', 0],
    ['Tinca tinca', 0],
    ['a photo of a tench.', 0],
    ['a great white shark in the sea', 1],
    ['a shark', 4],
  ])('%s', (caption, id) => expect(classOf(labels, caption)).toBe(id));

  it.each([
    ['a picture of a dog', /has no class "a picture of a dog".*captions name its classes/s],
    ['a tench beside a shark', /has several classes for/],
    ['crane', /has several classes for "crane".*WordNet/s],
    ['sharks', /has no class "sharks"/],
  ])('or is refused: %s', (caption, message) => {
    expect(() => classOf(labels, caption)).toThrow(message);
  });
});

describe("the task's own names come before the caption", () => {
  it('and all thousand classes of ImageNet are found, the two cranes apart', () => {
    for (const each of imagenetClasses())
      expect(classesOf(imagenet, 'whatever', [namesOfClass(each)])).toEqual([each.place]);
  });

  it('also by a model whose labels are WordNet ids, or that has none', () => {
    const byId = labelsOf(
      Object.fromEntries(imagenetClasses().map(({ place, wnid }) => [place, wnid])),
      1000,
    );
    const nameless = labelsOf(Object.fromEntries(imagenetClasses().map((_, k) => [k, `LABEL_${k}`])), 1000);
    const crane = namesOfClass(imagenetClasses()[517]!);
    expect(classOf(byId, 'a photo of a crane.', [crane])).toBe(517);
    expect(classOf(nameless, 'a photo of a crane.', [crane])).toBe(517);
  });

  it('a caption may stand for several, of which a model that is conditioned on one refuses it', () => {
    const both = [namesOfClass(imagenetClasses()[134]!), namesOfClass(imagenetClasses()[517]!)];
    expect(classesOf(imagenet, 'a crane', both)).toEqual([134, 517]);
    expect(() => classOf(imagenet, 'a crane', both)).toThrow(/stands for 2 classes.*--classifier/s);
  });
});
