/** `task check`: everything that is wrong or odd about a probe, all at once, without loading a model. */

import { InputError } from '../../src/errors.ts';
import { chances } from '../../src/metrics/chance.ts';
import { metricNames } from '../../src/metrics/score-matrix.ts';
import type { Domain } from '../../src/models/domain.ts';
import { checkCaption, checkImageSize } from '../../src/models/domain.ts';
import type { Example } from '../../src/scoring/example.ts';
import { lookUp, type RawRecord } from '../probe/fields.ts';
import { type FoundExample, type ReadProbe, readProbe } from '../probe-folder.ts';
import { type TaskFile, taskFileFaults } from '../task-file.ts';
import { checkTags, checkTruthPlaces, tagCounts } from './balance.ts';
import { bagOf, type CaptionMeasure, equalCaptions, estimatedMeasure } from './captions.ts';
import { PictureCheck } from './pictures.ts';
import type { CheckReport, ProbeFacts, Problem } from './report.ts';

export interface CheckOptions {
  /** How captions are measured. @default by estimate */
  measures?: readonly CaptionMeasure[];
  /** Worlds that the pictures and words must be of. */
  domains?: readonly Domain[];
  /** The world of the models that are taken where none is named: examples outside of it are counted, not refused. */
  usualWorld?: Domain;
}

/** Checks the probe in `folder`. Bad records are problems of the report, never thrown. */
export async function checkProbe(folder: string, options: CheckOptions = {}): Promise<CheckReport> {
  const measures = options.measures?.length ? options.measures : [estimatedMeasure];
  const captionsMeasured = measures.map(({ by }) => by).join('; ');
  const problems: Problem[] = [];
  let probe: ReadProbe;
  try {
    probe = await readProbe(folder);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const fault of allFaults(folder, error)) {
      const where = fault.parts.where ?? folder;
      problems.push({ level: 'error', kind: 'task-file', where, message: phraseOf(fault) });
    }
    return { folder, problems, captionsMeasured };
  }
  const pictures = new PictureCheck(folder);
  const examples: Example[] = [];
  let outsideWorld = 0;
  let complete = true;
  const seenFields = new Set<string>();
  for await (const record of probe.records) {
    const where = `${probe.file}, ${record.place}`;
    if ('errors' in record) {
      complete = false;
      for (const error of record.errors) {
        const isImage = /image|picture|crop/.test(error.parts.what);
        problems.push({
          level: 'error',
          kind: isImage ? 'image' : 'record',
          where,
          message: phraseOf(error, where),
        });
      }
      continue;
    }
    examples.push(record.example);
    if (options.usualWorld && !isOfWorld(options.usualWorld, record)) outsideWorld++;
    noteFields(record.raw, probe.config, seenFields);
    pictures.add(record, where);
    problems.push(...checkExample(record, where, { measures, domains: options.domains ?? [] }));
  }
  problems.push(...(await pictures.finish({ complete })));
  problems.push(...checkTask(probe, examples, seenFields));
  for (const found of [...checkTags(examples), ...checkTruthPlaces(examples)])
    problems.push({ level: 'warning', where: probe.file, ...found });
  const facts = factsOf(probe.config, examples, pictures.count);
  return { folder, problems, facts, captionsMeasured, ...(options.usualWorld && { outsideWorld }) };
}

/** Everything that is wrong with the task file, where it is that. */
function allFaults(folder: string, error: InputError): InputError[] {
  try {
    const faults = taskFileFaults(folder);
    return faults.length > 0 ? faults : [error];
  } catch {
    return [error];
  }
}

/** Whether a world's models could be asked about an example. */
function isOfWorld(world: Domain, { example, facts }: FoundExample): boolean {
  try {
    for (const size of facts) checkImageSize(world, size, example.id);
    for (const caption of example.captions) checkCaption(world, caption, example.id);
    return true;
  } catch {
    return false;
  }
}

function checkExample(
  { example, facts }: FoundExample,
  where: string,
  { measures, domains }: { measures: readonly CaptionMeasure[]; domains: readonly Domain[] },
): Problem[] {
  const { id, captions } = example;
  const problems: Problem[] = [];
  const add = (level: Problem['level'], kind: Problem['kind'], message: string) =>
    problems.push({ level, kind, where, id, message });
  const equal = equalCaptions(captions);
  if (equal)
    add(
      'warning',
      'equal-captions',
      `captions ${equal.join(' and ')} say the same: a choice between them can never be right`,
    );
  if (example.truth.length === 0)
    add('warning', 'truth', 'no pair is true, so the example is scored but not judged');
  for (const [c, caption] of captions.entries()) {
    for (const { cutOf } of measures) {
      const cut = cutOf(caption);
      if (cut)
        add(
          'warning',
          'long-caption',
          `caption ${c} has ${cut.length} tokens; ${cut.limit} are read, the end is cut off`,
        );
    }
  }
  for (const domain of domains) {
    try {
      for (const size of facts) checkImageSize(domain, size, where);
      for (const caption of captions) checkCaption(domain, caption, where);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { what, got } = error.parts;
      add('error', 'domain', got ? `${what} (got ${got} pixels)` : what);
    }
  }
  return problems;
}

