/** `winoscope task show` and `task sample`. */

import { findBenchmark } from '../../tasks/benchmarks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { imageRows } from '../../tui/images/cells.ts';
import { cellPixels, fitCells } from '../../tui/images/fit-image.ts';
import { levelOf } from '../../tui/theme.ts';
import { UsageError } from '../errors.ts';
import { decodeImage, sourceName } from '../images/decode.ts';
import type { Example } from '../scoring/example.ts';
import { TAG_SEPARATOR, tagList, tagName } from '../scoring/tag-list.ts';
import { benchmarkLines } from './benchmark-lines.ts';
import { findTask } from './find-task.ts';
import { printJson } from './output.ts';
import { readable } from './readable.ts';
import type { TaskSampleFlags, TaskShowFlags } from './task-command.ts';
import { typedIds } from './typed-ids.ts';

/** Cells that a picture may take on a terminal. */
const PICTURE = { columns: 32, rows: 16 };

/** Carries out `winoscope task show`. */
export async function taskShow(name: string, flags: TaskShowFlags): Promise<void> {
  const known = flags.data === undefined ? findBenchmark(name) : undefined;
  if (known) {
    const { read: _, ...facts } = known.benchmark;
    if (flags.json) printJson(facts);
    else process.stdout.write(`${benchmarkLines(known.benchmark, known.part).join('\n')}\n`);
    return;
  }
  const task = await findTask(name, flags);
  const shown = task.examples.slice(0, flags.examples);
  if (flags.json) {
    const { examples: _, images: __, ownMetrics, failures: ___, ...about } = task;
    const count = task.examples.length;
    const examples = shown.map((_example, k) => exampleJson(task, k));
    const own = ownMetrics && { ownMetrics: Object.keys(ownMetrics) };
    printJson({ ...about, ...own, count, shapes: shapesOf(task), examples });
    return;
  }
  const tags = tagLine(task);
  const lines = [
    `${readable(task.name)} ${readable(task.version)}: ${readable(task.title)}`,
    `  examples   ${task.examples.length}, ${Object.entries(shapesOf(task))
      .map(([shape, count]) => `${count} of ${shape} (images x captions)`)
      .join(', ')}`,
    `  licence    ${readable(task.license)}; copies into results: ${task.redistribution}`,
    ...(task.citation ? [`  cite       ${readable(task.citation)}`] : []),
    ...(task.metrics ? [`  metrics    ${task.metrics.join(', ')}`] : []),
    ...(task.ownMetrics ? [`  its own    ${Object.keys(task.ownMetrics).join(', ')}`] : []),
    ...(tags ? [`  tags       ${tags}`] : []),
    `  source     ${readable(task.source)}`,
    `  hash       ${task.hash}`,
  ];
  process.stdout.write(
    `${[...lines, ...shown.flatMap((example, k) => ['', ...exampleLines(task, example, k)])].join('\n')}\n`,
  );
}

/** Carries out `winoscope task sample`. @throws UsageError where there is no such example. */
export async function taskSample(name: string, flags: TaskSampleFlags): Promise<void> {
  const task = await findTask(name, flags);
  const wanted = flags.id === undefined ? undefined : typedIds(task.examples)(flags.id);
  const index =
    wanted === undefined
      ? Math.floor(Math.random() * task.examples.length)
      : task.examples.findIndex(({ id }) => id === wanted);
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
    printJson(exampleJson(task, index));
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
    `example ${readable(id)}`,
    ...example.images.map((source, k) => {
      const { width, height } = images[index]![k]!;
      return `  image ${k}    ${readable(sourceName(source))} (${width} x ${height})`;
    }),
    ...captions.map((caption, c) => {
      const own = partners(1, c);
      const told = own.length > 0 ? `   <- true of image ${own.join(', ')}` : '';
      return `  caption ${c}  ${readable(caption)}${told}`;
    }),
    ...(tags.length > 0 ? [`  tags       ${readable(tagList(tags))}`] : []),
    ...(groups
      ? [
          `  groups     ${Object.entries(groups)
            .map(([kind, value]) => readable(`${kind} ${value}`))
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
      .map(([tag, count]) => `${readable(tagName(tag))} ${count}`)
      .join(TAG_SEPARATOR) + more
  );
}
