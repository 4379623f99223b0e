import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { readClassNames } from '../../tasks/classification/class-names.ts';
import { loadTask } from '../../tasks/registry.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../temporary.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/benchmark-shaped', import.meta.url));

beforeEach(() => {
  vi.stubEnv('WINOSCOPE_CACHE', temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A folder of class folders with so many pictures of the tiny world each. */
function classFolder(counts: Readonly<Record<string, number>>): string {
  const folder = temporaryFolder();
  let k = 0;
  for (const [name, count] of Object.entries(counts)) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < count; i++) cpSync(worldImage(k++, 0), join(folder, name, `${i}.png`));
  }
  return folder;
}

function file(contents: string): string {
  const path = join(temporaryFolder(), 'classes.txt');
  writeFileSync(path, contents);
  return path;
}

describe('a folder of class folders', () => {
  test('classes are the folders, names without underscores, pictures in turns', async () => {
    const data = classFolder({ red_circle: 2, 'blue star': 1, a: 2 });
    const task = await loadTask('imagefolder', { data });
    expect(task.classes).toEqual(['a', 'blue star', 'red circle']);
    expect(task.examples.map(({ id }) => id)).toEqual([
      'a/0.png',
      'blue star/0.png',
      'red_circle/0.png',
      'a/1.png',
      'red_circle/1.png',
    ]);
    expect(task.examples[2]).toMatchObject({
      captions: ['a photo of a a.', 'a photo of a blue star.', 'a photo of a red circle.'],
      truth: [[0, 2]],
      tags: [],
    });
    expect(task.warnings).toBeUndefined();
  });

  test('templates take turns within every class, and are tags', async () => {
    const data = classFolder({ cat: 2, dog: 2 });
    const { examples } = await loadTask('imagefolder', { data, templates: ['a {}', 'no {}, but a {}'] });
    expect(examples.map(({ captions }) => captions[0])).toEqual([
      'a cat',
      'a cat',
      'no cat, but a cat',
      'no cat, but a cat',
    ]);
    expect(examples[3]!.tags).toEqual(['template: no {}, but a {}']);
    await expect(loadTask('imagefolder', { data, templates: ['a photo'] })).rejects.toThrow(UsageError);
    const clip = await loadTask('stl10', { data, templates: ['clip'] });
    expect(clip.examples.map(({ captions }) => captions[1])).toEqual([
      'a photo of a dog.',
      'a photo of a dog.',
      'a photo of the dog.',
      'a photo of the dog.',
    ]);
    await expect(loadTask('imagefolder', { data, templates: ['clip'] })).rejects.toThrow(
      /no prompts for this task/,
    );
  });

  test('a named set says where its copy differs, and has its own template', async () => {
    const { examples, warnings } = await loadTask('pets', {
      data: classFolder({ Abyssinian: 1, beagle: 1 }),
    });
    expect(examples[0]!.captions[0]).toBe('a photo of a Abyssinian, a type of pet.');
    expect(warnings!.join()).toMatch(/37 classes, this data 2.*3669 test pictures, this data 2/);
  });

  test('no classes, or a picture that is none', async () => {
    await expect(loadTask('imagefolder', { data: classFolder({ one: 3 }) })).rejects.toThrow(
      /no pictures by class.*at least two/,
    );
    const data = classFolder({ cat: 1, dog: 1 });
    writeFileSync(join(data, 'cat', 'broken.png'), 'no picture');
    await expect(loadTask('imagefolder', { data })).rejects.toThrow(/broken\.png/);
    const { examples, failures } = await loadTask('imagefolder', { data, skipBad: true });
    expect([examples.length, failures.map(({ id }) => id)]).toEqual([2, ['cat/broken.png']]);
  });
});

describe('Parquet', () => {
  test("the test split, by the names that the Hub's writer leaves", async () => {
    const { classes, examples } = await loadTask('imagefolder', { data: join(FIXTURES, 'classes') });
    expect(classes).toEqual(['red', 'green', 'blue']);
    expect(examples.map(({ truth }) => truth[0]![1])).toEqual([0, 1, 2, 0]);
  });

  test('labels without names: the set’s own, a file, or a sentence', async () => {
    const data = join(FIXTURES, 'unnamed');
    const cifar = await loadTask('cifar10', { data });
    expect(cifar.classes).toHaveLength(10);
    expect(cifar.examples[1]!.truth).toEqual([[0, 2]]);
    await expect(loadTask('imagefolder', { data })).rejects.toThrow(
      /numbers its classes.*--classes FILE with 3/,
    );
    const { classes } = await loadTask('imagefolder', { data, classes: file('red\ngreen\nblue\n') });
    expect(classes).toEqual(['red', 'green', 'blue']);
  });

  test('a file of something else', async () => {
    await expect(loadTask('imagefolder', { data: join(FIXTURES, 'bivlc') })).rejects.toThrow(
      /no pictures by class.*columns image and label.*negative_caption/,
    );
  });
});

describe('class names', () => {
  const keys = ['n01', 'n02'];
  const namesIn = (contents: string) => readClassNames(file(contents), keys).map(({ name }) => name);

  test.each([
    ['lines in order', 'tench\ngreat white shark\n'],
    ['lines with tabs', 'n02\tgreat white shark\nn01\ttench\n'],
    ['synset lines', 'n01 tench, Tinca tinca\nn02 great white shark, white shark\n'],
    ['a JSON list', '["tench", "great white shark"]'],
    ['a JSON object', '{"n01": "tench", "n02": "great white shark"}'],
    ['comments and a byte order mark', '\uFEFF# names\ntench\r\ngreat white shark\r\n'],
  ])('%s', (_, contents) => {
    expect(namesIn(contents).sort()).toEqual(['great white shark', 'tench']);
  });

  test('classes without a picture stay captions, in the order of the file', () => {
    expect(namesIn('n00\tgoldfish\nn02\tshark\nn01\ttench\n')).toEqual(['goldfish', 'shark', 'tench']);
  });

  test('too few, a class without a name, one named twice, nothing', () => {
    expect(() => namesIn('tench\n')).toThrow(/another number of classes.*2 names.*got 1 names/);
    expect(() => namesIn('{"n01": "tench"}')).toThrow(/nothing for n02/);
    expect(() => namesIn('n01\ta\nn02\tb\nn01\tc\n')).toThrow(/names a class twice/);
    expect(() => namesIn('\n')).toThrow(/names no class/);
    expect(() => readClassNames('/no/such/file', keys)).toThrow(/cannot read the class names/);
  });

  test('any file gives as many names as classes, or a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.string()).map((lines) => lines.join('\n')),
        ),
        (contents) => {
          try {
            const found = readClassNames(file(contents), keys);
            expect(keys.every((key) => found.some((one) => one.key === key && one.name !== ''))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
    );
  });

  test('two classes of one name are warned of', async () => {
    const data = classFolder({ crane: 1, bird_crane: 1 });
    const { warnings } = await loadTask('imagefolder', { data, classes: file('crane\ncrane\n') });
    expect(warnings!.join()).toMatch(/two classes are called "crane".*always wrong/);
  });
});