/** What the task file asks for that no record has. */
function checkTask(
  { config, unknown, taskPath, file }: ReadProbe,
  examples: readonly Example[],
  seen: ReadonlySet<string>,
): Problem[] {
  const problems: Problem[] = [];
  const add = (level: Problem['level'], kind: Problem['kind'], message: string) =>
    problems.push({ level, kind, where: taskPath, message });
  if (examples.length === 0)
    problems.push({ level: 'error', kind: 'record', where: file, message: 'no record can be used' });
  // What the makers of the embedded probes note for themselves does no harm; a field misspelt does.
  for (const name of unknown)
    add(
      'warning',
      'task-file',
      `field "${name}" means nothing here; it is ignored (known fields are in docs/task.schema.json)`,
    );
  for (const field of config.tags) {
    const isDefault = config.tags.length === 1 && field === 'tags';
    if (examples.length > 0 && !isDefault && !seen.has(field))
      add('warning', 'tags', `no record has the tag field "${field}"`);
  }
  for (const field of config.groups ?? [])
    if (examples.length > 0 && !seen.has(field))
      add('warning', 'tags', `no record has the group field "${field}"`);
  const present = metricsOf(examples);
  // Examples that state no truth have a warning each.
  if (present.length === 0 && examples.some(({ truth }) => truth.length > 0))
    problems.push({
      level: 'warning',
      kind: 'truth',
      where: file,
      message:
        'nothing can be judged: an example needs two captions or two images, and a pair that is not true',
    });
  for (const metric of config.metrics ?? [])
    if (!present.includes(metric))
      add(
        'error',
        'task-file',
        `no example has the metric "${metric}"; they have ${present.join(', ') || 'none'}`,
      );
  for (const { metric } of config.expected ?? [])
    if (!present.includes(metric))
      add('error', 'task-file', `a number is expected of the metric "${metric}", which no example has`);
  if (config.license === 'unknown')
    add('warning', 'licence', 'no licence is stated: nobody knows whether the pictures may be shared');
  return problems;
}

function noteFields(raw: RawRecord, { tags, groups = [] }: TaskFile, seen: Set<string>): void {
  for (const field of [...tags, ...groups]) if (lookUp(raw, field) !== undefined) seen.add(field);
}

function metricsOf(examples: readonly Example[]): string[] {
  const found = new Set<string>();
  for (const shape of new Map(
    examples.map(({ images, captions, truth }) => [
      `${images.length},${captions.length},${truth.length > 0 && truth.length < images.length * captions.length}`,
      { images: images.length, captions: captions.length, truth },
    ]),
  ).values())
    for (const metric of Object.keys(chances(shape))) found.add(metric);
  return metricNames.filter((metric) => found.has(metric));
}

function factsOf(
  { name, license, redistribution }: TaskFile,
  examples: readonly Example[],
  images: number,
): ProbeFacts {
  const shapes: Record<string, number> = {};
  let [of, count] = [0, 0];
  for (const { images: pictures, captions } of examples) {
    const shape = `${pictures.length} x ${captions.length}`;
    shapes[shape] = (shapes[shape] ?? 0) + 1;
    if (captions.length < 2) continue;
    of++;
    if (new Set(captions.map(bagOf)).size === 1) count++;
  }
  const groups = new Set(
    examples.flatMap((example) => Object.entries(example.groups ?? {}).map((entry) => entry.join('\n'))),
  ).size;
  const tags = Object.fromEntries(tagCounts(examples));
  const metrics = metricsOf(examples);
  return {
    name,
    examples: examples.length,
    shapes,
    images,
    tags,
    groups,
    sameWords: { of, count },
    metrics,
    license,
    redistribution,
  };
}

/** An error's sentence without the place, which the report has on its own. */
function phraseOf(error: InputError, where = error.parts.where): string {
  const sentence = error.message.replace(/\.$/, '');
  return where === undefined ? sentence : sentence.replace(`: ${where}`, '');
}
