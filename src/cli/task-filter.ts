/** `winoscope task filter`. */

import { examplesOf, filterProbe } from '../../tasks/filter-probe.ts';
import { readReview, writeReview } from '../../tasks/review-table.ts';
import { hashExamples } from '../../tasks/task.ts';
import { counted, InputError, UsageError } from '../errors.ts';
import type { MetricName } from '../metrics/evaluate.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import { storedRunModel } from '../report/stored-run-model.ts';
import { openRun } from '../run/open-run.ts';
import type { TaskFilterFlags } from './task-command.ts';

/** Strictest first: what is right in the first of these that an example has is right. */
const STRICTEST: readonly MetricName[] = ['group', 'groupMatch', 'accuracy', 'text', 'image'];

/** Carries out `winoscope task filter`; see `docs/generate.md`. @throws WinoscopeError for what the user can mend. */
export async function taskFilter(folder: string, flags: TaskFilterFlags): Promise<void> {
  const { run, review, writeReview: table, out } = flags;
  const ways = [run, review, table].filter((value) => value !== undefined);
  if (ways.length !== 1) {
    throw new UsageError({
      what: 'examples are kept by one rule',
      expected: '--run RUN, --review FILE, or --write-review FILE to begin with',
    });
  }
  if (table !== undefined) {
    const { examples } = await examplesOf(folder);
    writeReview(table, folder, examples);
    process.stdout.write(
      `${counted(examples.length, 'example')} in ${shellWord(table)}. Look at the pictures, put y or n into the first column, then:\n  winoscope task filter ${shellWord(folder)} --review ${shellWord(table)} --out NEW\n`,
    );
    return;
  }
  if (out === undefined) throw new UsageError({ what: 'the new probe needs a place', expected: '--out DIR' });
  const { keep, reason, scorer } =
    run === undefined ? await byHand(folder, review!) : await byRun(folder, run, flags);
  const { kept, of } = await filterProbe({ folder, out, keep, reason });
  const lines = [`${kept} of ${counted(of, 'example')} in ${shellWord(out)}: ${reason}`];
  if (scorer !== undefined)
    lines.push(
      `${visible(scorer)} is right on all of them by construction: it cannot be judged on this probe, and models that resemble it are favoured.`,
    );
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function byHand(folder: string, review: string) {
  const { examples } = await examplesOf(folder);
  const ids = examples.map(({ example }) => example.id);
  return { keep: readReview(review, ids), reason: 'those that a person kept.', scorer: undefined };
}

async function byRun(folder: string, path: string, { scorer: asked, metric }: TaskFilterFlags) {
  const { examples } = await examplesOf(folder);
  const stored = openRun(path);
  const hash = hashExamples(
    examples.map(({ example }) => example),
    examples.map(({ facts }) => facts),
  );
  if (stored.manifest.identity.task.hash !== hash) {
    throw new InputError({
      what: 'the run is not of this probe as it is now',
      where: path,
      expected: `examples with the hash ${hash.slice(0, 12)}`,
      got: `"${stored.manifest.identity.task.name}", ${stored.manifest.identity.task.hash.slice(0, 12)}`,
      fix: 'Score the probe again.',
    });
  }
  const model = storedRunModel(stored);
  const names = model.scorers.map(({ name }) => name);
  const scorer = asked ?? (names.length === 1 ? names[0]! : '');
  if (!names.includes(scorer)) {
    throw new UsageError({
      what: asked === undefined ? 'the run has several scorers' : `the run has no scorer "${asked}"`,
      where: '--scorer',
      expected: names.join(' or '),
    });
  }
  const keep = new Set<string>();
  let used: string | undefined = metric;
  for (const [index, example] of model.examples.entries()) {
    const verdict = model.judge(scorer, index)?.verdict as Record<string, boolean> | undefined;
    if (!verdict) {
      throw new InputError({
        what: `${scorer} has not scored the example "${example.id}"`,
        where: path,
        fix: 'Let the run finish: the same `winoscope score` goes on.',
      });
    }
    const name = metric ?? STRICTEST.find((one) => verdict[one] !== undefined);
    if (name === undefined || verdict[name] === undefined) {
      throw new UsageError({
        what: `the example "${example.id}" has no metric "${name ?? 'to be right in'}"`,
        where: '--metric',
        expected: Object.keys(verdict).join(' or ') || 'examples that can be right or wrong',
      });
    }
    used ??= name;
    if (verdict[name]) keep.add(example.id);
  }
  return { keep, reason: `those that ${scorer} gets right (${used}).`, scorer };
}
