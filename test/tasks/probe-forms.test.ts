/** Every form that a probe folder may have: tables, field mapping, templates, crops, filters, archives. */

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { lines, makeProbe, type ProbeFiles } from '../support/make-probe.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder as fileFolder } from '../support/temporary-folder.ts';
import { makeZip } from '../support/zip.ts';
import { temporaryFolder } from '../temporary.ts';

const FORMS = new URL('../../fixtures/probe-forms/', import.meta.url).pathname;
const cache = fileFolder();
beforeAll(() => {
  process.env.WINOSCOPE_CACHE = cache;
});

const load = (probe: ProbeFiles) => loadProbeFolder(makeProbe(join(temporaryFolder(), 'probe'), probe));

/** What a probe says of its examples, without the pictures. */
async function recordsOf(probe: ProbeFiles) {
  const { examples } = await load(probe);
  return examples.map(({ images, ...example }) => ({ ...example, images: images.length }));
}

describe('tables', () => {
  test('a CSV with a picture, captions of any number, and the place of the true one', async () => {
    const table =
      'id,image,caption_0,caption_1,caption_2,truth,tags\r\n' +
      'one,a,"a cat, ""asleep""",a dog,,1,pets\r\n' +
      '\r\n' +
      'two,b.png,"a line\r\nbreak",x,y,0,\r\n';
    expect(await recordsOf({ files: { 'examples.csv': table } })).toEqual([
      { id: 'one', images: 1, captions: ['a cat, "asleep"', 'a dog'], truth: [[0, 1]], tags: ['pets'] },
      { id: 'two', images: 1, captions: ['a line\r\nbreak', 'x', 'y'], truth: [[0, 0]], tags: [] },
    ]);
  });

  test("a CSV in Winoground's columns, and one with tabs", async () => {
    const wanted = [
      {
        id: '0',
        images: 2,
        captions: ['x', 'y'],
        truth: [
          [0, 0],
          [1, 1],
        ],
        tags: [],
      },
    ];
    const head = ['id', 'image_0', 'image_1', 'caption_0', 'caption_1'];
    const row = ['0', 'a', 'b', 'x', 'y'];
    for (const [name, separator] of [
      ['examples.csv', ','],
      ['examples.tsv', '\t'],
    ] as const) {
      const table = `${head.join(separator)}\n${row.join(separator)}`;
      expect(await recordsOf({ files: { [name]: table } })).toEqual(wanted);
    }
  });

  test('cells may hold lists, in brackets or split by the separator that the task names', async () => {
    const brackets = 'id,images,captions,truth\n1,"[""a"",""b""]","[""x"",""y""]","[[0,1],[1,0]]"\n';
    const split = 'id,images,captions,truth,tags\n1,a|b,x | y,"[[0,1],[1,0]]",s|t\n';
    const truth = [
      [0, 1],
      [1, 0],
    ];
    expect(await recordsOf({ files: { 'examples.csv': brackets } })).toMatchObject([
      { images: 2, captions: ['x', 'y'], truth },
    ]);
    expect(
      await recordsOf({ task: 'name: x\nseparator: "|"\n', files: { 'examples.csv': split } }),
    ).toMatchObject([{ images: 2, captions: ['x', 'y'], truth, tags: ['s', 't'] }]);
  });

  test.each([
    ['no header', '', /first line must name the columns/],
    ['a column twice', 'id,id\n1,2\n', /two columns are called "id"/],
    [
      'a quote that stays open',
      'id,image\n1,"a\n',
      /quote of the table is never closed: .*examples\.csv, line 2/,
    ],
    ['text after a quote', 'id,image\n1,"a" b\n', /goes on after its quote: .*line 2 \(got " b/],
    ['too many cells', 'id,image,caption\n1,a,x,y\n', /line 2 \(got it has 4 cells for 3 columns/],
    ['no picture', 'id,image,caption\n1,,x\n', /line 2 \(got field "images" is missing/],
  ])('a CSV with %s is refused with its line', async (_, table, sentence) => {
    await expect(load({ files: { 'examples.csv': table } })).rejects.toThrow(sentence);
  });

  test.each([
    [
      'examples.csv',
      'id;image;caption\n1;a;x, y\n',
      /expected columns separated by commas, got a header separated by ";"/,
    ],
    ['examples.csv', '"id";"image";"caption"\n"1";"a";"x"\n', /separated by commas, got .* by ";"/],
    ['examples.csv', '\nid\timage\tcaption\n1\ta\tx\n', /separated by commas, got .* by tabs/],
    ['examples.tsv', 'id,image,caption\n1,a,x\n', /separated by tabs, got .* by ","/],
  ])('%s with another separator is refused by name: %j', async (name, text, sentence) => {
    await expect(load({ files: { [name]: text } })).rejects.toThrow(sentence);
  });

  const table = 'id,image,caption\n1,a,tea\n2,b,caf\u00e9\n';
  const json = lines({ id: 1, image: 'a', caption: 'tea' }, { id: 2, image: 'b', caption: 'caf\u00e9' });

  test.each<[string, string, Buffer, RegExp]>([
    ['a CSV in Latin-1', 'examples.csv', Buffer.from(table, 'latin1'), /line 3 .*UTF-8.*0xe9/],
    ['JSON lines in Latin-1', 'examples.jsonl', Buffer.from(json, 'latin1'), /line 2 .*UTF-8.*0xe9/],
    ['a CSV in UTF-16', 'examples.csv', Buffer.from(`\uFEFF${table}`, 'utf16le'), /line 1 .*got UTF-16/],
    ['one without its mark', 'examples.csv', Buffer.from(table, 'utf16le'), /line 1 .*got UTF-16/],
    [
      'a task file in Latin-1',
      'task.yaml',
      Buffer.from('name: x\ntitle: caf\u00e9\n', 'latin1'),
      /line 2 .*UTF-8/,
    ],
  ])('%s is refused with its line, and what to do', async (_, name, bytes, sentence) => {
    const files = {
      'examples.jsonl': json,
      [name]: bytes,
      ...(name.endsWith('csv') && { 'task.yaml': `name: x\nexamples: ${name}\n` }),
    };
    const failure = load({ files });
    await expect(failure).rejects.toThrow(sentence);
    await expect(failure).rejects.toThrow(/Save the file as UTF-8\.$/);
  });

  test('a mark of UTF-8 at the beginning is no part of the text', async () => {
    for (const [name, text] of [
      ['examples.csv', table],
      ['examples.jsonl', json],
    ] as const) {
      const found = await recordsOf({ files: { [name]: `\uFEFF${text}`, 'task.yaml': '\uFEFFname: x\n' } });
      expect(found).toMatchObject([{ captions: ['tea'] }, { captions: ['caf\u00e9'] }]);
    }
  });

  test.each(['snappy', 'gzip', 'none'])(
    'a Parquet file that holds its pictures, packed with %s',
    async (packing) => {
      const { examples, images } = await load({
        task: 'name: x\nfields: { id: key, images: picture, captions: options, truth: answer }\nfilter: { split: [test] }\ntemplate: "all {}"\n',
        files: { 'examples.parquet': readFileSync(join(FORMS, `${packing}.parquet`)) },
      });
      expect(examples.map(({ id, captions, truth }) => ({ id, captions, truth }))).toEqual([
        { id: '10', captions: ['all red', 'all green'], truth: [[0, 0]] },
        { id: '11', captions: ['all red', 'all green', 'all blue'], truth: [[0, 1]] },
      ]);
      expect(images.flat().map(({ width, height }) => [width, height])).toEqual([
        [8, 6],
        [8, 6],
      ]);
      const { data } = await decodeImage(examples[1]!.images[0]!);
      expect([...data.subarray(0, 3)]).toEqual([0, 255, 0]);
    },
  );
});

describe('what a task file may say', () => {
  test('which fields mean what, also nested ones and one per caption', async () => {
    const task =
      'name: x\nfields: { id: key, images: picture.file, captions: [right, wrong], truth: none }\ntruth: 0\ntags: [meta.kind]\ngroups: [scene]\n';
    const record = {
      key: 7,
      picture: { file: 'a' },
      right: 'x',
      wrong: 'y',
      meta: { kind: ['s', 't'] },
      scene: 3,
    };
    expect(await recordsOf({ task, files: { 'examples.jsonl': lines(record) } })).toEqual([
      { id: '7', images: 1, captions: ['x', 'y'], truth: [[0, 0]], tags: ['s', 't'], groups: { scene: '3' } },
    ]);
  });

  test.each<[string, object, string, number[][]]>([
    ['a place', { truth: 2 }, '', [[0, 2]]],
    [
      'several places',
      { truth: [0, 2] },
      '',
      [
        [0, 0],
        [0, 2],
      ],
    ],
    ['places from 1', { truth: 3 }, 'truthFrom: 1\n', [[0, 2]]],
    ['pairs from 1', { truth: [[1, 3]] }, 'truthFrom: 1\n', [[0, 2]]],
    ['the text of the caption', { truth: 'y' }, '', [[0, 1]]],
    ['text of digits', { truth: '1' }, '', [[0, 1]]],
    ['what the task says for all', {}, 'truth: [[0, 1]]\n', [[0, 1]]],
    ['that, counted from 0 whatever the records do', {}, 'truth: 1\ntruthFrom: 1\n', [[0, 1]]],
    ['a statement of its own before it', { truth: 2 }, 'truth: 0\n', [[0, 2]]],
    ['that nobody knows', { truth: [] }, '', []],
  ])('the truth as %s', async (_, more, task, truth) => {
    const record = { id: 1, image: 'a', captions: ['x', 'y', 'z'], ...more };
    const found = await recordsOf({ task: `name: x\n${task}`, files: { 'examples.jsonl': lines(record) } });
    expect(found[0]!.truth).toEqual(truth);
  });

  test('a place among pictures, where there is one caption', async () => {
    const record = { id: 1, images: ['a', 'b', 'c'], caption: 'x', truth: 1 };
    expect((await recordsOf({ files: { 'examples.jsonl': lines(record) } }))[0]!.truth).toEqual([[1, 0]]);
  });

  test.each<[string, object, RegExp]>([
    [
      'text that is no caption',
      { captions: ['x', 'y'], truth: 'w' },
      /"w", which is not one of the captions/,
    ],
    ['text that is two captions', { captions: ['x', 'x'], truth: 'x' }, /not one of the captions/],
    ['a place outside', { captions: ['x', 'y'], truth: 2 }, /lies outside 1 image x 2 captions/],
    ['a part of a place', { captions: ['x', 'y'], truth: 0.5 }, /whole number/],
    ['a place in a matrix', { images: ['a', 'b'], captions: ['x', 'y'], truth: 1 }, /needs pairs/],
    ['an object', { captions: ['x', 'y'], truth: { x: 1 } }, /is not a pair/],
  ])('a truth that is %s is refused', async (_, record, sentence) => {
    const files = {
      'examples.jsonl': lines({ id: 1, ...('images' in record ? {} : { image: 'a' }), ...record }),
    };
    await expect(load({ files })).rejects.toThrow(sentence);
  });

  test('a template around every caption, whatever a caption holds', async () => {
    const record = { id: 1, image: 'a', captions: ['$& cat', '{}'], truth: 0 };
    const found = await recordsOf({
      task: 'name: x\ntemplate: "a photo of {}, {}"\n',
      files: { 'examples.jsonl': lines(record) },
    });
    expect(found[0]!.captions).toEqual(['a photo of $& cat, $& cat', 'a photo of {}, {}']);
  });

  test('a filter leaves records out before they are looked at', async () => {
    const files = {
      'examples.jsonl': lines(
        { id: 1, image: 'a', captions: ['x'], split: 'test', n: 1 },
        { id: 2, image: 'missing', captions: [], split: 'train', n: 1 },
        { id: 3, image: 'b', captions: ['x'], split: 'val', n: 2 },
      ),
    };
    const ids = async (filter: string) =>
      (await recordsOf({ task: `name: x\nfilter: ${filter}\n`, files })).map(({ id }) => id);
    expect(await ids('{ split: test }')).toEqual(['1']);
    expect(await ids('{ split: [test, val] }')).toEqual(['1', '3']);
    expect(await ids('{ split: [test, val], n: 2 }')).toEqual(['3']);
  });

  test('a crop, from one field or four, scores that part of the picture alone', async () => {
    const [left, top, width, height] = [8, 4, 20, 30];
    const files = {
      'examples.jsonl': lines(
        { id: 1, image: 'a', captions: ['x'], box: [left, top, width, height], x: 8, y: 4, w: 20, h: 30 },
        { id: 2, image: 'a', captions: ['x'] },
      ),
    };
    const wanted = await sharp(worldImage(0, 0))
      .extract({ left, top, width, height })
      .removeAlpha()
      .raw()
      .toBuffer();
    for (const crop of ['box', '{ left: x, top: y, width: w, height: h }']) {
      const { examples, images } = await load({ task: `name: x\ncrop: ${crop}\n`, files });
      expect(images.flat().map((facts) => [facts.width, facts.height])).toEqual([
        [20, 30],
        [64, 64],
      ]);
      expect(Buffer.from((await decodeImage(examples[0]!.images[0]!)).data).equals(wanted)).toBe(true);
    }
  });

  test.each<[string, unknown, RegExp]>([
    ['outside the picture', [50, 0, 20, 20], /crop lies outside the picture/],
    ['of no width', [0, 0, 0, 5], /is not a box/],
    ['of three numbers', [0, 0, 5], /is not a box/],
    ['of words', ['a', 0, 5, 5], /is not a box/],
    ['that is no list', 'left', /is not \[left, top, width, height\]/],
    [
      'for another number of pictures',
      [
        [0, 0, 5, 5],
        [0, 0, 5, 5],
      ],
      /2 boxes for 1 image/,
    ],
  ])('a crop %s is refused', async (_, box, sentence) => {
    const files = { 'examples.jsonl': lines({ id: 1, image: 'a', captions: ['x'], box }) };
    await expect(load({ task: 'name: x\ncrop: box\n', files })).rejects.toThrow(sentence);
  });

  test('metrics and expected numbers go with the task', async () => {
    const task = await load({
      task: 'name: x\nmetrics: [text]\nexpected: [{ metric: text, percent: 30.75 }]\n',
      files: { 'examples.jsonl': lines({ id: 1, images: ['a', 'b'], captions: ['x', 'y'] }) },
    });
    expect(task.metrics).toEqual(['text']);
    expect(task.expected).toEqual([{ metric: 'text', percent: 30.75, tolerance: 0.5 }]);
  });

  test.each([
    ['an unknown metric', 'metrics: [top1]', /field "metrics\.0"/],
    ['a template without a place', 'template: a photo', /field "template".*needs \{\}/],
    ['another count', 'truthFrom: 2', /field "truthFrom"/],
    ['an expectation above everything', 'expected: [{ metric: text, percent: 130 }]', /expected\.0\.percent/],
    ['an examples file elsewhere', 'examples: ../other.jsonl', /no such file|links out/],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
      /cannot be read/,
    ],
  ])('a task file with %s is refused', async (_, line, sentence) => {
    const files = { 'examples.jsonl': lines({ id: 1, images: ['a', 'b'], captions: ['x', 'y'] }) };
    await expect(load({ task: `name: x\n${line}\n`, files })).rejects.toThrow(sentence);
  });
});

describe('images.zip stands for images/', () => {
  const record = lines({ id: 1, images: ['in', 'deep/er.png'], captions: ['x', 'y'] });
  const picture = readFileSync(worldImage(0, 0));

  test('its entries are found as files would be', async () => {
    const folder = makeProbe(join(temporaryFolder(), 'probe'), {
      files: {
        'examples.jsonl': record,
        'images.zip': makeZip([
          { name: 'in.png', data: picture, deflate: true },
          { name: 'images/deep/er.png', data: readFileSync(worldImage(0, 1)) },
        ]),
      },
    });
    rmSync(join(folder, 'images'), { recursive: true });
    const { examples, images } = await loadProbeFolder(folder);
    expect(images[0]!.map(({ width }) => width)).toEqual([64, 64]);
    const direct = await decodeImage({ path: worldImage(0, 0) });
    expect((await decodeImage(examples[0]!.images[0]!)).data).toEqual(direct.data);
  });

  test.each([
    [
      'claims to unpack to more than any image',
      { size: 2 ** 30 },
      /unpacks to 1073741824 bytes, more than any image/,
    ],
    ['unpacks to more than it claims', { size: 1000 }, /cannot read the image from its archive/],
    ['is encrypted', { flags: 0x801 }, /is encrypted/],
  ])('an entry that %s is refused', async (_, claim, sentence) => {
    const bomb = makeZip([{ name: 'in.png', data: Buffer.alloc(50_000_000), deflate: true, claim }]);
    await expect(load({ files: { 'examples.jsonl': record, 'images.zip': bomb } })).rejects.toThrow(sentence);
  });

  test('an archive with an entry that leads out is refused', async () => {
    const zip = makeZip([{ name: '../../in.png', data: picture }]);
    await expect(load({ files: { 'examples.jsonl': record, 'images.zip': zip } })).rejects.toThrow(
      /cannot read the zip archive/,
    );
  });
});

test('a picture of more than 100 megapixels is refused by its header', async () => {
  const folder = temporaryFolder();
  const picture = await sharp({
    create: { width: 11_000, height: 10_000, channels: 3, background: 'red' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const files = {
    'examples.jsonl': lines({ id: 1, image: 'huge', captions: ['x'] }),
    'images/huge.png': picture,
  };
  await expect(loadProbeFolder(makeProbe(join(folder, 'probe'), { files }))).rejects.toThrow(
    /too large.*110 megapixels/,
  );
});

test('task files, examples and archives that link out of the folder are refused', async () => {
  const { symlinkSync, writeFileSync } = await import('node:fs');
  for (const name of ['task.yaml', 'examples.jsonl', 'images.zip']) {
    const outside = join(temporaryFolder(), name);
    const folder = makeProbe(join(temporaryFolder(), 'probe'), {
      files: { 'examples.jsonl': lines({ id: 1, image: 'a', captions: ['x'] }) },
    });
    if (name === 'images.zip') writeFileSync(outside, makeZip([]));
    else copyFileSync(join(folder, name), outside);
    rmSync(join(folder, name), { force: true });
    symlinkSync(outside, join(folder, name));
    await expect(loadProbeFolder(folder), name).rejects.toThrow(/links out of the probe folder/);
  }
});

test('a pipe in a picture’s place is refused, not waited for', async () => {
  const { execFileSync } = await import('node:child_process');
  const folder = makeProbe(join(temporaryFolder(), 'probe'), {
    files: { 'examples.jsonl': lines({ id: 1, image: 'pipe.png', captions: ['x'] }) },
  });
  execFileSync('mkfifo', [join(folder, 'images', 'pipe.png')]);
  await expect(loadProbeFolder(folder)).rejects.toThrow(/no regular file/);
});
