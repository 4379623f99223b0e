/** Colours as terminals can show them: nearest entries of the 256- and 16-colour palettes. */

/** 8-bit red, green, blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Steps of the 6 × 6 × 6 cube at 16 … 231. */
const CUBE = [0, 95, 135, 175, 215, 255] as const;

/** The 16 basic colours as xterm draws them; terminals have their own, but near these. */
export const BASIC: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** The colour of an entry of the 256-colour palette. */
export function paletteColor(index: number): Rgb {
  if (index < 16) return BASIC[index]!;
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return [grey, grey, grey];
  }
  const at = index - 16;
  return [CUBE[Math.floor(at / 36)]!, CUBE[Math.floor(at / 6) % 6]!, CUBE[at % 6]!];
}

/**
 * The nearest of entries 16 … 255: the cube and the greys look the same everywhere, the first 16 do not. The nearest
 * cube corner is found per channel, which is exact for a distance that adds up over channels.
 */
export function nearest256(color: Rgb): number {
  const steps = color.map(nearestStep) as [number, number, number];
  const corner = 16 + 36 * steps[0] + 6 * steps[1] + steps[2];
  const mean = (color[0] + color[1] + color[2]) / 3;
  const grey = 232 + Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  return distance(color, paletteColor(grey)) < distance(color, paletteColor(corner)) ? grey : corner;
}

/** The basic colour whose hue and lightness come nearest: 0 … 15. */
export function nearest16(color: Rgb): number {
  let best = 0;
  for (const index of BASIC.keys()) {
    if (distance(color, BASIC[index]!) < distance(color, BASIC[best]!)) best = index;
  }
  return best;
}

/** Perceived lightness 0 … 1 (Rec. 709 weights on gamma-coded values: close enough to choose a character). */
export function lightness([red, green, blue]: Rgb): number {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function nearestStep(value: number): number {
  // Halfway points between 0, 95, 135, 175, 215, 255.
  if (value < 48) return 0;
  return value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));
}

/** Squared, with the eye's unequal weights of the channels. */
function distance(a: Rgb, b: Rgb): number {
  return 2 * (a[0] - b[0]) ** 2 + 4 * (a[1] - b[1]) ** 2 + 3 * (a[2] - b[2]) ** 2;
}
