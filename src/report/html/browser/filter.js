/** @import { GalleryData, GalleryExample } from '../gallery-format.ts' */

/**
 * @typedef {object} Query
 * @property {string} search words that must all occur, in any case
 * @property {number} metric place of the metric that verdicts are asked of
 * @property {readonly string[]} verdicts by scorer: r right, w wrong, u undecided, n not scored, or empty
 * @property {number | undefined} tag
 * @property {string} order task, disagreement or margin
 */

/**
 * Places of the examples that a query asks for, in its order.
 * @param {GalleryData} data
 * @param {Query} query
 * @returns {number[]}
 */
export function findExamples(data, query) {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...data.examples.keys()].filter((k) => isAskedFor(data, k, query, words));
  if (query.order === 'disagreement')
    return sortedBy(found, (k) => -disagreementOf(data.examples[k], query.metric));
  if (query.order === 'margin') return sortedBy(found, (k) => closenessOf(data.examples[k], query.metric));
  return found;
}

/**
 * @param {GalleryData} data
 * @param {number} place
 * @param {Query} query
 * @param {readonly string[]} words
 */
function isAskedFor(data, place, { verdicts, metric, tag }, words) {
  const example = /** @type {GalleryExample} */ (data.examples[place]);
  if (tag !== undefined && !example.tags.includes(tag)) return false;
  for (const [k, asked] of verdicts.entries()) {
    if (asked === '') continue;
    const verdict = example.by[k];
    const isIt = verdict
      ? asked === 'u'
        ? verdict.undecided === true
        : verdict.verdicts[metric] === asked
      : asked === 'n';
    if (!isIt) return false;
  }
  if (words.length === 0) return true;
  const text = searchText(data, place);
  return words.every((word) => text.includes(word));
}

/** @type {WeakMap<GalleryData, string[]>} */
const texts = new WeakMap();

/**
 * @param {GalleryData} data
 * @param {number} place
 * @returns {string}
 */
function searchText(data, place) {
  let known = texts.get(data);
  if (!known) {
    known = data.examples.map(({ id, captions, tags }) =>
      [id, ...captions.map((text) => text ?? ''), ...tags.map((tag) => data.tags[tag])]
        .join('\n')
        .toLowerCase(),
    );
    texts.set(data, known);
  }
  return known[place] ?? '';
}

/**
 * How far scorers are apart; below all where fewer than two have judged.
 * @param {GalleryExample | undefined} example
 * @param {number} metric
 */
function disagreementOf(example, metric) {
  const margins = marginsOf(example, metric);
  return margins.length < 2 ? Number.NEGATIVE_INFINITY : Math.max(...margins) - Math.min(...margins);
}

/**
 * The smallest margin of any scorer, won or lost; above all where there is none.
 * @param {GalleryExample | undefined} example
 * @param {number} metric
 */
function closenessOf(example, metric) {
  return Math.min(...marginsOf(example, metric).map(Math.abs));
}

/**
 * @param {GalleryExample | undefined} example
 * @param {number} metric
 * @returns {number[]}
 */
function marginsOf(example, metric) {
  return (example?.by ?? []).flatMap((verdict) => verdict?.margins[metric] ?? []);
}

/**
 * @param {readonly number[]} places
 * @param {(place: number) => number} key
 * @returns {number[]}
 */
function sortedBy(places, key) {
  const keys = new Map(places.map((place) => [place, key(place)]));
  const of = (/** @type {number} */ place) => keys.get(place) ?? 0;
  return [...places].sort((a, b) => (of(a) === of(b) ? a - b : of(a) - of(b)));
}
