/** Tasks in code: what a module may give, what is said where it gives something else, and what is never run. */

import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModuleTask } from '../../tasks/module-task.ts';
import { findPackageTask, installedTasks } from '../../tasks/package-tasks.ts';
import { loadTask } from '../../tasks/registry.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../temporary.ts';

/** Writes a module beside two pictures, `a.png` and `b.png`. Returns its path. */
function writeModule(code: string, name = 'task.mjs'): string {
  const folder = temporaryFolder();
  copyFileSync(worldImage(0, 0), join(folder, 'a.png'));
  copyFileSync(worldImage(0, 1), join(folder, 'b.png'));
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

const giving = (examples: string, more = '') =>
  `export default { name: 'coded', ${more} load: async function* () { yield* ${examples}; } };`;

describe('a module', () => {
  test('gives a task, with pictures by name, by address and as bytes', async () => {
    const path = writeModule(
      `import { readFileSync } from 'node:fs';

export default {
  name: 'coded',
  version: '3',
  license: 'MIT',
  metrics: ['text'],
  ownMetrics: { 'recall@2': ({ scores }) => scores.length === 2 },
  async *load({ folder }: { folder: string }) {
    yield { id: 1, images: ['a.png', new URL('b.png', import.meta.url)], captions: ['x', 'y'], tags: ['t'], groups: { scene: 's' } };
    yield { id: 2, images: [{ bytes: readFileSync(folder + '/a.png'), name: 'first' }], captions: ['x', 'y'], truth: [[0, 1]] };
  },
};
`,
      'task.ts',
    );
    const task = await loadModuleTask(path);
    expect(task).toMatchObject({
      name: 'coded',
      version: '3',
      title: 'coded',
      license: 'MIT',
      redistribution: 'none',
      metrics: ['text'],
      source: path,
    });
    expect(task.examples.map(({ images: _, ...example }) => example)).toEqual([
      {
        id: '1',
        captions: ['x', 'y'],
        truth: [
          [0, 0],
          [1, 1],
        ],
        tags: ['t'],
        groups: { scene: 's' },
      },
      { id: '2', captions: ['x', 'y'], truth: [[0, 1]], tags: [] },
    ]);
    expect(task.images.map((images) => images.length)).toEqual([2, 1]);
    expect(task.images[0]![0]!.sha256).toBe(task.images[1]![0]!.sha256);
    expect(Object.keys(task.ownMetrics!)).toEqual(['recall@2']);
  });

  test.each<[string, string, RegExp]>([
    ['that is no program', 'export default {', /cannot be run/],
    ['that fails at once', 'throw new Error("no data\\nhere")', /cannot be run.*no data/],
    ['without a default export', 'export const task = 1;', /exports no task.*no default export/],
    ['without a name', 'export default { load() { return []; } };', /exports no task.*field "name"/],
    ['without load', 'export default { name: "x" };', /exports no task.*field "load"/],
    [
      'with an own metric that is no function',
      giving('[]', 'ownMetrics: { m: 1 },'),
      /field "ownMetrics\.m": is not a function/,
    ],
    [
      'whose load gives nothing',
      'export default { name: "x", load() {} };',
      /failed while it gave its examples.*nothing to iterate/,
    ],
    [
      'whose load fails on the way',
      'export default { name: "x", *load() { throw new Error("gone"); } };',
      /failed while .*gone/,
    ],
    ['that gives no example', giving('[]'), /no usable example/],
    ['that gives something else', giving('[1]'), /example 1.*field "\(example\)"/],
    [
      'that gives an example without captions',
      giving('[{ id: 1, images: ["a.png"], captions: [] }]'),
      /field "captions"/,
    ],
    [
      'that gives a truth outside',
      giving('[{ id: 1, images: ["a.png"], captions: ["x", "y"], truth: [[0, 2]] }]'),
      /lies outside/,
    ],
    [
      'that gives no truth where it is not plain',
      giving('[{ id: 1, images: ["a.png"], captions: ["x", "y"] }]'),
      /"truth" is needed/,
    ],
    [
      'that names a picture that is not there',
      giving('[{ id: 1, images: ["c.png"], captions: ["x"] }]'),
      /cannot read the image.*c\.png/,
    ],
    [
      'that uses an id twice',
      giving('[1, 1].map((id) => ({ id, images: ["a.png"], captions: ["x"] }))'),
      /example 2.*"1" is used twice/,
    ],
  ])('%s is refused with a sentence', async (_, code, sentence) => {
    await expect(loadModuleTask(writeModule(code))).rejects.toThrow(sentence);
  });

  test('bad examples are left out and listed where that is asked for', async () => {
    const path = writeModule(
      giving(
        '[{ id: 1, images: ["a.png"], captions: ["x"] }, { id: 2 }, { id: 3, images: ["b.png"], captions: ["x"] }]',
      ),
    );
    const { examples, failures } = await loadModuleTask(path, { skipBad: true });
    expect(examples.map(({ id }) => id)).toEqual(['1', '3']);
    expect(failures.map(({ id }) => id)).toEqual(['example 2']);
  });
});

describe('packages that bring a task', () => {
  /** A project with installed packages, each of which leaves a mark when any of its code is run. */
  function writeProject() {
    const folder = temporaryFolder();
    const mark = join(folder, 'was-run');
    const write = (path: string, contents: string) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), contents);
    };
    const packages = ['coded-task', '@us/folder-task', 'plain', 'outside', 'broken', 'gone'];
    write(
      'package.json',
      JSON.stringify({ dependencies: Object.fromEntries(packages.map((name) => [name, '1'])) }),
    );
    const bring = (name: string, more: object) =>
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, license: 'MIT', ...more }));
    bring('coded-task', {
      type: 'module',
      main: 'index.js',
      winoscope: { task: './task.js', title: 'Coded' },
    });
    const marking = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\n`;
    write('node_modules/coded-task/index.js', marking);
    write(
      'node_modules/coded-task/task.js',
      `${marking}${giving('[{ id: 1, images: ["a.png"], captions: ["x"] }]')}`,
    );
    copyFileSync(worldImage(0, 0), join(folder, 'node_modules/coded-task/a.png'));
    bring('@us/folder-task', { description: 'A folder', winoscope: { task: 'probe' } });
    write('node_modules/@us/folder-task/probe/task.yaml', 'name: folder\n');
    write('node_modules/@us/folder-task/probe/examples.jsonl', '{"id":1,"image":"a.png","captions":["x"]}');
    copyFileSync(worldImage(0, 0), join(folder, 'node_modules/@us/folder-task/probe/a.png'));
    bring('plain', { main: 'index.js' });
    bring('outside', { winoscope: { task: '../../secret.mjs' } });
    write('secret.mjs', marking);
    write('node_modules/broken/package.json', '{');
    return { folder, mark };
  }

  test('are listed without running anything', () => {
    const { folder, mark } = writeProject();
    const root = join(folder, 'node_modules');
    expect(installedTasks(folder)).toEqual([
      {
        name: '@us/folder-task',
        title: 'A folder',
        license: 'MIT',
        path: join(root, '@us/folder-task/probe'),
      },
      { name: 'coded-task', title: 'Coded', license: 'MIT', path: join(root, 'coded-task/task.js') },
    ]);
    expect(existsSync(mark)).toBe(false);
  });

  test('are run when they are named', async () => {
    const { folder, mark } = writeProject();
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect((await loadTask('@us/folder-task')).examples).toHaveLength(1);
      expect(existsSync(mark)).toBe(false);
      expect(await loadTask('coded-task')).toMatchObject({ name: 'coded', source: 'coded-task' });
      expect(existsSync(mark)).toBe(true);
      await expect(loadTask('plain')).rejects.toThrow(/unknown task "plain"/);
    } finally {
      process.chdir(before);
    }
  });

  test('cannot name what lies outside of them', () => {
    const { folder, mark } = writeProject();
    expect(() => findPackageTask(folder, 'outside')).toThrow(/leads out of it/);
    for (const name of ['../secret', '..', 'node_modules/plain', '/etc', ''])
      expect(findPackageTask(folder, name)).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });
});
