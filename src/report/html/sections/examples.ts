/** The gallery: its controls, and the data that the browser draws the examples from. */

import type { GalleryData } from '../gallery-format.ts';
import { html, scriptJson } from '../markup.ts';
import { type Section, section } from '../parts.ts';

/** Orders of the examples by name. */
const ORDERS = {
  task: 'order of the task',
  disagreement: 'greatest disagreement first',
  margin: 'closest call first',
};

/** @param notes on what is not shown, and why */
export function exampleSection(data: GalleryData, notes: readonly string[]): Section {
  const { scorers, metrics, tags } = data;
  const orders = Object.entries(ORDERS).filter(([name]) => name !== 'disagreement' || scorers.length > 1);
  const option = (value: string | number, text: string, isChosen = false) =>
    html`<option value="${value}"${isChosen && SELECTED}>${text}</option>`;
  const chosen = Math.max(
    0,
    metrics.findIndex(({ name }) => name === 'group'),
  );
  const hasHeat = data.examples.some(({ by }) => by.some((verdict) => verdict?.heat));
  return section(
    'examples',
    'Examples',
    html`${notes.map((note) => html`<p class="note">${note}</p>`)}
<noscript><p class="note">The examples are drawn by a script in this page, which is turned off here.</p></noscript>
<form id="filters" class="filters" role="search" aria-label="Examples" hidden>
<label class="find">Search <input type="search" name="search" autocomplete="off" placeholder="word, tag or id"></label>
<label>Metric <select name="metric">${metrics.map(({ title }, k) => option(k, title, k === chosen))}</select></label>
${scorers.map(
  (
    { label },
    k,
  ) => html`<label>${label} <select name="scorer-${k}">${option('', 'any')}${option('r', 'right')}${option('w', 'wrong')}${option('u', 'undecided')}${option('n', 'not scored')}</select></label>
`,
)}${tags.length > 0 && html`<label>Tag <select name="tag">${option('', 'any')}${tags.map((tag, k) => option(k, tag))}</select></label>`}
<label>Order <select name="order">${orders.map(([value, text]) => option(value, text, value === data.order))}</select></label>
${data.pairs.length > 0 && html`<label class="check"><input type="checkbox" name="differ"> only where verdicts differ</label>`}
<button type="button" id="clear">Clear</button>
</form>
<p id="found" class="found" role="status" aria-live="polite"></p>
${hasHeat && html`<p class="note heat-key">Heat maps: <span class="swatch a" aria-hidden="true"></span> orange where the error under the first caption named is smaller, <span class="swatch b" aria-hidden="true"></span> blue where it is under the second. Curves: above the line the first is better. A framed score is of a true pair.</p>`}
<div id="gallery"></div>
<nav id="pager" class="pager" aria-label="Pages of examples" hidden></nav>
<script type="application/json" id="gallery-data">${scriptJson(data)}</script>`,
  );
}

const SELECTED = html` selected`;
