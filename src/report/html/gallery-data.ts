/** The examples of a page as the compact data block that the browser draws its gallery from. */

import type { MetricName } from '../../metrics/evaluate.ts';
import { standardMargin } from '../disagreement.ts';
import { differenceByTimestep } from '../error-difference.ts';
import { METRIC_TITLES, visible } from '../format.ts';
import { heatOf } from '../heat.ts';
import type { Judgement, RunModel } from '../run-model.ts';
import type { Column } from './columns.ts';
import type {
  GalleryCurves,
  GalleryData,
  GalleryExample,
  GalleryHeat,
  GalleryVerdict,
} from './gallery-format.ts';
import type { Pictures, PictureTerms } from './pictures.ts';
import { type Rivals, rivalsOf, type ShownCaptions, shownCaptions } from './shown-captions.ts';

/** Digits of a score in the page; the run has all of them. */
const DIGITS = 6;
/** Characters of a caption in the page. */
const MOST_CHARACTERS = 2000;
/** Heat maps are averaged to no more cells a side than that. */
export const MOST_CELLS = 32;
/** Curves of single examples are in pages of no more examples than that, heat maps in those of no more than this. */
export const MOST_WITH_CURVES = 1000;
export const MOST_WITH_MAPS = 2000;
/** Timesteps of such a curve. */
const MOST_TIMESTEPS = 64;

export interface GalleryParts {
  columns: readonly Column[];
  metrics: readonly MetricName[];
  /** Places of the examples in each column's run, in the order of the page. */
  rows: readonly (readonly (number | undefined)[])[];
  pictures: Pictures;
  terms: PictureTerms;
  order: GalleryData['order'];
  pairs: GalleryData['pairs'];
}

/** The data block. Captions and pictures are in it only as far as the terms go. */
export function galleryData(parts: GalleryParts): GalleryData {
  const { columns, metrics, rows, pictures, order, pairs } = parts;
  const tags = new Map<string, number>();
  const examples = rows.map((places, row): GalleryExample => {
    const [model, index] = firstOf(columns, places);
    const example = model.examples[index]!;
    const judgements = columns.map(({ run, scorer }, k) =>
      places[k] === undefined ? undefined : run.model.judge(scorer, places[k]),
    );
    const shown = shownCaptions(example, judgements);
    const mayShow =
      parts.terms.captions === 'all' || (parts.terms.captions === 'with images' && pictures.places.has(row));
    return {
      id: visible(example.id),
      tags: example.tags.map((tag) => {
        if (!tags.has(tag)) tags.set(tag, tags.size);
        return tags.get(tag)!;
      }),
      images: pictures.places.get(row) ?? example.images.map(() => -1),
      captions: shown.captions.map((caption) => (mayShow ? captionText(example.captions[caption]!) : null)),
      ...(shown.captions.length < example.captions.length && { columns: shown.captions }),
      of: example.captions.length,
      truth: example.truth.map(([i, c]) => [i, c]),
      by: columns.map((column, k) => {
        const judgement = judgements[k];
        return judgement && places[k] !== undefined
          ? verdictOf(parts, column, { index: places[k], judgement, shown })
          : null;
      }),
    };
  });
  return {
    scorers: columns.map(({ label, kind }, place) => ({ label: visible(label), place, kind })),
    metrics: metrics.map((name) => ({ name, title: METRIC_TITLES[name] })),
    tags: [...tags.keys()].map(visible),
    pictures: pictures.uris,
    examples,
    order,
    pairs,
  };
}

/** A caption as the page shows it: nothing in it turns the text about it, and one without end does not fill the page. */
function captionText(caption: string): string {
  const text = visible(caption);
  if (text.length <= MOST_CHARACTERS) return text;
  const kept = [...text.slice(0, MOST_CHARACTERS)].slice(0, -1).join('');
  return `${kept}… (${text.length - kept.length} more characters, in the run)`;
}

/** The run that an example of the page is shown from: the first that has it. */
export function firstOf(
  columns: readonly Column[],
  places: readonly (number | undefined)[],
): [RunModel, number] {
  const k = places.findIndex((place) => place !== undefined);
  return [columns[k]!.run.model, places[k]!];
}

interface Found {
  index: number;
  judgement: Judgement;
  shown: ShownCaptions;
}

