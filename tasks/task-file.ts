/** `task.yaml`, `task.yml` or `task.json`: what a probe folder says of its records. Data alone, no code. */

import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { InputError, issueOf, messageOf } from '../src/errors.ts';
import { type MetricName, metricNames } from '../src/metrics/score-matrix.ts';
import { requireInside } from './probe/inside.ts';
import { readUtf8 } from './read-text.ts';
import { REDISTRIBUTION } from './task.ts';

/** A task file is a page, never a data set. */
const MOST_BYTES = 2 ** 20;

const field = z.string().min(1);
const fieldOrFields = z.union([field, z.array(field).min(1)]);
const place = z.number().int().min(0);
const value = z.union([z.string(), z.number(), z.boolean()]);

const fieldsSchema = z
  .object({
    id: field.optional(),
    images: fieldOrFields
      .optional()
      .describe('one field that holds one image or a list, or a field per image'),
    captions: fieldOrFields
      .optional()
      .describe('one field that holds one caption or a list, or a field per caption'),
    truth: field.optional().describe('the true pairs, or the place or text of the true option'),
  })
  .describe('which fields of a record mean what; dots lead into nested fields, as in image.file');

const cropSchema = z
  .union([field, z.object({ left: field, top: field, width: field, height: field })])
  .describe(
    'the part of a picture that is scored: a field with [left, top, width, height] in pixels, or four fields',
  );

const expectedSchema = z.object({
  scorer: z
    .string()
    .optional()
    .describe('name or reference of a scorer; without it every scorer is held to it'),
  metric: z.enum(metricNames),
  percent: z.number().min(0).max(100),
  tolerance: z.number().min(0).max(100).default(0.5).describe('points that a result may lie away'),
  source: z.string().optional().describe('where the number was published'),
});

/** Everything that a task file may say. Fields that are not listed are kept by nobody; `task check` names them. */
export const taskFileSchema = z.object({
  format: z.literal(1).default(1),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'needs letters, digits, ".", "_" or "-" only')
    .describe('names run folders'),
  version: z.union([z.string(), z.number()]).transform(String).default('1'),
  title: z.string().optional(),
  description: z.string().optional(),
  license: z.string().default('unknown'),
  redistribution: z
    .enum(REDISTRIBUTION)
    .default('none')
    .describe('whether captions and images may be copied into results'),
  citation: z.string().default(''),
  examples: z
    .string()
    .min(1)
    .optional()
    .describe('file of the records; by default the first of examples.jsonl, .csv, .tsv, .parquet'),
  fields: fieldsSchema.default({}),
  truth: z
    .union([z.literal('diagonal'), place, z.array(z.tuple([place, place])).min(1)])
    .optional()
    .describe(
      'of records that state none: "diagonal", the place of the true option, or pairs [image, caption]',
    ),
  truthFrom: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .describe('what records count places from'),
  template: z
    .string()
    .refine((text) => text.includes('{}'), 'needs {} where the caption goes')
    .optional()
    .describe('around every caption, as in "a photo of a {}"'),
  separator: z
    .string()
    .min(1)
    .optional()
    .describe('splits the text of tag, image and caption fields into several'),
  tags: z.array(field).default(['tags']).describe('fields of a record that become tags'),
  groups: z
    .array(field)
    .optional()
    .describe(
      'fields by whose value examples belong together, as the questions about one couple of pictures do',
    ),
  crop: cropSchema.optional(),
  filter: z
    .record(field, z.union([value, z.array(value).min(1)]))
    .optional()
    .describe('only records whose field has this value, or one of these'),
  metrics: z
    .array(z.enum(metricNames))
    .min(1)
    .optional()
    .describe('metrics to report; by default all that the shape has'),
  expected: z.array(expectedSchema).optional().describe('numbers to compare a complete run with'),
});

export type TaskFile = z.infer<typeof taskFileSchema>;
export type ExpectedNumber = z.infer<typeof expectedSchema> & { metric: MetricName };

/** The JSON Schema that is published as `docs/task.schema.json`: of the file as it is written. */
export function taskJsonSchema(): object {
  return z.toJSONSchema(taskFileSchema, { io: 'input' });
}

/** The task file of a folder, undefined where there is none. */
export function findTaskFile(folder: string): string | undefined {
  const name = ['task.yaml', 'task.yml', 'task.json'].find((file) => existsSync(join(folder, file)));
  return name && join(folder, name);
}

/** A task file as read: checked, and the top-level fields that mean nothing. */
export interface ReadTaskFile {
  path: string;
  task: TaskFile;
  unknown: string[];
}

/** @throws InputError where there is none, or naming the first field that is wrong. */
export function readTaskFile(folder: string): ReadTaskFile {
  const { path, parsed } = parseTaskFile(folder);
  const result = taskFileSchema.safeParse(parsed);
  if (!result.success) throw faultsOf(result.error, path)[0]!;
  const known = Object.keys(taskFileSchema.shape);
  const unknown = Object.keys(parsed as object).filter((key) => !known.includes(key));
  return { path, task: result.data, unknown };
}

/** Every field that is wrong, not only the first. @throws InputError where there is no task file that can be read. */
export function taskFileFaults(folder: string): InputError[] {
  const { path, parsed } = parseTaskFile(folder);
  const result = taskFileSchema.safeParse(parsed);
  return result.success ? [] : faultsOf(result.error, path);
}

function faultsOf(error: z.ZodError, where: string): InputError[] {
  return error.issues.map(
    (issue) =>
      new InputError({
        what: `field "${issue.path.join('.') || '(root)'}" of the task file is wrong`,
        where,
        got: issueOf(issue),
      }),
  );
}

function parseTaskFile(folder: string): { path: string; parsed: unknown } {
  const path = findTaskFile(folder);
  if (!path) {
    throw new InputError({
      what: 'the folder is not a probe',
      where: folder,
      expected: 'a task.yaml or task.json beside its examples',
      fix: 'Make one with `winoscope task new FOLDER`.',
    });
  }
  requireInside(folder, path, 'the task file');
  return { path, parsed: parseFile(path) };
}

function parseFile(path: string): unknown {
  try {
    if (lstatSync(path).size > MOST_BYTES) throw new Error(`larger than ${MOST_BYTES} bytes`);
    // JSON is YAML. A tag that is not known leaves its value as it is, and is nothing to warn of on stderr.
    return parse(readUtf8(path, 'the task file cannot be read'), { logLevel: 'error' });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      what: 'the task file cannot be read',
      where: path,
      got: messageOf(error),
      cause: error,
    });
  }
}
