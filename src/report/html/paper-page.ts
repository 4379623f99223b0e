/** The paper's comparisons as a page. */

import {
  figureTable,
  findingGroups,
  leadSentences,
  noteLines,
  runsTable,
  tablePart,
} from '../paper/paper-parts.ts';
import type { Holds, PaperFigure, PaperReport, PaperTable } from '../paper/paper-report.ts';
import { paperLines } from '../plots/paper-lines.ts';
import { openPen, type Pen } from '../plots/pen.ts';
import { robustnessFigure } from '../plots/robustness.ts';
import { html, type Markup } from './markup.ts';
import { page } from './page.ts';
import { figure, partMarkup, section, sentences, twoWidths } from './parts.ts';

/** The page: findings first, then tables and figures, at the end how it was made. */
export async function paperPage(report: PaperReport): Promise<string> {
  const pen = await openPen();
  const [lead, ...more] = leadSentences(report);
  return page({
    title: "The paper's comparisons · Winoscope",
    header: html`<p class="kicker">Winoscope report</p>
<h1>Your diffusion model is secretly a zero-shot classifier: here too?</h1>
<p class="lead">${lead}</p>
${more.map((line) => html`<p>${line}</p>`)}
<p>The comparisons are Li et al.'s (2023), their pictures and models this package's own small world: it says how the methods fare there, not how they fare on photographs.</p>`,
    sections: [
      section('findings', 'What holds', findingsMarkup(report)),
      section('tables', 'Tables', report.tables.map(tableMarkup)),
      section('figures', 'Figures', [
        ...report.figures.map((one) => figureMarkup(pen, one)),
        robustnessMarkup(pen, report),
      ]),
      section('how', 'How it was made', partMarkup(runsTable(report))),
    ],
    footer: html`<p>Made by winoscope ${report.version}. This file is complete: it loads nothing from anywhere.</p>`,
  });
}

/** By claim; beneath it each set with its verdict, in words. */
function findingsMarkup(report: PaperReport): Markup {
  return html`<ol class="findings">${findingGroups(report).map(
    ({ claim, on }) => html`<li><h3>${claim}</h3>
<ul>${on.map(
      ({ on: set, counterpart, holds, measured }) =>
        html`<li><p><strong class="${SIGNS[holds]}">${holds}</strong> · ${set} <span class="place">In the paper: ${counterpart}.</span></p>
<p>${measured}</p></li>
`,
    )}</ul></li>
`,
  )}</ol>`;
}

/** Classes of the verdicts; their colour only repeats the word. */
const SIGNS: Readonly<Record<Holds, string>> = {
  holds: 'holds',
  'does not hold': 'fails',
  undecided: 'open',
};

function tableMarkup(table: PaperTable): Markup {
  return html`${partMarkup(tablePart(table))}${sentences(noteLines(table))}`;
}

function figureMarkup(pen: Pen, one: PaperFigure): Markup {
  return figure({
    panels: [twoWidths((width) => paperLines(pen, one, width))],
    caption: html`<strong>${one.title}.</strong> ${noteLines(one).join(' ')}`,
    legend: one.lines.map(({ name }, place) => ({ label: name, place })),
    numbers: partMarkup(figureTable(one)),
  });
}

function robustnessMarkup(pen: Pen, { effective, robustness = [] }: PaperReport): Markup {
  const { rows, curve, sets } = effective;
  return html`${figure({
    panels: [twoWidths((width) => robustnessFigure(pen, { rows, curve, sets }, width))],
    caption: html`<strong>Effective robustness.</strong> ● discriminative classifiers, ◆ other models. In the paper: Figure 6, ImageNet against ImageNet-A.`,
    numbers: false,
  })}${robustness.map(partMarkup)}`;
}
