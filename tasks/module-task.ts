/** Runs a task in code: imports the module that the user named and reads the examples that it gives. */

import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { InputError, issueOf, messageOf } from '../src/errors.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { type ImageSource, imageSize, readSource, sourceName } from '../src/images/decode.ts';
import { metricNames } from '../src/metrics/score-matrix.ts';
import type { Example } from '../src/scoring/example.ts';
import type { TaskDefinition } from './define-task.ts';
import { readTruth } from './probe/truth.ts';
import type { ProbeOptions } from './probe-folder.ts';
import { sha256 } from './sha256.ts';
import { hashExamples, type ImageFacts, REDISTRIBUTION, type Task } from './task.ts';
import { taskFileSchema } from './task-file.ts';

/** Endings of modules that can be named as a task. */
export const MODULE_ENDING = /\.(ts|mts|js|mjs)$/;

const callable = <T>() => z.custom<T>((value) => typeof value === 'function', 'is not a function');

const definitionSchema = taskFileSchema
  .pick({
    name: true,
    version: true,
    title: true,
    license: true,
    redistribution: true,
    citation: true,
    expected: true,
  })
  .extend({
    load: callable<TaskDefinition['load']>(),
    metrics: z.array(z.enum(metricNames)).min(1).optional(),
    ownMetrics: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9 @._-]{0,31}$/, 'has a name that is none'),
        callable<NonNullable<TaskDefinition['ownMetrics']>[string]>(),
      )
      .optional(),
    redistribution: z.enum(REDISTRIBUTION).default('none'),
  });

const text = z.string().trim().min(1, 'is empty');
const exampleSchema = z.object({
  id: z.union([z.string().min(1), z.number()]).transform(String),
  images: z
    .array(
      z.union([
        z.string().min(1),
        z.instanceof(URL),
        z.object({ bytes: z.instanceof(Uint8Array), name: z.string() }),
      ]),
    )
    .min(1),
  captions: z.array(text).min(1),
  truth: z.array(z.tuple([z.number(), z.number()])).optional(),
  tags: z.array(z.string()).default([]),
  groups: z.record(z.string(), z.string()).optional(),
});

/**
 * Loads the task that a module exports as its default. This runs the module, with all rights of this process.
 * @throws InputError where it cannot be run, exports no task, or gives an example that is none.
 */
export async function loadModuleTask(path: string, { skipBad = false }: ProbeOptions = {}): Promise<Task> {
  const definition = await importDefinition(path);
  const { load, name, version, title = name, license, redistribution, citation } = definition;
  const folder = dirname(resolve(path));
  const examples: Example[] = [];
  const images: ImageFacts[][] = [];
  const failures: Task['failures'][number][] = [];
  const ids = new Set<string>();
  let place = 0;
  for await (const given of examplesOf(load, folder, path)) {
    place++;
    try {
      const found = await readExample(given, { folder, where: `${path}, example ${place}`, ids });
      examples.push(found.example);
      images.push(found.facts);
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      failures.push({ id: `example ${place}`, message: error.message });
    }
  }
  if (examples.length === 0) throw new InputError({ what: 'the task gives no usable example', where: path });
  const { metrics, ownMetrics, expected } = definition;
  return {
    name,
    version,
    title,
    license,
    redistribution,
    citation,
    source: path,
    examples,
    images,
    failures,
    hash: hashExamples(examples, images),
    ...(metrics && { metrics }),
    ...(ownMetrics && { ownMetrics }),
    ...(expected && { expected }),
  };
}

/** The examples, with what the task's own code throws turned into a sentence. */
async function* examplesOf(
  load: TaskDefinition['load'],
  folder: string,
  where: string,
): AsyncGenerator<unknown> {
  try {
    const list = load({ folder });
    if (typeof list !== 'object' || list === null) throw new TypeError('load() gave nothing to iterate over');
    yield* list;
  } catch (error) {
    throw new InputError({
      what: 'the task failed while it gave its examples',
      where,
      got: messageOf(error),
      cause: error,
    });
  }
}

async function importDefinition(path: string): Promise<z.infer<typeof definitionSchema>> {
  resolveOwnPackage();
  let exported: unknown;
  try {
    ({ default: exported } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError({
      what: 'the task cannot be run',
      where: path,
      got: messageOf(error),
      ...(code === 'ERR_UNKNOWN_FILE_EXTENSION' && {
        fix: 'Node 22.18 or newer runs TypeScript; write JavaScript (.mjs) for older ones.',
      }),
      cause: error,
    });
  }
  const result = definitionSchema.safeParse(exported);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError({
    what: 'the module exports no task',
    where: path,
    expected: 'export default defineTask({ name, load, … })',
    got:
      exported === undefined
        ? 'no default export'
        : `field "${issue.path.join('.') || '(root)'}": ${issueOf(issue)}`,
  });
}

async function readExample(
  given: unknown,
  { folder, where, ids }: { folder: string; where: string; ids: Set<string> },
): Promise<{ example: Example; facts: ImageFacts[] }> {
  const refuse = (got: string): never => {
    throw new InputError({ what: 'an example cannot be used', where, got });
  };
  const result = exampleSchema.safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return refuse(`field "${issue.path.join('.') || '(example)'}" ${issueOf(issue)}`);
  }
  const { id, captions, tags, groups } = result.data;
  if (ids.has(id)) refuse(`the id "${id}" is used twice`);
  const truth =
    result.data.truth?.length === 0
      ? []
      : readTruth(result.data.truth, {
          images: result.data.images.length,
          captions,
          from: 0,
          field: 'truth',
        });
  if (typeof truth === 'string') return refuse(truth);
  const sources = result.data.images.map((image): ImageSource => {
    if (image instanceof URL) return { path: fileURLToPath(image) };
    if (typeof image !== 'string') return image;
    return { path: isAbsolute(image) ? image : join(folder, image) };
  });
  const facts: ImageFacts[] = [];
  for (const source of sources) {
    const bytes = await readSource(source);
    facts.push({ sha256: sha256(bytes), ...(await imageSize(bytes, sourceName(source))) });
  }
  ids.add(id);
  return { example: { id, images: sources, captions, truth, tags, ...(groups && { groups }) }, facts };
}

let isResolved = false;

/** Lets `import … from 'winoscope/tasks'` find this very program from wherever the module lies, installed there or not. */
function resolveOwnPackage(): void {
  if (isResolved || typeof nodeModule.registerHooks !== 'function') return;
  isResolved = true;
  const own = new Map(
    [
      ['winoscope', 'src/index'],
      ['winoscope/tasks', 'tasks/index'],
    ].map(([name, file]) => [name!, ownFile(file!)]),
  );
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const url = own.get(specifier);
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}

/** Compiled where this file is compiled, else the source. */
function ownFile(name: string): string {
  const isSource = import.meta.url.endsWith('.ts');
  const path = join(packageRoot(), ...(isSource ? [] : ['dist']), `${name}${isSource ? '.ts' : '.js'}`);
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  return pathToFileURL(path).href;
}
