/** `winoscope task check`. */

import { existsSync, statSync } from 'node:fs';
import type { CaptionMeasure } from '../../tasks/check/captions.ts';
import { checkProbe } from '../../tasks/check/check-probe.ts';
import type { CheckReport, ProbeFacts, Problem } from '../../tasks/check/report.ts';
import { taskFolder } from '../../tasks/registry.ts';
import { counted, UsageError } from '../errors.ts';
import { EMBEDDED, resolveRef } from '../hub/resolve-ref.ts';
import { openCaptionCheck } from '../models/caption-check.ts';
import { describeClip } from '../models/clip-folder.ts';
import { describeDiffusion } from '../models/diffusion-folder.ts';
import type { Domain } from '../models/domain.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import { findModels } from './find-models.ts';
import { printJson } from './output.ts';
import { readable } from './readable.ts';
import type { TaskCheckFlags } from './task-command.ts';

/** Warnings of a kind that are printed; `--json` has all. */
const SHOWN = 10;

/** Carries out `winoscope task check`. @throws UsageError where there is no such folder; sets exit code 2 on errors. */
export async function taskCheck(name: string, flags: TaskCheckFlags): Promise<void> {
  // As it was named, so that messages are short and can be clicked.
  const folder = existsSync(name) ? name : taskFolder(name);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError({
      what: 'no such probe folder',
      where: name,
      expected: 'a folder with task.yaml, examples.jsonl and images/',
      fix: `Make one with \`winoscope task new ${name}\`.`,
    });
  }
  const report = await checkProbe(folder, await modelsOf(flags));
  const errors = report.problems.filter(({ level }) => level === 'error').length;
  if (flags.json) printJson({ format: 1, ...report, errors, warnings: report.problems.length - errors });
  else process.stdout.write(`${reportLines(report, name).join('\n')}\n`);
  if (errors > 0) process.exitCode = 2;
}

/** How the named models read captions, and what they know; opens tokenizers, no graph. */
async function modelsOf({ diffusion = [], clip = [], offline = false }: TaskCheckFlags) {
  const asked = [
    ...diffusion.map((text) => ({ text, kind: 'diffusion' as const })),
    ...clip.map((text) => ({ text, kind: 'clip' as const })),
  ];
  const found = await findModels(asked, { offline, quiet: false });
  const measures: CaptionMeasure[] = [];
  const domains: Domain[] = [];
  for (const [k, { folder, ref }] of found.entries()) {
    const description = asked[k]!.kind === 'clip' ? describeClip(folder) : describeDiffusion(folder);
    measures.push({ by: `by the tokenizer of ${ref}`, cutOf: openCaptionCheck(description) });
    if (description.domain) domains.push(description.domain);
  }
  const usualWorld =
    asked.length === 0 ? describeClip(resolveRef(EMBEDDED, 'clip').folder).domain : undefined;
  return { measures, domains, ...(usualWorld && { usualWorld }) };
}

function reportLines(report: CheckReport, name: string): string[] {
  const { problems, facts, captionsMeasured } = report;
  const errors = problems.filter(({ level }) => level === 'error');
  const warnings = problems.filter(({ level }) => level === 'warning');
  const lines = [...errors.map((problem) => problemLine(problem))];
  for (const kind of new Set(warnings.map((problem) => problem.kind))) {
    const some = warnings.filter((problem) => problem.kind === kind);
    lines.push(...some.slice(0, SHOWN).map(problemLine));
    if (some.length > SHOWN)
      lines.push(`warning: … and ${some.length - SHOWN} more of this kind (--json has all)`);
  }
  if (lines.length > 0) lines.push('');
  if (facts) lines.push(...factLines(facts, captionsMeasured), '');
  lines.push(`${told(errors, warnings)} ${whatNext(report, errors.length, shellWord(name))}`);
  return lines;
}

function told(errors: readonly Problem[], warnings: readonly Problem[]): string {
  return `${errors.length === 0 ? 'No errors' : counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}.`;
}

function whatNext({ facts, outsideWorld = 0 }: CheckReport, errors: number, name: string): string {
  const usable = facts?.examples ?? 0;
  if (usable === 0) return 'It cannot be scored like this.';
  if (errors > 0) return `\`winoscope score ${name} --on-error skip\` would leave bad records out.`;
  if (outsideWorld === 0) return `\`winoscope score ${name}\` runs it.`;
  const some = outsideWorld === usable ? 'it' : `${outsideWorld} of its examples`;
  return `Score it with models that know photos, \`winoscope score ${name} --clip ORG/NAME\`: the embedded ones cannot know ${some}.`;
}

function problemLine({ level, where, message }: Problem): string {
  return `${level}: ${readable(where)}: ${readable(message)}`;
}

function factLines(facts: ProbeFacts, captionsMeasured: string): string[] {
  const shapes = Object.entries(facts.shapes).map(([shape, number]) => `${number} of ${shape}`);
  const { of, count: same } = facts.sameWords;
  return [
    `${visible(facts.name)}: ${counted(facts.examples, 'example')}${shapes.length > 0 ? ` (${shapes.slice(0, 6).join(', ')}, images x captions)` : ''}, ${counted(facts.images, 'picture')}, ${counted(Object.keys(facts.tags).length, 'tag')}${facts.groups > 0 ? `, ${counted(facts.groups, 'group')}` : ''}.`,
    `Metrics: ${facts.metrics.join(', ') || 'none'}.`,
    ...(of > 0
      ? [
          `Captions of the same words in another order: ${same} of ${counted(of, 'example')}${same > 0 ? '; there, a model that ignores word order can only guess' : ''}.`,
        ]
      : []),
    `Captions measured ${captionsMeasured}.`,
  ];
}
