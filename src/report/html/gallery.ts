/** The examples of a page: which, in which order, with which pictures. */

import type { MetricName } from '../../metrics/evaluate.ts';
import { standardMargin } from '../disagreement.ts';
import type { Column } from './columns.ts';
import { firstOf, galleryData, MOST_CELLS, MOST_WITH_CURVES, MOST_WITH_MAPS } from './gallery-data.ts';
import type { GalleryData } from './gallery-format.ts';
import { collectPictures, MOST_LIMITED, type Pictures, type PictureTerms, pictureTerms } from './pictures.ts';

export interface GalleryOptions {
  metrics: readonly MetricName[];
  order: GalleryData['order'];
  /** Scorers whose disagreement counts. @default every two */
  pairs?: readonly [number, number][];
  /** Most images in the page. */
  images?: number | undefined;
}

export interface PageGallery {
  data: GalleryData;
  /** Places of the examples in each column's run. */
  rows: (number | undefined)[][];
  /** What is not shown, and why. */
  notes: string[];
  /** The terms of the data, and what follows for the page. */
  licence: string;
}

/** Examples of all columns, matched by their ids, in the order of the first run. */
export async function galleryOf(
  columns: readonly Column[],
  { metrics, order, images, pairs = everyTwo(columns) }: GalleryOptions,
): Promise<PageGallery> {
  const rows = rowsOf(columns);
  const { stored, model } = columns[0]!.run;
  const { license, redistribution } = stored.manifest.about.task;
  const terms = pictureTerms(redistribution, images);
  const metric = metrics.includes('group') ? 'group' : metrics[0];
  const pictures = await picturesOf(columns, rows, { terms, metric });
  const data = galleryData({ columns, metrics, rows, pictures, terms, order, pairs: [...pairs] });
  const isCoarse = columns.some(({ run, scorer }) => {
    const maps = run.model.maps(scorer, 0);
    return maps && Math.max(maps.width, maps.height) > MOST_CELLS;
  });
  const notes = [
    ...pictures.notes,
    ...(terms.captions === 'all' ? [] : [termsNote(terms, pictures)]),
    ...(rows.length > MOST_WITH_MAPS
      ? [`Heat maps are in pages of at most ${MOST_WITH_MAPS} examples.`]
      : []),
    ...(rows.length > MOST_WITH_CURVES && rows.length > 0
      ? [`Curves by timestep are in pages of at most ${MOST_WITH_CURVES} examples.`]
      : []),
    ...(isCoarse ? [`Heat maps are averaged to at most ${MOST_CELLS} cells a side.`] : []),
  ];
  const kept = {
    free: 'Captions and images may be passed on, and small copies of them are in this page.',
    limited: `Copies of captions and images are limited: ${terms.images > 0 ? `this page holds ${[...pictures.places.values()].flat().length} images (at most ${MOST_LIMITED} are offered), and may be passed on as far as these terms allow` : 'this page holds none'}.`,
    none: 'Captions and images may not be passed on: this page holds none.',
  }[redistribution];
  return { data, rows, notes, licence: `${model.task.title}: ${license.replace(/\.$/, '')}. ${kept}` };
}

function everyTwo(columns: readonly Column[]): [number, number][] {
  return columns.flatMap((_, a) => columns.slice(a + 1).map((_, k): [number, number] => [a, a + 1 + k]));
}

function termsNote({ captions }: PictureTerms, { places }: Pictures): string {
  return captions === 'none'
    ? 'The licence of the data keeps its captions and images out of this page: it holds ids, tags and scores.'
    : `The licence of the data allows few copies: captions and images of ${places.size} examples are in this page.`;
}

function rowsOf(columns: readonly Column[]): (number | undefined)[][] {
  const places = new Map(
    [...new Set(columns.map(({ run }) => run))].map(({ model }) => [
      model,
      new Map(model.examples.map(({ id }, index) => [id, index])),
    ]),
  );
  const ids = new Set([...places.keys()].flatMap((model) => model.examples.map(({ id }) => id)));
  return [...ids].map((id) => columns.map(({ run }) => places.get(run.model)!.get(id)));
}

/** Those on which scorers disagree come first: they are looked at, if not all can be in the page. */
async function picturesOf(
  columns: readonly Column[],
  rows: readonly (readonly (number | undefined)[])[],
  { terms, metric }: { terms: PictureTerms; metric: MetricName | undefined },
): Promise<Pictures> {
  const spread = rows.map((places) => {
    const margins = columns.flatMap(({ run, scorer }, k) =>
      metric === undefined || places[k] === undefined
        ? []
        : (standardMargin(run.model, scorer, { index: places[k], metric }) ?? []),
    );
    return margins.length < 2 ? 0 : Math.max(...margins) - Math.min(...margins);
  });
  const order = [...rows.keys()].sort((a, b) => spread[b]! - spread[a]! || a - b);
  const sources = order.map((row) => {
    const [model, index] = firstOf(columns, rows[row]!);
    return { row, model, index };
  });
  return collectPictures(sources, terms);
}
