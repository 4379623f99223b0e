/** @import { GalleryData, GalleryExample, GalleryVerdict } from '../gallery-format.ts' */
import { curveView, element, heatView } from './drawing.js';

/** Pictures of so few pixels are shown as the squares that they are. */
const PIXELS = 96;

/**
 * One example: its images with what the errors say of them, its captions, and every scorer's matrix and verdicts.
 * @param {GalleryData} data
 * @param {number} place
 */
export function card(data, place) {
  const example = /** @type {GalleryExample} */ (data.examples[place]);
  const heading = element('h3', { id: `example-${place}` }, [`Example ${example.id}`]);
  const tags = example.tags.map((tag) => element('li', {}, [data.tags[tag] ?? '']));
  return element(
    'article',
    { class: 'example', tabindex: -1, 'data-place': place, 'aria-labelledby': `example-${place}` },
    [
      element('header', {}, [
        heading,
        ...(tags.length > 0 ? [element('ul', { class: 'tag-list', 'aria-label': 'Tags' }, tags)] : []),
      ]),
      element('div', { class: 'body' }, [
        element(
          'div',
          { class: 'views' },
          example.images.map((_, image) => view(data, example, image)),
        ),
        element(
          'div',
          { class: 'words' },
          example.images.length === 1 ? [choiceTable(data, example)] : words(data, example),
        ),
      ]),
    ],
  );
}

/**
 * The name of a shown caption: a letter, or its number among many.
 * @param {GalleryExample} example
 * @param {number} caption
 */
function captionName({ columns, of }, caption) {
  const place = columns ? (columns[caption] ?? 0) : caption;
  return of <= 26 ? String.fromCharCode(65 + place) : `${place}`;
}

/**
 * A caption's text, or why it is not here.
 * @param {GalleryExample} example
 * @param {number} caption
 */
function captionText({ captions }, caption) {
  return captions[caption] ?? '(not in this page: the licence of the data)';
}

/**
 * @param {GalleryData} data
 * @param {GalleryExample} example
 * @param {number} image
 */
function view(data, example, image) {
  const name = example.images.length > 1 ? `Image ${image}` : 'Image';
  const uri = data.pictures[example.images[image] ?? -1];
  const names = example.captions.map((_, k) => captionName(example, k));
  const parts = [
    ...(uri
      ? [picture(uri, `${name} of example ${example.id}`)]
      : [element('div', { class: 'absent' }, [`${name} is not in this page`])]),
    element('p', {}, [name]),
  ];
  for (const [k, verdict] of example.by.entries()) {
    const scorer = data.scorers[k]?.label ?? '';
    if (verdict?.heat) {
      const label = `Where the error of ${scorer} differs in ${name}`;
      parts.push(heatView(verdict.heat, image, uri ? picture(uri, '') : undefined, label));
      parts.push(
        element('p', {}, [
          `where the error of ${scorer} is smaller: ${names[verdict.heat.first]} orange, ${names[verdict.heat.second]} blue`,
        ]),
      );
    }
    const curve = verdict?.curves && curveView(verdict.curves, image, names);
    if (curve && verdict?.curves) {
      const { timesteps } = verdict.curves;
      parts.push(
        /** @type {any} */ (curve),
        element('p', {}, [`and at which timesteps, ${timesteps[0]} to ${timesteps.at(-1)}`]),
      );
    }
  }
  return element('div', { class: 'view' }, parts);
}

/**
 * @param {string} uri
 * @param {string} alt
 */
function picture(uri, alt) {
  const image = /** @type {HTMLImageElement} */ (element('img', { alt, decoding: 'async' }));
  image.addEventListener('load', () => {
    if (image.naturalWidth <= PIXELS) image.classList.add('pixels');
  });
  image.src = uri;
  return image;
}

/**
 * Captions by letter, then a matrix per scorer.
 * @param {GalleryData} data
 * @param {GalleryExample} example
 */
function words(data, example) {
  const marks = ['a', 'b'];
  const captions = example.captions.map((_, k) =>
    element('li', {}, [
      element('span', { class: `mark ${example.captions.length === 2 ? marks[k] : ''}` }, [
        captionName(example, k),
      ]),
      element('span', {}, [captionText(example, k)]),
    ]),
  );
  const matrices = data.scorers.map(({ label, place }, k) => {
    const verdict = example.by[k];
    return element(
      'div',
      { class: `matrix` },
      verdict
        ? [matrix(example, verdict, label, place), verdictList(data, verdict)]
        : [element('p', { class: 'note' }, [`${label} has not scored this example.`])],
    );
  });
  return [
    element('ul', { class: 'captions', 'aria-label': 'Captions' }, captions),
    element('div', { class: 'matrices' }, matrices),
  ];
}

/**
 * Images down, captions across.
 * @param {GalleryExample} example
 * @param {GalleryVerdict} verdict
 * @param {string} label
 * @param {number} place
 */
