/** What `task check` finds: every kind of problem on a probe that has it, and nothing on probes that are well. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { builtInTasks } from '../../tasks/built-in.ts';
import { checkProbe } from '../../tasks/check/check-probe.ts';
import { fingerprintOf, lookalikes } from '../../tasks/check/fingerprint.ts';
import { taskFolder } from '../../tasks/registry.ts';
import { lines, makeProbe, type ProbeFiles } from '../support/make-probe.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../temporary.ts';

const check = (probe: ProbeFiles) => checkProbe(makeProbe(join(temporaryFolder(), 'probe'), probe));

/** Kind and message of what was found, places left out. */
async function problemsOf(task: string | undefined, ...records: object[]) {
  const files = { 'examples.jsonl': lines(...records) };
  const { problems } = await check({ files, ...(task !== undefined && { task }) });
  return problems.filter(({ kind }) => kind !== 'unused-image');
}

const good = { id: 'good', images: ['a', 'b'], captions: ['a cat on a dog', 'a dog on a cat'] };

describe('the probes that ship', () => {
  test.each(builtInTasks.filter(({ name }) => !name.includes('shifted')).map(({ name }) => name))(
    '%s has no errors, and no picture that looks like another',
    async (name) => {
      const { problems, facts } = await checkProbe(taskFolder(name));
      expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
      expect(problems.filter(({ kind }) => /duplicate|unused|captions/.test(kind))).toEqual([]);
      expect(facts!.examples).toBeGreaterThan(50);
    },
  );

  test('tells how many examples have captions of the same words', async () => {
    expect((await checkProbe(taskFolder('tiny-world'))).facts!.sameWords).toEqual({ of: 210, count: 210 });
    const edits = (await checkProbe(taskFolder('tiny-world-edits'))).facts!.sameWords;
    const text = readFileSync(join(taskFolder('tiny-world-edits'), 'examples.jsonl'), 'utf8');
    const bags = text
      .trim()
      .split('\n')
      .map((line) => {
        const { captions } = JSON.parse(line) as { captions: string[] };
        return new Set(captions.map((caption) => caption.split(' ').sort().join(' '))).size;
      });
    expect(edits).toEqual({ of: 108, count: bags.filter((size) => size === 1).length });
  });
});

describe('errors', () => {
  test('all of them at once, each with its file and line', async () => {
    const folder = makeProbe(join(temporaryFolder(), 'probe'), {
      files: {
        'examples.jsonl': `${lines(good)}{"id":\n\n${lines(
          { ...good, id: 'lost', images: ['nowhere', 'neither'] },
          { ...good, id: 'out', truth: [[0, 5]] },
          { ...good, id: 'bad', images: ['a', 'text'] },
          good,
        )}`,
        'images/text.png': 'no picture',
      },
    });
    const { problems, facts } = await checkProbe(folder);
    const errors = problems.filter(({ level }) => level === 'error');
    const file = join(folder, 'examples.jsonl');
    expect(errors.map(({ where, kind }) => [where, kind])).toEqual([
      [`${file}, line 2`, 'record'],
      [`${file}, line 4`, 'image'],
      [`${file}, line 4`, 'image'],
      [`${file}, line 5`, 'record'],
      [`${file}, line 6`, 'image'],
      [`${file}, line 7`, 'record'],
    ]);
    expect(errors.map(({ message }) => message).join('\n')).toMatch(
      /not JSON[\s\S]*nowhere[\s\S]*neither[\s\S]*outside 2 images x 2 captions[\s\S]*text\.png[\s\S]*"good" is used twice/,
    );
    expect(facts!.examples).toBe(1);
  });

  test('a picture whose header is whole and whose pixels are cut off', async () => {
    const whole = readFileSync(worldImage(3, 0));
    const files = {
      'examples.jsonl': lines({ id: 1, image: 'cut', captions: ['x'] }),
      'images/cut.png': whole.subarray(0, whole.length / 2),
    };
    expect((await check({ files })).problems).toContainEqual(
      expect.objectContaining({ level: 'error', kind: 'image', message: expect.stringMatching(/damaged/) }),
    );
  });

  test('a metric, or an expected number, that no example has', async () => {
    const task =
      'name: x\nlicense: MIT\nmetrics: [accuracy]\nexpected: [{ metric: accuracy, percent: 50 }]\n';
    const problems = await problemsOf(task, good);
    expect(problems.map(({ level, kind }) => [level, kind])).toEqual([
      ['error', 'task-file'],
      ['error', 'task-file'],
    ]);
    expect(problems[0]!.message).toContain('text, image, group, groupMatch');
  });

  test('no task file at all is one problem, with what to do', async () => {
    const { problems, facts } = await checkProbe(temporaryFolder());
    expect(facts).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toContain('winoscope task new');
  });
});

