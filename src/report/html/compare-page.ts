/** Two runs of one task side by side: what differs, by how much, and on which examples. */

import type { RunComparison } from '../../run/compare-runs.ts';
import { openPen } from '../plots/pen.ts';
import { runFacts } from '../run-facts.ts';
import { columnsOf, type PageRun } from './columns.ts';
import { galleryOf } from './gallery.ts';
import { html, type Markup } from './markup.ts';
import { page } from './page.ts';
import { footer, metricsOf } from './report-page.ts';
import { differenceSection, pairName } from './sections/differences.ts';
import { exampleSection } from './sections/examples.ts';
import { marginSection } from './sections/margins.ts';
import { provenanceSection } from './sections/provenance.ts';
import { scoreSection } from './sections/scores.ts';
import { tagSection } from './sections/tags.ts';

/** The page of a comparison: what differs, scores of both runs, and the examples on which they disagree first. */
export async function comparePage(
  [a, b]: readonly [PageRun, PageRun],
  comparison: RunComparison,
  { images }: { images?: number } = {},
): Promise<string> {
  const runs = [a, b];
  const columns = columnsOf(runs);
  const metrics = metricsOf(columns);
  const place = (run: PageRun, scorer: string) =>
    columns.findIndex((column) => column.run === run && column.scorer === scorer);
  // The second run lies to the right: the first one's margin is the height.
  const pairs = comparison.pairs.map((pair): [number, number] => [place(a, pair.a), place(b, pair.b)]);
  const pen = await openPen();
  const gallery = await galleryOf(columns, { metrics, order: 'disagreement', images, pairs });
  return page({
    title: `${a.name} and ${b.name} · Winoscope`,
    header: header(a, b, comparison),
    sections: [
      differenceSection(pen, comparison, { a: a.name, b: b.name }),
      metrics.length > 0 && scoreSection(pen, { runs, columns, metrics, published: [], brief: true }),
      metrics.length > 0 && tagSection(columns, metrics),
      marginSection(pen, { columns, metrics, rows: gallery.rows, pairs }),
      exampleSection(gallery.data, gallery.notes),
      provenanceSection(runs, gallery.licence),
    ],
    footer: footer(runs),
  });
}

function header(a: PageRun, b: PageRun, { pairs }: RunComparison): Markup {
  const facts = (run: PageRun) =>
    runFacts(
      run.stored.manifest,
      run.model.scorers.map(({ name }) => name),
    );
  const names = pairs.map(pairName).join(' and ');
  return html`<p class="kicker">Winoscope comparison</p>
<h1>${a.name} and ${b.name}</h1>
<p class="lead">Whether ${names} of two runs on ${a.model.task.title} ${pairs.length === 1 ? 'differs' : 'differ'}: the same ${a.model.task.count} examples, paired.</p>
<dl class="facts">${[a, b].map((run) => html`<div><dt>${run.name}</dt><dd>${facts(run)}</dd></div>`)}</dl>`;
}
