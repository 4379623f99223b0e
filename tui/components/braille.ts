/** A canvas of braille dots: two across and four down in every cell, one role per cell. */

import type { Role, Theme } from '../theme.ts';

/** Bits of the dots of a cell, by row and column; U+2800 is the empty cell. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const EMPTY = 0x2800;

export class BrailleCanvas {
  readonly columns: number;
  readonly rows: number;
  readonly #dots: Uint8Array;
  readonly #roles: (Role | undefined)[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#roles = new Array(columns * rows).fill(undefined);
  }

  /** Dots across and down. */
  get width(): number {
    return this.columns * 2;
  }

  get height(): number {
    return this.rows * 4;
  }

  /** Sets a dot; its cell takes the role, whatever was there. Outside of the canvas nothing happens. */
  dot(x: number, y: number, role: Role): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    const cell = (y >> 2) * this.columns + (x >> 1);
    this.#dots[cell] = this.#dots[cell]! | BITS[y & 3]![x & 1]!;
    this.#roles[cell] = role;
  }

  /** A straight line between two dots. */
  line(from: readonly [number, number], to: readonly [number, number], role: (y: number) => Role): void {
    const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    for (let k = 0; k <= steps; k++) {
      const y = Math.round(from[1] + ((to[1] - from[1]) * k) / steps);
      this.dot(Math.round(from[0] + ((to[0] - from[0]) * k) / steps), y, role(y));
    }
  }

  /** The canvas as lines of exactly `columns` cells. */
  lines(theme: Theme): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = '';
      let run = '';
      let role: Role | undefined;
      const flush = () => {
        line += role ? theme.paint(role, run) : run;
        run = '';
      };
      for (let column = 0; column < this.columns; column++) {
        const cell = row * this.columns + column;
        const dots = this.#dots[cell]!;
        const next = dots === 0 ? undefined : this.#roles[cell];
        if (next !== role) {
          flush();
          role = next;
        }
        run += dots === 0 ? ' ' : String.fromCodePoint(EMPTY + dots);
      }
      flush();
      return line;
    });
  }
}
