/** The data block of a page's examples: written by `gallery-data.ts`, read in the browser. Types alone. */

export interface GalleryData {
  scorers: GalleryScorer[];
  metrics: { name: string; title: string }[];
  tags: string[];
  /** Data URIs. */
  pictures: string[];
  examples: GalleryExample[];
  /** The order at first. */
  order: 'task' | 'disagreement';
  /** Places of the scorers whose disagreement counts, two by two. */
  pairs: [number, number][];
}

export interface GalleryScorer {
  label: string;
  /** Of its colour. */
  place: number;
  kind: string;
}

export interface GalleryExample {
  id: string;
  /** Places in `tags`. */
  tags: number[];
  /** Places in `pictures`; −1 where a picture is not in the page. */
  images: number[];
  /** Of the captions that are shown; `null` where the page may not hold its text. */
  captions: (string | null)[];
  /** Places of those captions in the example, where they are not all of it. */
  columns?: number[];
  /** How many captions the example has. */
  of: number;
  truth: [image: number, caption: number][];
  /** By scorer; null where it has not finished the example. */
  by: (GalleryVerdict | null)[];
}

export interface GalleryVerdict {
  /** `[image][shown caption]`, six significant digits; null for what is no number. */
  scores: (number | null)[][];
  /** Scores that decide what is asked of images, where they are others. */
  normalized?: (number | null)[][];
  /** A letter per metric: r right, w wrong, - not asked. */
  verdicts: string;
  /** Per metric, in units of the scorer's spread; null where there is none. */
  margins: (number | null)[];
  undecided?: true;
  /** Trials evaluated of each pair. */
  trials?: number;
  heat?: GalleryHeat;
  curves?: GalleryCurves;
}

/** Where the error of one caption is smaller than that of another. */
export interface GalleryHeat {
  /** Shown captions that are compared, A and B. */
  first: number;
  second: number;
  width: number;
  height: number;
  /** Per image, base64 of int8 `[height · width]`: 127 is where A is best by far. */
  maps: string[];
}

/** Per image, the error difference by timestep, whole numbers in units of `unit`. */
export interface GalleryCurves {
  first: number;
  second: number;
  unit: number;
  timesteps: number[];
  images: { value: number[]; low?: number[]; high?: number[] }[];
}
