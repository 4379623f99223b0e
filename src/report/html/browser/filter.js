/** @import { GalleryData, GalleryExample } from '../gallery-format.ts' */

/**
 * @typedef {object} Query
 * @property {string} search words that must all occur, in any case
 * @property {number} metric place of the metric that verdicts are asked of
 * @property {readonly string[]} verdicts by scorer: r right, w wrong, u undecided, n not scored, or empty
 * @property {number | undefined} tag
 * @property {boolean} differ only where two scorers of a pair differ in the verdict
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
  if (query.order === 'disagreement') return sortedBy(found, (k) => -disagreementOf(data, k, query.metric));
  if (query.order === 'margin') return sortedBy(found, (k) => closenessOf(data.examples[k], query.metric));
  return found;
}

/**
 * @param {GalleryData} data
 * @param {number} place
 * @param {Query} query
 * @param {readonly string[]} words
 */
function isAskedFor(data, place, { verdicts, metric, tag, differ }, words) {
  const example = /** @type {GalleryExample} */ (data.examples[place]);
  if (tag !== undefined && !example.tags.includes(tag)) return false;
  if (differ && !isDisputed(data, example, metric)) return false;
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

/** Above any difference of margins: examples whose verdicts differ come before those where they do not. */
const FLIP = 1e6;

/**
 * How far the scorers of any pair are apart; below all where none has judged.
 * @param {GalleryData} data
 * @param {number} place
 * @param {number} metric
 */
function disagreementOf(data, place, metric) {
  const by = data.examples[place]?.by ?? [];
  const apart = data.pairs.flatMap(([a, b]) => {
    const [first, second] = [by[a]?.margins[metric], by[b]?.margins[metric]];
    if (typeof first !== 'number' || typeof second !== 'number') return [];
    return Math.abs(first - second) + (by[a]?.verdicts[metric] === by[b]?.verdicts[metric] ? 0 : FLIP);
  });
  return Math.max(...apart);
}

/**
 * Whether two scorers of a pair differ in the verdict.
 * @param {GalleryData} data
 * @param {GalleryExample} example
 * @param {number} metric
 */
function isDisputed({ pairs }, { by }, metric) {
  return pairs.some(([a, b]) => by[a] && by[b] && by[a].verdicts[metric] !== by[b].verdicts[metric]);
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
