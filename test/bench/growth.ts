/** (e) How the time of a run grows: with examples, captions, trials and workers. */

import { loadTask } from '../../dist/tasks/index.js';
import type { Task } from '../../dist/tasks/task.js';
import { denoiseRate, runProduct } from './product.ts';
import { interleave, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

export interface GrowthRow {
  what: string;
  /** Evaluations per second. */
  rate: Spread;
  /** Against the first row of its table. */
  ratio: Spread;
}

export interface GrowthReport {
  tables: { title: string; rows: GrowthRow[] }[];
}

export async function measureGrowth(
  subject: Subject,
  { rounds, note }: { rounds: number; note: (text: string) => void },
): Promise<GrowthReport> {
  const { request } = subject;
  const { scoring, task } = request;
  const table = async (title: string, entries: readonly (readonly [string, Subject, number])[]) => {
    const measures = new Map(
      entries.map(([what, changed, examples]) => [
        what,
        async () => denoiseRate(await runProduct(changed, { examples })),
      ]),
    );
    const results = await interleave(measures, rounds, (k) => note(`${title}, round ${k + 1} of ${rounds}`));
    const first = results.get(entries[0]![0])!;
    const rows = entries.map(([what]) => {
      const rates = results.get(what)!;
      return { what, rate: spreadOf(rates), ratio: ratios(rates, first) };
    });
    return { title, rows };
  };
  const under = (changed: Partial<typeof scoring>): Subject => ({
    ...subject,
    ...(changed.workers !== undefined && { workers: changed.workers }),
    request: { ...request, scoring: { ...scoring, ...changed } },
  });
  const all = task.examples.length;
  const choices = await loadTask('tiny-world-choices');
  const withCaptions = (captions: number): Subject => ({
    ...subject,
    request: { ...request, task: { ...choices, ...cut(choices, captions) } },
  });
  const { threads } = subject.settings;
  const cores = threads * subject.workers;
  const tables = [
    await table(
      'workers and threads',
      [
        ['1 worker of 1 thread', { workers: 1, threads: 1 }],
        [`${cores} workers of 1 thread`, { workers: cores, threads: 1 }],
        [`1 worker of ${cores} threads`, { workers: 1, threads: cores }],
      ].map(([what, changed]) => [what as string, under(changed as object), Math.ceil(all / 4)] as const),
    ),
    await table(
      'examples',
      [all, Math.ceil(all / 2), Math.ceil(all / 4), Math.ceil(all / 8)].map(
        (count) => [`${count} examples`, subject, count] as const,
      ),
    ),
    await table(
      'trials',
      ['8', '16', '32', '64'].map(
        (timesteps) => [`${timesteps} timesteps`, under({ timesteps }), Math.ceil(all / 4)] as const,
      ),
    ),
    await table(
      'captions',
      [2, 5, 10, 50].map((count) => [`${count} captions`, withCaptions(count), 20] as const),
    ),
  ];
  return { tables };
}

/** The task's examples with so many captions each, or as many more as the true ones need. */
function cut({ examples, images }: Task, count: number): Pick<Task, 'examples' | 'images'> {
  const chosen = [...examples.keys()].filter((k) => examples[k]!.captions.length >= count);
  return {
    examples: chosen.map((k) => {
      const { captions, truth, ...example } = examples[k]!;
      const needed = 1 + Math.max(...truth.map(([, caption]) => caption));
      return { ...example, truth, captions: captions.slice(0, Math.max(count, needed)) };
    }),
    images: chosen.map((k) => images[k]!),
  };
}

export function growthLines({ tables }: GrowthReport): string[] {
  return [
    '',
    '(e) evaluations per second as a run grows; medians (extremes)',
    ...tables.flatMap(({ title, rows }) =>
      tableLines(
        [title, 'evaluations/s', 'to the first'],
        rows.map(({ what, rate, ratio }) => [what, showSpread(rate), showSpread(ratio, 3)]),
      ),
    ),
  ];
}
