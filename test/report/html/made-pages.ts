/** Pages that tests look at, made of stored runs without a model. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { htmlCompare, htmlReport, type OpenedRun, type PageFlags } from '../../../src/cli/html-page.ts';
import { compareRuns } from '../../../src/run/compare-runs.ts';
import { openRun } from '../../../src/run/open-run.ts';
import { loadTask } from '../../../tasks/registry.ts';
import type { Task } from '../../../tasks/task.ts';
import { type MadeRun, makeRun } from '../../support/made-run.ts';

const ANALYSIS = { loss: 'mse', errorSpace: 'native' } as const;

/** Text that would run, close a block or restyle the page if it were taken for markup. */
export const HOSTILE = {
  caption: `</script><script>document.title='owned'</script><img src=x onerror="document.title='owned'"> <svg onload="document.title='owned'"></svg> a "quoted" & <b>bold</b> star`,
  comment: '<!-- <script> --> a star below a circle',
  /** Turned about where it is obeyed. */
  turned: 'one \u202estar\u202c left of a square',
  endless: 'a red star '.repeat(9000),
  tag: '<i onclick="alert(1)">tag & more</i>',
};

/** The first examples of the embedded probe, the first two of them with hostile captions, tags and ids. */
export async function hostileTask(count: number, changes: Partial<Task> = {}): Promise<Task> {
  const task = await loadTask('tiny-world');
  const [first, second, ...others] = task.examples.slice(0, count);
  const examples = [
    { ...first!, captions: [HOSTILE.caption, HOSTILE.comment], tags: [...first!.tags, HOSTILE.tag] },
    {
      ...second!,
      id: '1\u202e',
      captions: [HOSTILE.turned, HOSTILE.endless],
      tags: [...second!.tags, HOSTILE.turned],
    },
    ...others,
  ];
  return { ...task, examples, images: task.images.slice(0, count), ...changes };
}

/** A stored run in `folder`, opened as the command line opens it. */
export function made(folder: string, name: string, options: MadeRun): OpenedRun {
  const path = makeRun(join(folder, name), { timesteps: 12, maps: true, ...options });
  const stored = openRun(path);
  return { run: name, stored, summary: stored.summarize(ANALYSIS) };
}

/** Writes a report; returns its path. */
export async function writeReport(
  folder: string,
  runs: readonly OpenedRun[],
  flags: PageFlags = {},
): Promise<string> {
  const file = join(folder, `${runs.map(({ run }) => run).join('-')}.html`);
  writeFileSync(file, await htmlReport(runs, ANALYSIS, flags));
  return file;
}

/** Writes a comparison; returns its path. */
export async function writeComparison(folder: string, a: OpenedRun, b: OpenedRun): Promise<string> {
  const file = join(folder, `compare-${a.run}-${b.run}.html`);
  writeFileSync(file, await htmlCompare([a, b], compareRuns(a.stored, b.stored, { analysis: ANALYSIS }), {}));
  return file;
}
