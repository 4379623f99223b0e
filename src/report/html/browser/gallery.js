/** @import { GalleryData } from '../gallery-format.ts' */
import { card } from './card.js';
import { element } from './drawing.js';
import { findExamples } from './filter.js';

/** Examples on a page; on paper all that were found. */
const PAGE = 20;
/** Typing is over when no key came for so many milliseconds. */
const PAUSE = 150;

/** The examples that the controls ask for, a page at a time. */
export class Gallery {
  /** @param {GalleryData} data */
  constructor(data) {
    this.data = data;
    this.form = /** @type {HTMLFormElement} */ (document.getElementById('filters'));
    this.list = /** @type {HTMLElement} */ (document.getElementById('gallery'));
    this.pager = /** @type {HTMLElement} */ (document.getElementById('pager'));
    this.status = /** @type {HTMLElement} */ (document.getElementById('found'));
    /** @type {number[]} */
    this.found = [];
    this.page = 0;
  }

  /** Shows the first page and listens. */
  start() {
    let timer = 0;
    this.form.hidden = false;
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', (event) => {
      clearTimeout(timer);
      const isTyping = /** @type {HTMLInputElement} */ (event.target).type === 'search';
      timer = setTimeout(() => this.find(), isTyping ? PAUSE : 0);
    });
    document.getElementById('clear')?.addEventListener('click', () => this.clear());
    addEventListener('beforeprint', () => this.show(0, Number.POSITIVE_INFINITY));
    addEventListener('afterprint', () => this.show(this.page));
    addEventListener('hashchange', () => this.follow());
    document.addEventListener('click', (event) => {
      const point = /** @type {Element} */ (event.target).closest('[data-example]');
      const example = point && this.data.examples[Number(point.getAttribute('data-example'))];
      if (example) location.hash = `example=${encodeURIComponent(example.id)}`;
    });
    this.find();
    this.follow();
  }

  /** Asks for everything again. */
  clear() {
    this.form.reset();
    this.find();
  }

  /** Reads the controls and shows the first page of what they ask for. */
  find() {
    const values = new FormData(this.form);
    const text = (/** @type {string} */ name) => `${values.get(name) ?? ''}`;
    this.found = findExamples(this.data, {
      search: text('search'),
      metric: Number(text('metric')),
      verdicts: this.data.scorers.map((_, k) => text(`scorer-${k}`)),
      tag: text('tag') === '' ? undefined : Number(text('tag')),
      differ: text('differ') !== '',
      order: text('order'),
    });
    const { length } = this.data.examples;
    const counted = `${length} example${length === 1 ? '' : 's'}`;
    this.status.textContent = this.found.length === length ? counted : `${this.found.length} of ${counted}`;
    this.show(0);
  }

  /**
   * @param {number} page
   * @param {number} [size] examples to show
   */
  show(page, size = PAGE) {
    const from = page * PAGE;
    this.list.replaceChildren(...this.found.slice(from, from + size).map((place) => card(this.data, place)));
    if (size !== PAGE) return;
    this.page = page;
    const pages = Math.ceil(this.found.length / PAGE);
    this.pager.hidden = pages < 2;
    this.pager.replaceChildren(
      this.step('Previous', page > 0 ? page - 1 : undefined),
      element('span', {}, [`Page ${page + 1} of ${pages}`]),
      this.step('Next', page + 1 < pages ? page + 1 : undefined),
    );
  }

  /**
   * @param {string} name
   * @param {number | undefined} page
   */
  step(name, page) {
    const button = element('button', { type: 'button', disabled: page === undefined ? '' : undefined }, [
      name,
    ]);
    button.addEventListener('click', () => {
      if (page === undefined) return;
      this.show(page);
      this.focus(0);
    });
    return button;
  }

  /** Goes to the example that the address names; filters that hide it are cleared. */
  follow() {
    const [, name] = /^#example=(.*)$/s.exec(location.hash) ?? [];
    if (name === undefined) return;
    const id = decoded(name);
    const place = this.data.examples.findIndex((example) => example.id === id);
    if (place < 0) return;
    if (!this.found.includes(place)) {
      this.clear();
    }
    const at = this.found.indexOf(place);
    this.show(Math.floor(at / PAGE));
    this.focus(at % PAGE);
  }

  /** @param {number} k of the examples shown */
  focus(k) {
    const shown = /** @type {HTMLElement | undefined} */ (this.list.children[k]);
    shown?.focus({ preventScroll: true });
    shown?.scrollIntoView({ block: 'start' });
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
