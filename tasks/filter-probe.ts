/** `task filter`: a new probe of some examples of another. */

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { InputError, messageOf } from '../src/errors.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import { sourceName } from '../src/images/decode.ts';
import { nameFor, requireEmpty } from './new-probe.ts';
import { type FoundExample, type ReadProbe, readProbe } from './probe-folder.ts';

/** What is kept, and why. */
export interface FilterRequest {
  folder: string;
  out: string;
  /** Ids. */
  keep: ReadonlySet<string>;
  /** A sentence for the new task file: who filtered. */
  reason: string;
}

/** The usable examples of a probe, in order. @throws InputError at the first that is not. */
export async function examplesOf(folder: string): Promise<{ probe: ReadProbe; examples: FoundExample[] }> {
  const probe = await readProbe(folder);
  const examples: FoundExample[] = [];
  for await (const record of probe.records) {
    if ('errors' in record) throw record.errors[0]!;
    examples.push(record);
  }
  return { probe, examples };
}

/**
 * Copies the examples that are kept, with their pictures, into a new folder.
 * @returns how many there are of how many.
 * @throws InputError where the folder is taken, the records are no JSON lines, or nothing is kept.
 */
export async function filterProbe({
  folder,
  out,
  keep,
  reason,
}: FilterRequest): Promise<{ kept: number; of: number }> {
  requireEmpty(out);
  const { probe, examples } = await examplesOf(folder);
  if (!probe.file.endsWith('.jsonl')) {
    throw new InputError({
      what: 'only probes of JSON lines can be filtered',
      where: probe.file,
      expected: 'an examples.jsonl',
    });
  }
  const kept = examples.filter(({ example }) => keep.has(example.id));
  if (kept.length === 0) throw new InputError({ what: 'no example is kept', where: folder });
  try {
    write({ folder, out, reason, kept, of: examples.length }, probe);
  } catch (error) {
    throw new InputError({ what: 'cannot write the probe', where: out, got: messageOf(error), cause: error });
  }
  return { kept: kept.length, of: examples.length };
}

function write(
  {
    folder,
    out,
    reason,
    kept,
    of,
  }: Omit<FilterRequest, 'keep'> & { kept: readonly FoundExample[]; of: number },
  probe: ReadProbe,
): void {
  for (const { example } of kept) {
    for (const source of example.images) {
      const target = join(out, relative(folder, sourceName(source)));
      makeFolder(dirname(target));
      copyFileSync(sourceName(source), target);
    }
  }
  const lines = kept.map(({ raw }) => `${JSON.stringify(raw)}\n`);
  writeFileSync(join(out, basename(probe.file)), lines.join(''));
  const task = parseDocument(readFileSync(probe.taskPath, 'utf8'));
  const before = task.get('description');
  const count = `${kept.length} of the ${of} examples of ${probe.config.name} were kept: ${reason}`;
  task.set('name', nameFor(out));
  task.set('description', typeof before === 'string' ? `${before} ${count}` : count);
  writeFileSync(join(out, basename(probe.taskPath)), task.toString());
  const account = join(folder, 'generate.json');
  if (existsSync(account)) copyFileSync(account, join(out, 'generate.json'));
}