describe('warnings', () => {
  test('a probe that is well has none', async () => {
    expect(await problemsOf(undefined, good)).toEqual([]);
  });

  test.each<[string, string, object, string, RegExp]>([
    [
      'equal captions',
      '',
      { captions: ['A  cat', 'a cat'] },
      'equal-captions',
      /captions 0 and 1 say the same/,
    ],
    [
      'the same picture twice in an example',
      '',
      { images: ['a', 'a'] },
      'duplicate-image',
      /images 0 and 1 .* same picture/,
    ],
    [
      'a caption of a hundred words',
      '',
      { captions: ['word '.repeat(100), 'x'] },
      'long-caption',
      /caption 0 has 132 tokens; 77/,
    ],
    ['no truth', '', { truth: [] }, 'truth', /scored but not judged/],
    ['a field that means nothing', 'tag: [kind]\n', {}, 'task-file', /field "tag" means nothing/],
    ['a tag field that nobody has', 'tags: [kind]\n', {}, 'tags', /no record has the tag field "kind"/],
    [
      'a group field that nobody has',
      'groups: [scene]\n',
      {},
      'tags',
      /no record has the group field "scene"/,
    ],
  ])('%s', async (_, task, record, kind, message) => {
    const problems = await problemsOf(`name: x\nlicense: MIT\n${task}`, { ...good, ...record });
    expect(problems).toEqual([
      expect.objectContaining({ level: 'warning', kind, message: expect.stringMatching(message) }),
    ]);
  });

  test('examples of one picture and one caption alone', async () => {
    const single = [1, 2].map((id) => ({ id, image: 'ab'[id - 1], caption: 'x' }));
    expect(await problemsOf(undefined, ...single)).toEqual([
      expect.objectContaining({
        level: 'warning',
        kind: 'truth',
        message: expect.stringMatching(/^nothing can be judged: an example needs two/),
      }),
    ]);
    expect(await problemsOf(undefined, ...single, good)).toEqual([]);
  });

  test('no licence', async () => {
    expect(await problemsOf('name: x\n', good)).toEqual([expect.objectContaining({ kind: 'licence' })]);
  });

  test('copies of a picture: the same bytes, and re-encoded or scaled', async () => {
    const original = readFileSync(worldImage(0, 0));
    const files = {
      'examples.jsonl': lines(
        { id: 1, images: ['a', 'b'], captions: ['x', 'y'] },
        { id: 2, images: ['copy', 'd'], captions: ['x', 'y'] },
        { id: 3, images: ['jpeg.jpg', 'small'], captions: ['x', 'y'] },
      ),
      'images/copy.png': original,
      'images/jpeg.jpg': await sharp(original).jpeg({ quality: 60 }).toBuffer(),
      'images/small.png': await sharp(original).resize(32, 32).png().toBuffer(),
    };
    const { problems } = await check({ files });
    expect(problems.filter(({ kind }) => kind === 'duplicate-image').map(({ message }) => message)).toEqual([
      'images/copy.png holds the same bytes as images/a.png',
    ]);
    const near = problems.filter(({ kind }) => kind === 'near-duplicate-image').map(({ message }) => message);
    expect(near).toContain('images/jpeg.jpg looks the same as images/a.png of "1"');
    expect(near).toContain('images/small.png looks the same as images/a.png of "1"');
  });

  test('pictures that are read otherwise than viewers show them', async () => {
    const original = readFileSync(worldImage(3, 0));
    const grey = (shade: number) =>
      sharp(original)
        .resize(40 + shade)
        .toColourspace('grey16')
        .png()
        .toBuffer();
    const frames = await Promise.all([4, 5].map((k) => sharp(worldImage(k, 0)).raw().toBuffer()));
    const { width, height } = await sharp(original).metadata();
    const raw = { width, height: height * 2, channels: 3, pageHeight: height } as const;
    const files = {
      'examples.jsonl': lines(
        { id: 1, images: ['x.png', 'y.png'], captions: ['x', 'y'] },
        { id: 2, images: ['turned.jpg', 'moving.gif'], captions: ['x', 'y'] },
        { id: 3, images: ['a', 'upright.jpg'], captions: ['x', 'y'] },
      ),
      'images/x.png': await grey(0),
      'images/y.png': await grey(1),
      'images/turned.jpg': await sharp(original).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'images/upright.jpg': await sharp(worldImage(6, 0)).withMetadata({ orientation: 1 }).jpeg().toBuffer(),
      'images/moving.gif': await sharp(Buffer.concat(frames), { raw }).gif().toBuffer(),
    };
    const { problems } = await check({ files });
    expect(problems.filter(({ kind }) => kind === 'odd-image').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^2 pictures \(images\/x\.png and others\) of 16-bit grey.*convert to 8 bit$/),
      expect.stringMatching(/^1 picture \(images\/turned\.jpg\) with an EXIF rotation.*without turning/),
      expect.stringMatching(/^1 picture \(images\/moving\.gif\) of several frames: the first alone/),
    ]);
  });

  test('pictures that nobody uses', async () => {
    const { problems } = await check({ files: { 'examples.jsonl': lines(good), 'images/notes.txt': '' } });
    const unused = problems.filter(({ kind }) => kind === 'unused-image').map(({ where }) => where.at(-5));
    expect(unused.sort()).toEqual(['c', 'd', 'e', 'f']);
  });

  test('a record that was refused may use any picture', async () => {
    const refused = { id: 'refused', images: ['c', 'd'], captions: ['x', ''] };
    const { problems } = await check({ files: { 'examples.jsonl': lines(good, refused) } });
    expect(problems.map(({ level, kind }) => [level, kind])).toEqual([['error', 'record']]);
  });

  const many = (count: number, more: (k: number) => object) =>
    Array.from({ length: count }, (_, k) => ({
      id: k,
      image: 'abcdef'[k % 6],
      captions: ['x', 'y'],
      truth: k % 2,
      ...more(k),
    }));

  test('tags of few examples, and tags that are unbalanced', async () => {
    const few = await problemsOf(undefined, ...many(30, (k) => ({ tags: [k < 3 ? 'rare' : 'common'] })));
    expect(few.map(({ message }) => message)).toEqual([expect.stringContaining('"rare" 3')]);
    const uneven = await problemsOf(undefined, ...many(150, (k) => ({ tags: [k < 12 ? 'small' : 'large'] })));
    expect(uneven.map(({ message }) => message)).toEqual([
      'tags are unbalanced: "large" has 138 examples, "small" 12',
    ]);
    expect(await problemsOf(undefined, ...many(30, (k) => ({ tags: [`${k % 2}`] })))).toEqual([]);
  });

  test('a truth that always stands in one place', async () => {
    const constant = await problemsOf(undefined, ...many(12, () => ({ truth: 1 })));
    expect(constant.map(({ message }) => message)).toEqual([
      expect.stringMatching(/number 1 .* in all 12 examples/),
    ]);
    expect(await problemsOf(undefined, ...many(12, () => ({})))).toEqual([]);
  });
});

describe('the fingerprint', () => {
  const folder = join(taskFolder('tiny-world'), 'images');
  const names = readdirSync(folder).slice(0, 120);

  test('is nearly the same for a picture that was encoded again, enlarged or reduced', async () => {
    for (const name of names.slice(0, 24)) {
      const path = join(folder, name);
      const large = await sharp(path).resize(256, 256).png().toBuffer();
      const copies = [
        await sharp(path).jpeg({ quality: 60 }).toBuffer(),
        await sharp(path).resize(32, 32).png().toBuffer(),
        await sharp(large).jpeg({ quality: 60 }).toBuffer(),
      ];
      const prints = [fingerprintOf(await decodeImage({ path }))];
      for (const bytes of copies) prints.push(fingerprintOf(await decodeImage({ bytes, name })));
      expect(lookalikes(prints).length, name).toBe(6);
    }
  });

  test('differs between pictures that were drawn apart, also where two things are exchanged', async () => {
    const prints = await Promise.all(
      names.map(async (name) => fingerprintOf(await decodeImage({ path: join(folder, name) }))),
    );
    expect(lookalikes(prints)).toEqual([]);
  });
});
