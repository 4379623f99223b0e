/** What sections are built of: tables that can be read aloud, figures with their numbers beneath. */

import type { Part as ReportPart } from '../tables.ts';
import { html, type Markup, type Part } from './markup.ts';

/** A cell; text that is a number is set to the right. */
export type Cell = Part;

export interface TableParts {
  /** What the table holds; read aloud, and shown where `showCaption` is set. */
  caption: string;
  showCaption?: boolean;
  head: readonly Cell[];
  /** The first cell of a row is its head. */
  rows: readonly (readonly Cell[])[];
  /** Columns after the first that hold words, not numbers. */
  words?: readonly number[];
  /** Rows that belong to the one above them. */
  under?: readonly number[];
}

/** A table in a box that scrolls sideways where the page is narrow. */
export function table({ caption, showCaption, head, rows, words = [], under = [] }: TableParts): Markup {
  const kind = (column: number) => html`${words.includes(column) ? trustedClass('word') : ''}`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption class="${showCaption ? '' : 'aside'}">${caption}</caption>
<thead><tr>${head.map((cell, k) => html`<th scope="col"${kind(k)}>${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row, r) =>
      html`<tr${under.includes(r) ? trustedClass('under') : ''}>${row.map((cell, k) =>
        k === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(k)}>${cell}</td>`,
      )}</tr>
`,
  )}</tbody></table></div>`;
}

function trustedClass(name: string): Markup {
  return html` class="${name}"`;
}

export interface FigureParts {
  /** Panels, side by side where there is room. */
  panels: readonly Markup[];
  /** What is seen, and how to read it. */
  caption: Part;
  /** Names of colours: scorers in the order of their colours, with the place of each. */
  legend?: readonly { label: string; place: number }[];
  /** The numbers of the figure; false where a table beside it has them. */
  numbers: Markup | false;
}

/** A figure whose numbers open beneath it. */
export function figure({ panels, caption, legend = [], numbers }: FigureParts): Markup {
  return html`<figure>
${legend.length > 0 && html`<ul class="legend">${legend.map(({ label, place }) => html`<li><span class="sign s${place % 6}" aria-hidden="true"></span>${label}</li>`)}</ul>`}
<div class="panels${panels.length > 1 ? ' many' : ''}">${panels}</div>
<figcaption>${caption}</figcaption>
${numbers && html`<details class="numbers"><summary>The numbers of this figure</summary>${numbers}</details>`}
</figure>`;
}

/** One plot in two widths: one for pages, one for phones. */
export function twoWidths(draw: (width: number) => Markup): Markup {
  return html`<div class="panel"><div class="wide">${draw(680)}</div><div class="narrow">${draw(340)}</div></div>`;
}

/** A plot that is small anyway. */
export function panel(title: string, drawing: Markup): Markup {
  return html`<div class="panel"><h3 class="title">${title}</h3>${drawing}</div>`;
}

/** A section of a page; contents call it what its heading does, and lead to its id. */
export interface Section {
  id: string;
  title: string;
  markup: Markup;
}

/** A section with its heading. */
export function section(id: string, title: string, body: Part): Section {
  const markup = html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
  return { id, title, markup };
}

/** Sentences as a list. */
export function sentences(lines: readonly string[]): Markup | false {
  return lines.length > 0 && html`<ul class="sentences">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** A part of a report as every form has it: a table under its title, or a list. */
export function partMarkup(part: ReportPart): Markup {
  if ('lines' in part) return html`<h3>${part.title}</h3>${sentences(part.lines)}`;
  const { title, head, rows } = part;
  const isNumber = (cell: string | undefined) =>
    cell === undefined || cell === '' || /^[<+−–-]?\s*\d/.test(cell);
  const words = head.flatMap((_, k) => (k > 0 && !rows.every((row) => isNumber(row[k])) ? [k] : []));
  return table({ caption: title, showCaption: true, head, rows, words });
}
