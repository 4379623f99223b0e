import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { appendExample, type NewExample } from '../../tasks/append-example.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
const folder = (name: string) => join(root, name);

function example(changes: Partial<NewExample> = {}): NewExample {
  return {
    original: { task: 'tiny-world', id: '7' },
    images: [0, 1].map((which) => {
      const name = worldImage(7, which as 0 | 1);
      return { bytes: new Uint8Array(readFileSync(name)), name };
    }),
    captions: ['a red star', 'a blue star'],
    truth: [
      [0, 0],
      [1, 1],
    ],
    tags: ['Object', 'seen'],
    terms: { license: 'CC0', redistribution: 'free', citation: 'Nobody' },
    ...changes,
  };
}

describe('an example that is added to a probe', () => {
  test('makes a folder that the loader reads, with images and terms of the original', async () => {
    const path = folder('new');
    expect(appendExample(path, example())).toEqual({
      id: '7-edit-1',
      file: join(path, 'examples.jsonl'),
      isKnown: false,
    });
    const task = await loadProbeFolder(path);
    expect(task).toMatchObject({ name: 'new', license: 'CC0', redistribution: 'free', citation: 'Nobody' });
    expect(task.examples[0]).toMatchObject({
      id: '7-edit-1',
      captions: ['a red star', 'a blue star'],
      truth: [
        [0, 0],
        [1, 1],
      ],
      tags: ['Object', 'seen'],
    });
    const [image] = task.examples[0]!.images;
    expect(readFileSync((image as { path: string }).path)).toEqual(readFileSync(worldImage(7, 0)));
  });

  test('gets an id of its own, and images are stored once', async () => {
    const path = folder('twice');
    const edits = [1, 2, 3].map((k) =>
      appendExample(path, example({ captions: ['a red star', `star ${k}`] })),
    );
    expect(edits.map(({ id }) => id)).toEqual(['7-edit-1', '7-edit-2', '7-edit-3']);
    expect(readdirSync(join(path, 'images'))).toHaveLength(2);
    expect((await loadProbeFolder(path)).examples).toHaveLength(3);
  });

  test('is not added twice: it is told where it stands', async () => {
    const path = folder('known');
    const first = example({ captions: ['one', 'two'] });
    appendExample(path, example());
    appendExample(path, first);
    const again = appendExample(path, first);
    expect(again).toEqual({ id: '7-edit-2', file: join(path, 'examples.jsonl'), isKnown: true });
    expect((await loadProbeFolder(path)).examples).toHaveLength(2);
    // The same words of other pictures, or for another truth, are another example.
    const others = [
      { images: [...first.images].reverse() },
      { truth: [[0, 1]] },
      { original: { task: 'tiny-world', id: '8' } },
    ];
    for (const other of others as Partial<NewExample>[])
      expect(appendExample(path, { ...first, ...other })).toMatchObject({ isKnown: false });
  });

  test.runIf(existsSync('/proc/self'))('is refused at once where no folder can be made', () => {
    expect(() => appendExample('/proc/nope', example())).toThrow(InputError);
    expect(() => appendExample('/proc/nope', example())).toThrow(/cannot save the example.*\/proc\/nope/);
  });

  test('goes behind a last line without its end', async () => {
    const path = folder('unended');
    appendExample(path, example());
    const file = join(path, 'examples.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    appendExample(path, example({ captions: ['one', 'two'] }));
    expect((await loadProbeFolder(path)).examples).toHaveLength(2);
  });

  test('keeps any shape and image format', async () => {
    const path = folder('shape');
    const bytes = new Uint8Array(
      readFileSync(new URL('../../fixtures/golden/images/palette.gif', import.meta.url)),
    );
    appendExample(
      path,
      example({ images: [{ bytes, name: '/x/y.GIF' }], captions: ['a', 'b', 'c'], truth: [[0, 2]] }),
    );
    expect((await loadProbeFolder(path)).examples[0]).toMatchObject({
      captions: ['a', 'b', 'c'],
      truth: [[0, 2]],
    });
  });

  test('a folder whose name cannot name a task gets one that can', async () => {
    const path = folder('- mes épreuves');
    appendExample(path, example());
    expect((await loadProbeFolder(path)).name).toBe('mes--preuves');
  });

  test('is refused where the folder holds something else, and nothing is written', () => {
    const path = folder('other');
    mkdirSync(path);
    writeFileSync(join(path, 'notes.txt'), 'mine');
    expect(() => appendExample(path, example())).toThrow(/holds something else than a probe/);
    expect(readdirSync(path)).toEqual(['notes.txt']);
  });

  test('is refused where the probe may be passed on more freely than its images', () => {
    const path = folder('free');
    appendExample(path, example());
    const limited = example({ terms: { license: 'X', redistribution: 'none', citation: '' } });
    expect(() => appendExample(path, limited)).toThrow(/may be passed on more freely/);
    expect(readFileSync(join(path, 'examples.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('what cannot be written is one sentence', () => {
    const file = folder('a-file');
    writeFileSync(file, '');
    expect(() => appendExample(join(file, 'x'), example())).toThrow(InputError);
    expect(() => appendExample(join(file, 'x'), example())).toThrow(/^cannot save the example: /);
    expect(existsSync(join(file, 'x'))).toBe(false);
  });
});
