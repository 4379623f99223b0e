import { describe, expect, test } from 'vitest';
import { builtInTasks } from '../../tasks/built-in.ts';
import { loadTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';

const COUNTS: Record<string, number> = {
  'tiny-world': 210,
  'tiny-world-shifted': 105,
  'tiny-world-edits': 108,
  'tiny-world-edits-shifted': 108,
  'tiny-world-choices': 60,
  'tiny-world-choices-shifted': 60,
  'tiny-world-classes': 80,
  'tiny-world-classes-shifted': 80,
};

/** Tags that say what of an example was held out of training; each example has one of them. */
const COMBINATIONS = ['seen', 'unseen object', 'unseen relation', 'unseen object and relation'];

const loaded = new Map<string, Promise<Task>>();

/** Each task is read once for all tests. */
function load(name: string): Promise<Task> {
  const known = loaded.get(name) ?? loadTask(name);
  loaded.set(name, known);
  return known;
}

const shapes = (task: Task) => new Set(task.examples.map((e) => `${e.images.length}x${e.captions.length}`));

test('these ship', () => {
  expect(builtInTasks.map(({ name }) => name)).toEqual(Object.keys(COUNTS));
});

describe.each(builtInTasks)('$name', ({ name }) => {
  test('loads whole, in pictures of the world’s size, free to pass on', async () => {
    const task = await load(name);
    expect(task).toMatchObject({ name, redistribution: 'free', license: 'Apache-2.0', failures: [] });
    expect(task.examples).toHaveLength(COUNTS[name]!);
    expect(new Set(task.images.flat().map(({ width, height }) => `${width}x${height}`))).toEqual(
      new Set(['64x64']),
    );
  });

  test('says of each example whether its combinations were seen, and has both sorts', async () => {
    const { examples } = await load(name);
    const said = examples.map(({ tags }) => tags.filter((tag) => COMBINATIONS.includes(tag)));
    expect(said.every((own) => own.length === 1)).toBe(true);
    expect(said.flat().filter((tag) => tag === 'seen').length).toBeGreaterThan(examples.length / 4);
    expect(said.flat().filter((tag) => tag !== 'seen').length).toBeGreaterThan(examples.length / 10);
  });

  test('has no caption twice in an example', async () => {
    const { examples } = await load(name);
    for (const { captions } of examples) expect(new Set(captions).size).toBe(captions.length);
  });
});

test('a shifted task asks the same questions in other pictures', async () => {
  for (const { name } of builtInTasks.filter((task) => !task.name.endsWith('-shifted'))) {
    const [usual, shifted] = [await load(name), await load(`${name}-shifted`)];
    for (const [k, { id, captions, truth, tags }] of shifted.examples.entries()) {
      expect(usual.examples[k]).toMatchObject({ id, captions, truth, tags });
      expect(usual.images[k]).not.toEqual(shifted.images[k]);
    }
  }
});

test('each has the form it stands for', async () => {
  expect(shapes(await load('tiny-world'))).toEqual(new Set(['2x2']));
  expect(shapes(await load('tiny-world-edits'))).toEqual(new Set(['1x2']));
  expect(shapes(await load('tiny-world-choices'))).toEqual(new Set(['1x10', '1x20', '1x50']));
  expect(shapes(await load('tiny-world-classes'))).toEqual(new Set(['1x20']));
});

test('the true caption is at no fixed place among the choices', async () => {
  const { examples } = await load('tiny-world-choices');
  const places = examples.map(({ truth, captions }) => truth[0]![1] / captions.length);
  expect(Math.min(...places)).toBeLessThan(0.2);
  expect(Math.max(...places)).toBeGreaterThan(0.8);
});
