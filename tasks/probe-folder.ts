/** Reads a probe: a folder with `task.yaml` (or `task.json`), `examples.jsonl` and `images/`. Runs no code of it. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { InputError, messageOf } from '../src/errors.ts';
import { imageSize, readSource } from '../src/images/decode.ts';
import type { Example } from '../src/scoring/example.ts';
import { type ProbeRecord, readRecord } from './probe-records.ts';
import { hashExamples, type ImageFacts, REDISTRIBUTION, type Task } from './task.ts';

const taskSchema = z.object({
  format: z.literal(1).default(1),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'needs letters, digits, ".", "_" or "-" only'),
  version: z.union([z.string(), z.number()]).transform(String).default('1'),
  title: z.string().optional(),
  description: z.string().optional(),
  license: z.string().default('unknown'),
  redistribution: z.enum(REDISTRIBUTION).default('none'),
  citation: z.string().default(''),
  tags: z.array(z.string()).default(['tags']),
});

export interface ProbeOptions {
  /** Leave out records that cannot be used, and list them, instead of failing. @default false */
  skipBad?: boolean;
}

/**
 * Loads the probe in `folder`. Every image is read once, for its hash and its size.
 * @throws InputError naming the file and line of the first record that cannot be used.
 */
export async function loadProbeFolder(folder: string, { skipBad = false }: ProbeOptions = {}): Promise<Task> {
  const config = readConfig(folder);
  const file = join(folder, 'examples.jsonl');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the examples', where: file, got: messageOf(error) });
  }
  const examples: Example[] = [];
  const images: ImageFacts[][] = [];
  const failures: { id: string; message: string }[] = [];
  const lines = new Map<string, number>();
  for (const [k, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const where = `${file}, line ${k + 1}`;
    try {
      const record = parseLine(line, where, config.tags);
      const earlier = lines.get(record.id);
      if (earlier !== undefined) {
        throw new InputError({
          what: `the id "${record.id}" is used twice`,
          where,
          got: `it is line ${earlier}'s`,
        });
      }
      const found = await readImages(folder, record, where);
      lines.set(record.id, k + 1);
      examples.push({ ...record, images: found.paths.map((path) => ({ path })) });
      images.push(found.facts);
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      failures.push({ id: `line ${k + 1}`, message: error.message });
    }
  }
  if (examples.length === 0) throw new InputError({ what: 'the probe has no usable example', where: file });
  const { name, version, title = name, license, redistribution, citation } = config;
  const hash = hashExamples(examples, images);
  return {
    name,
    version,
    title,
    license,
    redistribution,
    citation,
    source: folder,
    examples,
    images,
    failures,
    hash,
  };
}

function readConfig(folder: string): z.infer<typeof taskSchema> {
  const name = ['task.yaml', 'task.yml', 'task.json'].find((file) => existsSync(join(folder, file)));
  if (!name) {
    throw new InputError({
      what: 'the folder is not a probe',
      where: folder,
      expected: 'a task.yaml or task.json beside examples.jsonl',
    });
  }
  const path = join(folder, name);
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')); // JSON is YAML
  } catch (error) {
    throw new InputError({ what: 'the task file cannot be read', where: path, got: messageOf(error) });
  }
  const result = taskSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError({
    what: `field "${issue.path.join('.') || '(root)'}" of the task file is wrong`,
    where: path,
    got: issue.message.toLowerCase(),
  });
}

function parseLine(line: string, where: string, tagFields: readonly string[]): ProbeRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError({ what: 'a record is not JSON', where, got: messageOf(error) });
  }
  const record = readRecord(value, tagFields);
  if (typeof record === 'string')
    throw new InputError({ what: 'a record cannot be used', where, got: record });
  return record;
}

async function readImages(folder: string, record: ProbeRecord, where: string) {
  const paths: string[] = [];
  const facts: ImageFacts[] = [];
  for (const name of record.images) {
    const path = imagePath(folder, name, where);
    const bytes = await readSource({ path });
    const { width, height } = await imageSize(bytes, path);
    paths.push(path);
    facts.push({ sha256: createHash('sha256').update(bytes).digest('hex'), width, height });
  }
  return { paths, facts };
}

/**
 * The file of an image name: as it stands or with an ending added, in `images/` or beside the examples. A name that
 * leads out of the folder is refused, links included: a probe is passed around and must read nothing but itself.
 */
export function imagePath(folder: string, name: string, where: string): string {
  const refuse = (what: string): never => {
    throw new InputError({ what, where, got: `"${name}"`, fix: 'Name images relative to the probe folder.' });
  };
  if (isAbsolute(name) || /^[A-Za-z]:|[\\\0]/.test(name) || name.split('/').includes('..')) {
    refuse('an image name leads out of the probe folder');
  }
  const endings = ['', '.png', '.jpg', '.jpeg', '.webp'];
  const found = [join(folder, 'images', name), join(folder, name)]
    .flatMap((base) => endings.map((ending) => base + ending))
    .find((path) => existsSync(path));
  if (!found) {
    throw new InputError({
      what: 'an image is missing',
      where,
      expected: `${join(folder, 'images', name)} with or without an ending (${endings.slice(1).join(', ')})`,
    });
  }
  if (!realpathSync(found).startsWith(realpathSync(folder) + sep))
    refuse('an image links out of the probe folder');
  return found;
}
