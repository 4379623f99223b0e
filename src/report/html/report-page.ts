/** A report of one run, or of several runs of a task, as one HTML file. */

import type { MetricName } from '../../metrics/evaluate.ts';
import { unevenSentence } from '../counts.ts';
import { METRIC_TITLES, percent, stateLine, withInterval } from '../format.ts';
import { openPen } from '../plots/pen.ts';
import type { PublishedRow } from '../published.ts';
import { type Column, columnsOf, type PageRun } from './columns.ts';
import { galleryOf } from './gallery.ts';
import { html, type Markup } from './markup.ts';
import { page } from './page.ts';
import { calibrationSection } from './sections/calibration.ts';
import { exampleSection } from './sections/examples.ts';
import { marginSection } from './sections/margins.ts';
import { provenanceSection } from './sections/provenance.ts';
import { scoreSection } from './sections/scores.ts';
import { tagSection } from './sections/tags.ts';
import { timestepSection } from './sections/timesteps.ts';
import { trialSection } from './sections/trials.ts';

export interface ReportOptions {
  /** `--embed-images`: most images in the page. */
  images?: number;
  /** Scores from elsewhere that are to be listed. */
  published?: readonly PublishedRow[];
}

/**
 * The page.
 * @throws UsageError where the runs are of different tasks.
 */
export async function reportPage(runs: readonly PageRun[], options: ReportOptions = {}): Promise<string> {
  const columns = columnsOf(runs);
  const metrics = metricsOf(columns);
  const pen = await openPen();
  const { data, rows, notes, licence } = await galleryOf(columns, {
    metrics,
    order: 'task',
    images: options.images,
  });
  const { task } = runs[0]!.model;
  return page({
    title: `${task.title} · Winoscope`,
    header: header(runs, columns, metrics),
    sections: [
      metrics.length > 0 && scoreSection(pen, { runs, columns, metrics, published: options.published ?? [] }),
      metrics.length > 0 && tagSection(columns, metrics),
      marginSection(pen, { columns, metrics, rows }),
      timestepSection(pen, columns),
      trialSection(pen, { runs, columns, metrics }),
      calibrationSection(pen, columns),
      exampleSection(data, notes),
      provenanceSection(runs, licence),
    ],
    footer: footer(runs),
  });
}

/** Metrics that any column has, in the order of reports. */
export function metricsOf(columns: readonly Column[]): MetricName[] {
  const names = Object.keys(METRIC_TITLES) as MetricName[];
  return names.filter((name) => columns.some(({ numbers }) => numbers.metrics[name]));
}

/** What was measured, in a sentence, and what came out, in another. */
function header(
  runs: readonly PageRun[],
  columns: readonly Column[],
  metrics: readonly MetricName[],
): Markup {
  const { model, summary } = runs[0]!;
  const metric = metrics.includes('group') ? 'group' : metrics[0];
  const results = columns.flatMap(({ label, numbers }) => {
    const found = metric && numbers.metrics[metric];
    return found ? [html`${label} <strong>${withInterval(found)}</strong>`] : [];
  });
  const chance =
    metric && columns.find(({ numbers }) => numbers.metrics[metric])?.numbers.metrics[metric]?.chance;
  const uneven = runs.flatMap((run) => unevenSentence(run.summary) ?? []);
  return html`<p class="kicker">Winoscope report</p>
<h1>${model.task.title}</h1>
<p class="lead">${measured(runs, columns)}</p>
${metric && chance !== undefined && html`<p>${capitalized(METRIC_TITLES[metric])} score in percent, with 95 % intervals: ${joined(results)}; guessing would give ${percent(chance)}.</p>`}
<p class="byline">${stateLine(summary)}. ${uneven.join(' ')} Run ${summary.identity.slice(0, 12)}${runs.length > 1 && ` and ${runs.length - 1} more`}, winoscope ${summary.version}.</p>`;
}

/** `Whether diffusion and clip match images with their captions …`: shapes as the examples have them. */
export function measured(runs: readonly PageRun[], columns: readonly Column[]): string {
  const { examples, task } = runs[0]!.model;
  const labels = columns.map(({ label }) => label);
  const names =
    labels.length < 3 ? labels.join(' and ') : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
  const shapes = new Set(examples.map(({ images, captions }) => `${images.length} ${captions.length}`));
  const [images, captions] = [...shapes][0]?.split(' ').map(Number) ?? [];
  const count = (n: number | undefined, what: string) =>
    `${n === 1 ? 'one' : n === 2 ? 'two' : n} ${what}${n === 1 ? '' : 's'}`;
  const each =
    shapes.size === 1
      ? `${count(images, 'image')} and ${count(captions, 'caption')} each`
      : 'images and captions of several numbers';
  return `Whether ${names} ${labels.length === 1 ? 'finds' : 'find'} which captions and images belong together, on ${task.count} examples of ${each}.`;
}

function joined(parts: readonly Markup[]): Markup {
  return html`${parts.map((part, k) => html`${k > 0 && ', '}${part}`)}`;
}

/** Said at the end of every page. */
export function footer(runs: readonly PageRun[]): Markup {
  const citations = [
    ...new Set(runs.map(({ stored }) => stored.manifest.about.task.citation).filter(Boolean)),
  ];
  return html`<p>Made by winoscope ${runs[0]!.summary.version} from ${runs.map(({ name }) => name).join(' and ')}. This file is complete: it loads nothing from anywhere.</p>
${citations.map((citation) => html`<p>${citation}</p>`)}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