function matrix(example, verdict, label, place) {
  const scores = verdict.normalized ?? verdict.scores;
  const digits = digitsFor(scores.flat());
  const head = element('tr', {}, [
    element('td'),
    ...example.captions.map((_, k) => element('th', { scope: 'col' }, [captionName(example, k)])),
  ]);
  const rows = scores.map((row, image) =>
    element('tr', {}, [
      element('th', { scope: 'row' }, [`Image ${image}`]),
      ...row.map((score, caption) =>
        scoreCell(score, digits, { truth: isTrue(example, image, caption), best: isBest(row, caption) }),
      ),
    ]),
  );
  return element('table', {}, [
    element('caption', { style: `--c:var(--s${place % 6})` }, [
      verdict.normalized ? `${label}, normalized` : label,
    ]),
    element('thead', {}, [head]),
    element('tbody', {}, rows),
  ]);
}

/**
 * One image: captions down, scorers across.
 * @param {GalleryData} data
 * @param {GalleryExample} example
 */
function choiceTable(data, example) {
  const columns = data.scorers.map((scorer, k) => ({ ...scorer, verdict: example.by[k] ?? undefined }));
  const rows = example.captions.map((_, caption) => {
    const truth = isTrue(example, 0, caption);
    return element('tr', {}, [
      element('th', { scope: 'row' }, [
        element('span', { class: 'mark' }, [`${captionName(example, caption)} `]),
        captionText(example, caption),
        ...(truth ? [element('strong', {}, [' (right)'])] : []),
      ]),
      ...columns.map(({ verdict }) => {
        const row = (verdict?.normalized ?? verdict?.scores)?.[0] ?? [];
        return scoreCell(row[caption] ?? null, digitsFor(row), {
          truth,
          best: verdict !== undefined && isBest(row, caption),
        });
      }),
    ]);
  });
  const table = element('table', {}, [
    element('thead', {}, [
      element('tr', {}, [
        element('th', { scope: 'col' }, ['caption']),
        ...columns.map(({ label, place }) =>
          element('th', { scope: 'col', style: `color:var(--s${place % 6})` }, [label]),
        ),
      ]),
    ]),
    element('tbody', {}, rows),
  ]);
  const hidden = example.of - example.captions.length;
  const parts = [
    table,
    ...columns.map(({ label, verdict }) =>
      verdict
        ? verdictList(data, verdict, label)
        : element('p', { class: 'note' }, [`${label} has not scored this example.`]),
    ),
    ...(hidden > 0
      ? [
          element('p', { class: 'note' }, [
            `${hidden} more captions that no scorer ranks high are not shown.`,
          ]),
        ]
      : []),
  ];
  return element(
    'div',
    { class: 'matrix scroll', tabindex: 0, role: 'group', 'aria-label': `Scores of example ${example.id}` },
    parts,
  );
}

/**
 * As few digits as tell all scores of a matrix apart, as far as they are known.
 * @param {readonly (number | null)[]} scores
 */
function digitsFor(scores) {
  const known = [...new Set(scores)].filter((score) => score !== null);
  const isEnough = (/** @type {number} */ digits) =>
    new Set(known.map((score) => score.toPrecision(digits))).size === known.length;
  return [4, 5].find(isEnough) ?? 6;
}

/**
 * @param {number | null} score
 * @param {number} digits
 * @param {{ truth: boolean, best: boolean }} is
 */
function scoreCell(score, digits, { truth, best }) {
  const text = score === null ? '–' : score.toPrecision(digits).replace('-', '−');
  return element('td', { class: `${truth ? 'true' : ''} ${best ? 'best' : ''}`.trim() || undefined }, [
    element('span', truth ? { title: 'a true pair' } : {}, [text]),
  ]);
}

/**
 * @param {GalleryExample} example
 * @param {number} image
 * @param {number} caption
 */
function isTrue({ truth, columns }, image, caption) {
  const place = columns ? columns[caption] : caption;
  return truth.some(([i, c]) => i === image && c === place);
}

/**
 * @param {readonly (number | null)[]} row
 * @param {number} caption
 */
function isBest(row, caption) {
  const score = row[caption];
  return (
    row.length > 1 &&
    score !== null &&
    score !== undefined &&
    row.every((other, k) => k === caption || other === null || other < score)
  );
}

/**
 * @param {GalleryData} data
 * @param {GalleryVerdict} verdict
 * @param {string} [label]
 */
function verdictList({ metrics }, { verdicts, undecided, trials }, label) {
  const items = metrics.flatMap(({ title }, k) => {
    const is = verdicts[k];
    if (is !== 'r' && is !== 'w') return [];
    return [element('li', { class: is }, [is === 'r' ? `✓ ${title} right` : `✕ ${title} wrong`])];
  });
  if (undecided) items.push(element('li', { class: 'u' }, ['undecided']));
  if (trials !== undefined) items.push(element('li', { class: 'u' }, [`${trials} trials`]));
  return element(
    'ul',
    { class: 'verdicts', 'aria-label': label ? `Verdicts of ${label}` : 'Verdicts' },
    label ? [element('li', {}, [label]), ...items] : items,
  );
}
