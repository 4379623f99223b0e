/** Two runs of one task side by side: what differs, by how much, and on which examples. */

import { openPen } from '../plots/pen.ts';
import { runFacts } from '../run-facts.ts';
import { type Column, columnsOf, type PageRun } from './columns.ts';
import { galleryOf } from './gallery.ts';
import { html, type Markup } from './markup.ts';
import { page } from './page.ts';
import { footer, metricsOf } from './report-page.ts';
import { differenceSection, type Match } from './sections/differences.ts';
import { exampleSection } from './sections/examples.ts';
import { marginSection } from './sections/margins.ts';
import { provenanceSection } from './sections/provenance.ts';
import { scoreSection } from './sections/scores.ts';
import { tagSection } from './sections/tags.ts';

/**
 * The page of two runs: scores of both, paired differences of scorers that are called alike (or of the only ones), and
 * the examples on which they disagree first.
 * @throws UsageError where the runs are of different tasks.
 */
export async function comparePage(
  [a, b]: readonly [PageRun, PageRun],
  { images }: { images?: number } = {},
): Promise<string> {
  const runs = [a, b];
  const columns = columnsOf(runs);
  const metrics = metricsOf(columns);
  const matches = matchesOf(columns, a, b);
  const pen = await openPen();
  const order = matches.length > 0 ? 'disagreement' : 'task';
  const pairs = matches.map((match): [number, number] => [
    columns.indexOf(match.b),
    columns.indexOf(match.a),
  ]);
  const gallery = await galleryOf(columns, { metrics, order, images, ...(pairs.length > 0 && { pairs }) });
  const sections: [id: string, title: string, body: Markup | false][] = [
    ['differences', 'Differences', differenceSection(pen, matches, metrics)],
    [
      'scores',
      'Scores',
      metrics.length > 0 && scoreSection(pen, { runs, columns, metrics, published: [], brief: true }),
    ],
    ['tags', 'By tag', metrics.length > 0 && tagSection(columns, metrics)],
    ['margins', 'Margins', marginSection(pen, { columns, metrics, rows: gallery.rows, pairs })],
    ['examples', 'Examples', exampleSection(gallery.data, gallery.notes)],
    ['made', 'How they were made', provenanceSection(runs, gallery.licence)],
  ];
  const found = sections.filter((part): part is [string, string, Markup] => part[2] !== false);
  return page({
    title: `${a.name} and ${b.name} · Winoscope`,
    header: header(a, b, matches),
    sections: found.map(([, , body]) => body),
    contents: found.map(([id, title]) => ({ id, title })),
    footer: footer(runs),
  });
}

/** Scorers of one name; where no name is shared, the only one of each run. */
function matchesOf(columns: readonly Column[], a: PageRun, b: PageRun): Match[] {
  const [first, second] = [a, b].map((run) => columns.filter((column) => column.run === run)) as [
    Column[],
    Column[],
  ];
  const named = first.flatMap((column) => {
    const other = second.find(({ scorer }) => scorer === column.scorer);
    return other ? [{ a: column, b: other, label: column.scorer }] : [];
  });
  if (named.length > 0 || first.length !== 1 || second.length !== 1) return named;
  return [{ a: first[0]!, b: second[0]!, label: `${second[0]!.scorer} against ${first[0]!.scorer}` }];
}

function header(a: PageRun, b: PageRun, matches: readonly Match[]): Markup {
  const facts = (run: PageRun) =>
    runFacts(
      run.stored.manifest,
      run.model.scorers.map(({ name }) => name),
    );
  const names = matches.map(({ label }) => label).join(' and ');
  return html`<p class="kicker">Winoscope comparison</p>
<h1>${a.name} and ${b.name}</h1>
<p class="lead">${
    matches.length > 0
      ? `Whether ${names} of two runs on ${a.model.task.title} ${matches.length === 1 ? 'differs' : 'differ'}: the same ${a.model.task.count} examples, paired.`
      : `Two runs on ${a.model.task.title} that have no scorer of one name: they stand side by side, undecided.`
  }</p>
<dl class="facts">${[a, b].map((run) => html`<div><dt>${run.name}</dt><dd>${facts(run)}</dd></div>`)}</dl>`;
}
