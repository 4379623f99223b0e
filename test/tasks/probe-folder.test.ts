import { copyFileSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { PROBE } from '../models/tiny-world.ts';
import { temporaryFolder } from '../temporary.ts';

const IMAGES = ['ex_0_img_0.png', 'ex_0_img_1.png', 'ex_1_img_0.png'].map((name) =>
  join(PROBE, 'images', name),
);
const TASK = 'name: small\nlicense: MIT\nredistribution: free\n';

interface Probe {
  records: readonly (Record<string, unknown> | string)[];
  task?: string;
  /** Between the lines of `examples.jsonl`. @default '\n' */
  newline?: string;
}

/** A probe folder with the images `a`, `b` and `c`. Records that are text are written as they stand. */
function makeProbe({ records, task = TASK, newline = '\n' }: Probe): string {
  const folder = join(temporaryFolder(), 'probe');
  mkdirSync(join(folder, 'images'), { recursive: true });
  for (const [k, image] of IMAGES.entries()) copyFileSync(image, join(folder, 'images', `${'abc'[k]}.png`));
  writeFileSync(join(folder, 'task.yaml'), task);
  const lines = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
  writeFileSync(join(folder, 'examples.jsonl'), lines.map((line) => line + newline).join(''));
  return folder;
}

const good = { id: 'good', images: ['a', 'b'], captions: ['one', 'two'] };

describe('the shipped probe', () => {
  test('loads whole', async () => {
    const task = await loadProbeFolder(PROBE);
    expect(task).toMatchObject({
      name: 'tiny-world',
      version: '2',
      redistribution: 'free',
      license: 'Apache-2.0',
    });
    expect(task.examples).toHaveLength(210);
    expect(task.failures).toEqual([]);
    expect(task.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(task.examples.map(({ id }) => id)).size).toBe(210);
    for (const [k, { images, captions, truth, tags }] of task.examples.entries()) {
      expect([images.length, captions.length, tags.length]).toEqual([2, 2, 3]);
      expect(truth).toEqual([
        [0, 0],
        [1, 1],
      ]);
      expect(task.images[k]).toHaveLength(2);
    }
    expect(new Set(task.images.flat().map(({ width, height }) => `${width}x${height}`))).toEqual(
      new Set(['64x64']),
    );
  });

  test('its captions differ by the order of their words alone', async () => {
    const { examples } = await loadProbeFolder(PROBE);
    const words = (caption: string) => caption.split(' ').sort().join(' ');
    for (const { captions } of examples) {
      expect(captions[0]).not.toBe(captions[1]);
      expect(words(captions[0]!)).toBe(words(captions[1]!));
    }
  });
});

describe('records', () => {
  test('of Winoground’s form', async () => {
    const record = {
      id: 7,
      image_0: 'a',
      image_1: 'b',
      caption_0: ' x ',
      caption_1: 'y',
      tag: 'T',
      collapsed_tag: '',
      n: 1,
    };
    const folder = makeProbe({ records: [record], task: `${TASK}tags: [collapsed_tag, tag, missing]\n` });
    const { examples } = await loadProbeFolder(folder);
    const path = (name: string) => ({ path: join(folder, 'images', name) });
    expect(examples).toEqual([
      {
        id: '7',
        images: [path('a.png'), path('b.png')],
        captions: ['x', 'y'],
        truth: [
          [0, 0],
          [1, 1],
        ],
        tags: ['T'],
      },
    ]);
  });

  test('of any shape', async () => {
    const records = [
      { id: 'wide', images: ['a'], captions: ['x', 'y', 'z'], truth: [[0, 2]] },
      {
        id: 'tall',
        images: ['a', 'b', 'c.png'],
        captions: ['x'],
        truth: [
          [1, 0],
          [2, 0],
        ],
        tags: ['s', 't'],
      },
      { id: 'square', images: ['a', 'b', 'c'], captions: ['x', 'y', 'z'] },
      { id: 'unknown', images: ['a'], captions: ['x', 'y'], truth: [] },
    ];
    const { examples } = await loadProbeFolder(makeProbe({ records }));
    expect(
      examples.map(({ id, images, captions, truth, tags }) => [
        id,
        images.length,
        captions.length,
        truth,
        tags,
      ]),
    ).toEqual([
      ['wide', 1, 3, [[0, 2]], []],
      [
        'tall',
        3,
        1,
        [
          [1, 0],
          [2, 0],
        ],
        ['s', 't'],
      ],
      [
        'square',
        3,
        3,
        [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        [],
      ],
      ['unknown', 1, 2, [], []],
    ]);
  });

  test('images are found in images/, beside the examples, in folders, with and without their ending', async () => {
    const folder = makeProbe({
      records: [
        { ...good, images: ['a.png', 'beside'] },
        { ...good, id: '2', images: ['sub/x', 'c'] },
      ],
    });
    copyFileSync(IMAGES[0]!, join(folder, 'beside.png'));
    mkdirSync(join(folder, 'images', 'sub'));
    copyFileSync(IMAGES[1]!, join(folder, 'images', 'sub', 'x.png'));
    const { examples } = await loadProbeFolder(folder);
    expect(examples.flatMap(({ images }) => images)).toEqual(
      ['images/a.png', 'beside.png', 'images/sub/x.png', 'images/c.png'].map((name) => ({
        path: join(folder, ...name.split('/')),
      })),
    );
  });

  test('lines may end as on Windows, and be empty', async () => {
    const records = [good, '', '   ', { ...good, id: 'second' }];
    const { examples, hash } = await loadProbeFolder(makeProbe({ records, newline: '\r\n' }));
    expect(examples.map(({ id }) => id)).toEqual(['good', 'second']);
    expect(hash).toBe((await loadProbeFolder(makeProbe({ records }))).hash);
  });

  test('the last line needs no end', async () => {
    const folder = makeProbe({ records: [] });
    writeFileSync(join(folder, 'examples.jsonl'), JSON.stringify(good));
    expect((await loadProbeFolder(folder)).examples).toHaveLength(1);
  });

  test('task.json stands for task.yaml', async () => {
    const folder = makeProbe({ records: [good] });
    unlinkSync(join(folder, 'task.yaml'));
    writeFileSync(join(folder, 'task.json'), '{"name": "from-json", "version": 2}');
    expect(await loadProbeFolder(folder)).toMatchObject({
      name: 'from-json',
      version: '2',
      redistribution: 'none',
    });
  });
});

/** Expects an InputError that holds all of the given texts. */
async function expectRefusal(folder: string, ...texts: (string | RegExp)[]): Promise<void> {
  const failure: unknown = await loadProbeFolder(folder).then(
    () => 'it was loaded',
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(InputError);
  for (const text of texts) {
    if (typeof text === 'string') expect((failure as Error).message).toContain(text);
    else expect((failure as Error).message).toMatch(text);
  }
}

describe('a record that cannot be used is refused, with its line', () => {
  test.each<[string, Record<string, unknown> | string, string | RegExp]>([
    ['no JSON', '{"id": 1,', 'not JSON'],
    ['no object', '[1, 2]', /cannot be used/],
    ['no id', { ...good, id: undefined }, 'field "id"'],
    ['an id that is nothing', { ...good, id: '' }, 'field "id"'],
    [
      'an id that no file can hold',
      '{"id":"a\\ud800b","images":["a"],"captions":["x"]}',
      /half of a surrogate/,
    ],
    ['an id used before', good, /"good" is used twice.*line 1's/],
    ['no images', { ...good, id: 2, images: [] }, 'field "images"'],
    ['no captions', { ...good, id: 2, captions: undefined }, 'field "captions"'],
    ['an empty caption', { ...good, id: 2, captions: ['x', ''] }, /field "captions\.1" is empty/],
    ['a caption of spaces', { ...good, id: 2, captions: ['x', ' \t'] }, /field "captions\.1" is empty/],
    [
      'an empty caption in Winoground’s form',
      { id: 2, image_0: 'a', image_1: 'b', caption_0: 'x', caption_1: '' },
      'field "caption_1"',
    ],
    ['half of Winoground’s form', { id: 2, image_0: 'a', caption_0: 'x', caption_1: 'y' }, 'field "image_1"'],
    [
      'a truth outside the captions',
      { ...good, id: 2, truth: [[0, 2]] },
      'truth [0,2] lies outside 2 images x 2 captions',
    ],
    ['a truth outside the images', { ...good, id: 2, truth: [[2, 0]] }, 'truth [2,0] lies outside'],
    ['a negative truth', { ...good, id: 2, truth: [[-1, 0]] }, 'field "truth.0.0"'],
    ['a truth of one number', { ...good, id: 2, truth: [[0]] }, 'field "truth.0'],
    [
      'no truth where it is not plain',
      { id: 2, images: ['a'], captions: ['x', 'y'] },
      /"truth" is needed: 1 image, 2 captions/,
    ],
    [
      'an image that is not there',
      { ...good, id: 2, images: ['a', 'none'] },
      /image is missing.*none with or without an ending/,
    ],
    [
      'a path upwards',
      { ...good, id: 2, images: ['a', '../../probe/images/b'] },
      'leads out of the probe folder',
    ],
    ['a path down and upwards', { ...good, id: 2, images: ['a', 'x/../b'] }, 'leads out of the probe folder'],
    ['an absolute path', { ...good, id: 2, images: ['a', IMAGES[1]] }, 'leads out of the probe folder'],
    ['a drive', { ...good, id: 2, images: ['a', 'C:/b.png'] }, 'leads out of the probe folder'],
    ['a backslash', { ...good, id: 2, images: ['a', '..\\b.png'] }, 'leads out of the probe folder'],
    ['a zero byte', { ...good, id: 2, images: ['a', 'b\0.png'] }, 'leads out of the probe folder'],
    ['a folder', { ...good, id: 2, images: ['a', 'folder'] }, /cannot read the image/],
    ['text in an image’s place', { ...good, id: 2, images: ['a', 'text'] }, 'text.png'],
    ['an empty file', { ...good, id: 2, images: ['a', 'empty'] }, 'empty.png'],
    ['a link out', { ...good, id: 2, images: ['a', 'link'] }, 'links out of the probe folder'],
    ['a folder that is a link out', { ...good, id: 2, images: ['a', 'elsewhere/ex_0_img_0'] }, 'links out'],
  ])('%s', async (_, record, text) => {
    const folder = makeProbe({ records: [good, '', record] });
    const image = (name: string) => join(folder, 'images', name);
    mkdirSync(image('folder'));
    writeFileSync(image('text.png'), 'this is no picture');
    writeFileSync(image('empty.png'), '');
    symlinkSync(IMAGES[0]!, image('link.png'));
    symlinkSync(join(PROBE, 'images'), image('elsewhere'));
    await expectRefusal(folder, text);
    const { examples, failures } = await loadProbeFolder(folder, { skipBad: true });
    expect(examples.map(({ id }) => id)).toEqual(['good']);
    expect(failures).toHaveLength(1);
    expect(failures[0]!.id).toBe('line 3');
    expect(failures[0]!.message).toContain(`${join(folder, 'examples.jsonl')}, line 3`);
    if (typeof text === 'string') expect(failures[0]!.message).toContain(text);
    else expect(failures[0]!.message).toMatch(text);
  });

  test('a link within the probe is fine', async () => {
    const folder = makeProbe({ records: [{ ...good, images: ['a', 'again'] }] });
    symlinkSync(join(folder, 'images', 'b.png'), join(folder, 'images', 'again.png'));
    expect((await loadProbeFolder(folder)).examples).toHaveLength(1);
  });

  test('the line is counted as an editor counts it', async () => {
    for (const newline of ['\n', '\r\n']) {
      const folder = makeProbe({ records: [good, '', '', '{"id":'], newline });
      await expectRefusal(folder, `${join(folder, 'examples.jsonl')}, line 4`);
    }
  });

  test('nothing that can be used is a failure, skipped or not', async () => {
    await expectRefusal(makeProbe({ records: [] }), 'no usable example');
    const folder = makeProbe({ records: ['{'] });
    await expect(loadProbeFolder(folder, { skipBad: true })).rejects.toThrow(/no usable example/);
  });
});

describe('a folder that is no probe is refused', () => {
  test('no task file', async () => {
    const folder = makeProbe({ records: [good] });
    unlinkSync(join(folder, 'task.yaml'));
    await expectRefusal(folder, 'not a probe', folder, 'task.yaml or task.json');
  });

  test('no examples', async () => {
    const folder = makeProbe({ records: [good] });
    unlinkSync(join(folder, 'examples.jsonl'));
    await expectRefusal(folder, 'cannot read the examples', `probe${sep}examples.jsonl`);
  });

  test.each([
    ['no YAML', 'name: [a', 'cannot be read'],
    ['nothing', '', 'field "(root)"'],
    ['no name', 'license: MIT\n', 'field "name"'],
    ['a name that is no file name', 'name: ../x\n', /field "name".*letters, digits/],
    ['another format', 'name: x\nformat: 2\n', 'field "format"'],
    ['an unknown redistribution', 'name: x\nredistribution: yes\n', 'field "redistribution"'],
    ['a metric misspelt', 'name: x\nmetrics: [acuracy]\n', /got invalid option: .*"groupMatch"/],
    ['tags that are no list', 'name: x\ntags: tag\n', 'field "tags"'],
  ])('a task file with %s', async (_, task, text) => {
    await expectRefusal(makeProbe({ records: [good], task }), text, 'task.yaml');
  });
});

describe('the hash', () => {
  const hashOf = async (probe: Probe) => (await loadProbeFolder(makeProbe(probe))).hash;
  const base = { records: [good, { ...good, id: 'second', captions: ['three', 'four'] }] };

  test('does not depend on the folder, tags, titles or further fields', async () => {
    const wanted = await hashOf(base);
    expect(await hashOf(base)).toBe(wanted);
    const tagged = base.records.map((record) => ({ ...record, tags: ['new'], note: 'x' }));
    expect(await hashOf({ records: tagged, task: `${TASK}title: Another\nversion: 9\n` })).toBe(wanted);
    const named = base.records.map((record) => ({ ...record, images: ['a.png', 'b.png'] }));
    expect(await hashOf({ records: named })).toBe(wanted);
  });

  test.each<[string, readonly Record<string, unknown>[]]>([
    ['a caption', [good, { ...good, id: 'second', captions: ['three', 'Four'] }]],
    ['an id', [good, { ...good, id: 'third', captions: ['three', 'four'] }]],
    [
      'a truth',
      [
        {
          ...good,
          truth: [
            [0, 1],
            [1, 0],
          ],
        },
        base.records[1]!,
      ],
    ],
    ['an image', [{ ...good, images: ['a', 'c'] }, base.records[1]!]],
    ['the order of images', [{ ...good, images: ['b', 'a'] }, base.records[1]!]],
    ['the order of examples', base.records.toReversed()],
    ['the number of examples', [good]],
  ])('depends on %s', async (_, records) => {
    expect(await hashOf({ records })).not.toBe(await hashOf(base));
  });

  test('depends on the pixels behind a name', async () => {
    const folder = makeProbe(base);
    const before = (await loadProbeFolder(folder)).hash;
    copyFileSync(IMAGES[2]!, join(folder, 'images', 'a.png'));
    expect((await loadProbeFolder(folder)).hash).not.toBe(before);
  });
});
