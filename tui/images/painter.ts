/** Draws images into rows of text: in the terminal's own pixels where it can, else in half blocks or characters. */

import type { RgbImage } from '../../src/images/decode.ts';
import type { Theme } from '../theme.ts';
import { imageRows } from './cells.ts';
import { type CellSize, cellPixels, fitCells } from './fit-image.ts';
import type { Graphics, Placement } from './graphics.ts';

/** A picture as text, and how large it came out. */
export interface Painted extends CellSize {
  lines: string[];
}

/** One drawing of a screen; afterwards `placements` says which images the terminal must hold. */
export class Painter {
  readonly theme: Theme;
  readonly placements: Placement[] = [];
  readonly #graphics: Graphics | undefined;

  constructor(theme: Theme, graphics: Graphics | undefined) {
    this.theme = theme;
    this.#graphics = graphics;
  }

  /** The image within `space`, as large as its proportions let it be. */
  image(image: RgbImage, space: CellSize): Painted {
    const size = fitCells(image, space);
    const placement = this.#graphics?.place(image, size);
    if (placement) {
      this.placements.push(placement);
      return { ...size, lines: placement.rows };
    }
    return { ...size, lines: imageRows(cellPixels(image, size), this.theme.level) };
  }
}
