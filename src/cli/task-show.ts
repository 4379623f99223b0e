/** `winoscope task show` and `task sample`. */

import { findBenchmark } from '../../tasks/benchmarks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { imageRows } from '../../tui/images/cells.ts';
import { cellPixels, fitCells } from '../../tui/images/fit-image.ts';
import { levelOf } from '../../tui/theme.ts';
import { UsageError } from '../errors.ts';
import { decodeImage, sourceName } from '../images/decode.ts';
import { visible } from '../report/format.ts';
import type { Example } from '../scoring/example.ts';
import { TAG_SEPARATOR, tagList, tagName } from '../scoring/tag-list.ts';
import { benchmarkLines } from './benchmark-lines.ts';
import { findTask } from './find-task.ts';
import type { TaskSampleFlags, TaskShowFlags } from './task-command.ts';

/** Cells that a picture may take on a terminal. */
const PICTURE = { columns: 32, rows: 16 };

/** Carries out `winoscope task show`. */
export async function taskShow(name: string, flags: TaskShowFlags): Promise<void> {
  const known = flags.data === undefined ? findBenchmark(name) : undefined;
  if (known) {
    const { read: _, ...facts } = known.benchmark;
    const text = flags.json
      ? JSON.stringify(facts, null, 2)
      : benchmarkLines(known.benchmark, known.part).join('\n');
    process.stdout.write(`${text}\n`);
    return;
  }
  const task = await findTask(name, flags);
  const shown = task.examples.slice(0, flags.examples);
  if (flags.json) {
    const { examples: _, images: __, ownMetrics, failures: ___, ...about } = task;
    const count = task.examples.length;
    const examples = shown.map((_example, k) => exampleJson(task, k));
    const own = ownMetrics && { ownMetrics: Object.keys(ownMetrics) };
    process.stdout.write(
      `${JSON.stringify({ ...about, ...own, count, shapes: shapesOf(task), examples }, null, 2)}\n`,
    );
    return;
  }
  const tags = tagLine(task);
  const lines = [
    `${visible(task.name)} ${visible(task.version)}: ${visible(task.title)}`,
    `  examples   ${task.examples.length}, ${Object.entries(shapesOf(task))
      .map(([shape, count]) => `${count} of ${shape} (images x captions)`)
      .join(', ')}`,
    `  licence    ${visible(task.license)}; copies into results: ${task.redistribution}`,
    ...(task.citation ? [`  cite       ${visible(task.citation)}`] : []),
    ...(task.metrics ? [`  metrics    ${task.metrics.join(', ')}`] : []),
    ...(task.ownMetrics ? [`  its own    ${Object.keys(task.ownMetrics).join(', ')}`] : []),
    ...(tags ? [`  tags       ${tags}`] : []),
    `  source     ${visible(task.source)}`,
    `  hash       ${task.hash}`,
  ];
  process.stdout.write(
    `${[...lines, ...shown.flatMap((example, k) => ['', ...exampleLines(task, example, k)])].join('\n')}\n`,
  );
}

/** Carries out `winoscope task sample`. @throws UsageError where there is no such example. */
export async function taskSample(name: string, flags: TaskSampleFlags): Promise<void> {
  const task = await findTask(name, flags);
  const index =
    flags.id === undefined
      ? Math.floor(Math.random() * task.examples.length)
      : task.examples.findIndex(({ id }) => id === flags.id);
  const example = task.examples[index];
  if (!example) {
    throw new UsageError({
      what: `the task has no example "${flags.id}"`,
      where: task.name,
      expected: `an id such as ${task.examples
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ')}`,
    });
  }
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(exampleJson(task, index), null, 2)}\n`);
    return;
  }
  process.stdout.write(`${exampleLines(task, example, index).join('\n')}\n`);
  if (!process.stdout.isTTY) return;
  for (const [k, source] of example.images.entries()) {
    const image = await decodeImage(source);
    const rows = imageRows(
      cellPixels(image, fitCells(image, PICTURE)),
      levelOf(process.stdout.getColorDepth()),
    );
    process.stdout.write(`\nimage ${k}\n${rows.join('\n')}\n`);
  }
}

function exampleJson({ examples, images }: Task, index: number) {
  const { images: sources, ...example } = examples[index]!;
  return {
    ...example,
    images: sources.map((source, k) => ({ file: sourceName(source), ...images[index]![k]! })),
  };
}

function exampleLines({ images }: Task, example: Example, index: number): string[] {
  const { id, captions, truth, tags, groups } = example;
  const partners = (side: 0 | 1, place: number) =>
    truth.filter((pair) => pair[side] === place).map((pair) => pair[1 - side]);
  return [
    `example ${visible(id)}`,
    ...example.images.map((source, k) => {
      const { width, height } = images[index]![k]!;
      return `  image ${k}    ${visible(sourceName(source))} (${width} x ${height})`;
    }),
    ...captions.map((caption, c) => {
      const own = partners(1, c);
      const told = own.length > 0 ? `   <- true of image ${own.join(', ')}` : '';
      return `  caption ${c}  ${visible(caption)}${told}`;
    }),
    ...(tags.length > 0 ? [`  tags       ${visible(tagList(tags))}`] : []),
    ...(groups
      ? [
          `  groups     ${Object.entries(groups)
            .map(([kind, value]) => visible(`${kind} ${value}`))
            .join('; ')}`,
        ]
      : []),
  ];
}

function shapesOf({ examples }: Task): Record<string, number> {
  const shapes: Record<string, number> = {};
  for (const { images, captions } of examples) {
    const shape = `${images.length} x ${captions.length}`;
    shapes[shape] = (shapes[shape] ?? 0) + 1;
  }
  return shapes;
}

function tagLine({ examples }: Task): string {
  const counts = new Map<string, number>();
  for (const { tags } of examples)
    for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const more = sorted.length > 12 ? ` and ${sorted.length - 12} more` : '';
  return (
    sorted
      .slice(0, 12)
      .map(([tag, count]) => `${visible(tagName(tag))} ${count}`)
      .join(TAG_SEPARATOR) + more
  );
}