function verdictOf({ metrics, rows }: GalleryParts, { run, scorer }: Column, found: Found): GalleryVerdict {
  const { index, judgement, shown } = found;
  const { model } = run;
  const { raw, normalized } = judgement.scores;
  const rivals = rivalsOf(model.examples[index]!, judgement, shown);
  const heat = rows.length <= MOST_WITH_MAPS && rivals && heatFor(model, scorer, { index, rivals, shown });
  const curves =
    rows.length <= MOST_WITH_CURVES && rivals && curvesFor(model, scorer, { index, rivals, shown });
  return {
    scores: cut(raw, shown),
    ...(normalized && { normalized: cut(normalized, shown) }),
    verdicts: metrics
      .map((metric) => ({ true: 'r', false: 'w', undefined: '-' })[`${judgement.verdict[metric]}` as 'true'])
      .join(''),
    margins: metrics.map((metric) => {
      const margin = standardMargin(model, scorer, { index, metric });
      return margin === undefined || !Number.isFinite(margin) ? null : rounded(margin, 3);
    }),
    ...(judgement.undecided && { undecided: true as const }),
    ...(judgement.trials !== undefined && { trials: judgement.trials }),
    ...(heat && { heat }),
    ...(curves && { curves }),
  };
}

interface Place {
  index: number;
  rivals: Rivals;
  shown: ShownCaptions;
}

function heatFor(model: RunModel, scorer: string, { index, rivals, shown }: Place): GalleryHeat | undefined {
  const maps = model.maps(scorer, index);
  const heat = maps && heatOf(maps, rivals.first, rivals.second);
  if (!heat || heat.extent === 0) return undefined;
  const { width, height } = heat.maps[0]!;
  const step = Math.max(1, Math.ceil(Math.max(width, height) / MOST_CELLS));
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
  const small = heat.maps.map(({ values }) => averaged(values, { width, height, step }));
  const extent = Math.max(
    ...small.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );
  return {
    first: shown.captions.indexOf(rivals.first),
    second: shown.captions.indexOf(rivals.second),
    width: columns,
    height: rows,
    maps: small.map((values) =>
      Buffer.from(Int8Array.from(values, (value) => Math.round((127 * value) / extent)).buffer).toString(
        'base64',
      ),
    ),
  };
}

/** Means over squares of `step` cells; those at the edges may hold fewer. */
function averaged(
  values: Float32Array,
  { width, height, step }: { width: number; height: number; step: number },
): number[] {
  if (step === 1) return [...values];
  const means: number[] = [];
  for (let top = 0; top < height; top += step)
    for (let left = 0; left < width; left += step) {
      let [sum, count] = [0, 0];
      for (let y = top; y < Math.min(height, top + step); y++)
        for (let x = left; x < Math.min(width, left + step); x++) {
          sum += values[y * width + x]!;
          count++;
        }
      means.push(sum / count);
    }
  return means;
}

function curvesFor(
  model: RunModel,
  scorer: string,
  { index, rivals, shown }: Place,
): GalleryCurves | undefined {
  const errors = model.errors(scorer, index);
  if (!errors) return undefined;
  const found = errors.errors.map((_, image) => differenceByTimestep(errors, { image, ...rivals }));
  if (found.some((curve) => !curve || curve.points.length < 2)) return undefined;
  const curves = found.map((curve) => {
    const step = Math.ceil(curve!.points.length / MOST_TIMESTEPS);
    return curve!.points.filter((_, k) => k % step === 0);
  });
  const all = curves.flatMap((points) =>
    points.flatMap(({ value, low = value, high = value }) => [value, low, high]),
  );
  const extent = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(extent > 0) || !Number.isFinite(extent)) return undefined;
  const unit = rounded(extent / 1000, 3);
  const whole = (value: number) => Math.round(value / unit);
  return {
    first: shown.captions.indexOf(rivals.first),
    second: shown.captions.indexOf(rivals.second),
    unit,
    timesteps: curves[0]!.map(({ x }) => x),
    images: curves.map((points) => ({
      value: points.map(({ value }) => whole(value)),
      ...(points.every(({ low }) => low !== undefined) && {
        low: points.map(({ low }) => whole(low!)),
        high: points.map(({ high }) => whole(high!)),
      }),
    })),
  };
}

function cut(matrix: readonly (readonly number[])[], { captions }: ShownCaptions): (number | null)[][] {
  return matrix.map((row) => captions.map((caption) => rounded(row[caption]!, DIGITS)));
}

/** Null for what JSON has no number for. */
function rounded<T extends number>(value: T, digits: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : (null as unknown as number);
}
