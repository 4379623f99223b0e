/** Where the parts of the pair screen stand, from the room there is: pure. */

import { matrixHeight } from '../../components/score-matrix.ts';
import type { ScreenContext } from '../screen.ts';
import { judgementOf } from './findings.ts';
import { captionsOf, type PairState } from './state.ts';
import { statusLines } from './status-lines.ts';

export interface Layout {
  /** Rows of the list of captions. */
  captions: number;
  /** Rows that tell how far the scoring of an edit is. */
  status: number;
  /** Room of one picture, in cells; no rows while the panel is zoomed. Maps beside their images are pictures too. */
  picture: { columns: number; rows: number };
  /** Rows of pictures with their labels and legend, and of the matrices beside them. */
  main: number;
  /** Columns of the score matrices beside the images. */
  matrix: number;
  /** Rows of the panel, its head included. */
  panel: number;
  /** Images that are seen. */
  images: readonly number[];
}

/** Columns that a score matrix needs for two captions. */
const MATRIX = 37;
/** More are narrower than a picture can be. */
const MOST_IMAGES = 4;
/** Columns of the narrowest picture. */
const LEAST_PICTURE = 6;
const GAP = 2;
/** From this width on, drawings stand beside what the denoiser reconstructs. */
export const DRAWN_BESIDE_CLEAN = 100;
/** Least rows of a plot with its head and axis. */
const LEAST_PANEL = 5;
/** Rows that raw scores must leave it beyond that, where they would make it smaller. */
const SPARE_PANEL = 2;

/** Images that are seen at once, from the first of those that are looked at. */
export function visibleImages(state: PairState, { model, width }: ScreenContext): number[] {
  const count = model.examples[state.index]?.images.length ?? 0;
  const room = Math.max(1, Math.min(MOST_IMAGES, Math.floor((width - MATRIX) / 24)));
  // Two are contrasted wherever four pictures, the maps beside them, leave the matrix its columns.
  const hasBoth = count === 2 && width - MATRIX > picturesPerImage(state) * 2 * (LEAST_PICTURE + GAP);
  const most = hasBoth ? 2 : Math.min(count, room);
  const first = most === count ? 0 : state.firstImage;
  return Array.from({ length: count }, (_, image) => image).slice(first, first + most);
}

/** Its map beside it is a picture of its own. */
function picturesPerImage({ heat }: PairState): number {
  return heat === 'beside' ? 2 : 1;
}

/** Width over height of the widest image that is seen; square while none is loaded. */
function aspectOf({ images: loaded }: PairState, images: readonly number[]): number {
  const aspects = images.flatMap((image) => {
    const found = loaded[image];
    return found && 'image' in found ? [found.image.width / found.image.height] : [];
  });
  return Math.min(2, Math.max(0.5, ...(aspects.length > 0 ? aspects : [1])));
}

/** Shares out the rows: captions first, then images and panel about evenly, as far as the width lets images grow. */
export function layoutOf(state: PairState, context: ScreenContext): Layout {
  const { width, height } = context;
  const images = visibleImages(state, context);
  const count = captionsOf(state, context).length;
  const captions = Math.min(count, Math.max(2, Math.min(12, Math.floor(height * 0.22))));
  const status = statusLines(state, context).length;
  // A title, a line of labels above the images, and the legend beneath them.
  const rest = height - 1 - captions - status;
  if (state.zoom)
    return { captions, status, picture: { columns: 0, rows: 0 }, main: 0, matrix: 0, panel: rest, images };
  const shown = Math.max(1, images.length) * picturesPerImage(state);
  const byWidth = Math.floor((width - MATRIX - 1 - GAP * shown) / shown);
  const room = rest - 2;
  const aspect = aspectOf(state, images);
  const byColumns = Math.floor(byWidth / (2 * aspect));
  const share = state.panel === 'clean' || state.panel === 'drawn' ? 0.6 : 0.52;
  const rows = Math.max(3, Math.min(Math.ceil(room * share), byColumns, room - LEAST_PANEL));
  const main = Math.max(rows + 2, matrixRows(state, context, rest - LEAST_PANEL));
  const columns = Math.max(LEAST_PICTURE, Math.min(byWidth, Math.round(2 * rows * aspect)));
  return {
    captions,
    status,
    picture: { columns, rows },
    main,
    matrix: width - 1 - shown * (columns + GAP),
    panel: Math.max(0, rest - main),
    images,
  };
}

/** Images that have rows in the matrices. */
export function matrixImages({ firstImage }: PairState, count: number): number[] {
  const first = count <= 4 ? 0 : firstImage;
  return Array.from({ length: Math.min(4, count - first) }, (_, k) => first + k);
}

/** Rows for all matrices within `most`: with raw scores where that leaves the plot more than its least. */
function matrixRows(state: PairState, context: ScreenContext, most: number): number {
  const { scorers, examples } = context.model;
  const images = matrixImages(state, examples[state.index]?.images.length ?? 0).length;
  const need = (both: boolean) =>
    scorers.reduce(
      (sum, { name }) => sum + matrixHeight(name, judgementOf(state, context, name), { images, both }),
      0,
    );
  return need(true) <= most - SPARE_PANEL ? need(true) : Math.min(need(false), most);
}
