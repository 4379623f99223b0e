/** What draws plots: Observable Plot on a document without a browser. Both are loaded when a page is made, not before. */

import type * as Plot from '@observablehq/plot';
import { visible } from '../format.ts';
import { type Markup, trusted } from '../html/markup.ts';

export type { Plot };

/** Draws plots as SVG markup. */
export interface Pen {
  plot: typeof Plot;
  /**
   * A plot as one image with a name: what it shows, in words.
   * @param options of `Plot.plot`; the document, the fonts and the colours of axes are ours.
   * @param adjust the drawing before it becomes text; groups still have the `ariaDescription` of their marks.
   */
  draw(label: string, options: Plot.PlotOptions, adjust?: (svg: Drawing) => void): Markup;
}

/** Text sizes in pixels of the drawing. */
const FONT_SIZE = '12px';

/** Loads the libraries, once. */
export async function openPen(): Promise<Pen> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<html></html>');
  return {
    plot,
    draw(label, options, adjust) {
      const drawing = plot.plot({
        ...options,
        ...(options.x && { x: { tickSize: 3, ...options.x } }),
        ...(options.y && { y: { tickSize: 0, ...options.y } }),
        document: document as unknown as Document,
        style: { fontSize: FONT_SIZE, ...(typeof options.style === 'object' && options.style) },
        figure: false,
      });
      const svg = drawing as unknown as Drawing;
      adjust?.(svg);
      // One image to a screen reader: its name says what is seen, the table beside it holds the numbers.
      for (const part of svg.querySelectorAll('[aria-label],[aria-hidden],[aria-description]')) {
        part.removeAttribute('aria-label');
        part.removeAttribute('aria-hidden');
        part.removeAttribute('aria-description');
      }
      svg.querySelector('style')?.remove();
      for (const name of ['font-family', 'class', 'width', 'height']) svg.removeAttribute(name);
      svg.setAttribute('role', 'img');
      svg.setAttribute('aria-label', label);
      svg.setAttribute('style', `max-width:${options.width ?? 640}px;font-size:${FONT_SIZE}`);
      // The library escapes markup in names, but not what turns or hides text.
      return trusted(visible(svg.outerHTML));
    },
  };
}

/** As much of the DOM as is needed: the compiler knows no browser here. */
export interface Drawing {
  readonly outerHTML: string;
  readonly children: Iterable<Drawing>;
  querySelector(selector: string): (Drawing & { remove(): void }) | null;
  querySelectorAll(selector: string): Iterable<Drawing>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

/** Colours by place, as variables of the page: they work in light and dark, and are told apart by colour-blind readers. */
export const SERIES = 6;

/** The colour of a scorer. */
export function seriesColor(place: number): string {
  return `var(--s${place % SERIES})`;
}

/** A second sign beside the colour. */
export const SYMBOLS = ['circle', 'diamond', 'triangle', 'square', 'cross', 'star'] as const;
/** And one for lines. */
export const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 3', '10 4'] as const;

export function symbolOf(place: number): (typeof SYMBOLS)[number] {
  return SYMBOLS[place % SYMBOLS.length]!;
}

export function dashOf(place: number): string {
  return DASHES[place % DASHES.length]!;
}
