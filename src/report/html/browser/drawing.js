/** @import { GalleryCurves, GalleryHeat } from '../gallery-format.ts' */

const SVG = 'http://www.w3.org/2000/svg';
/** Orange and blue, as the heat key has them. */
const FIRST = [224, 122, 28];
const SECOND = [52, 132, 232];

/**
 * An element with its attributes and children; children that are text stay text.
 * @param {string} name
 * @param {Record<string, string | number | undefined>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(key, `${value}`);
  made.append(...children);
  return made;
}

/**
 * A heat map of one image: a cell is a pixel that the style stretches, over the image where there is one.
 * @param {GalleryHeat} heat
 * @param {number} image
 * @param {HTMLImageElement | undefined} beneath
 * @param {string} label
 */
export function heatView(heat, image, beneath, label) {
  const canvas = /** @type {HTMLCanvasElement} */ (
    element('canvas', { width: heat.width, height: heat.height, role: 'img', 'aria-label': label })
  );
  const context = canvas.getContext('2d');
  const values = Uint8Array.from(atob(heat.maps[image] ?? ''), (char) => char.charCodeAt(0));
  if (context) {
    const pixels = context.createImageData(heat.width, heat.height);
    for (const [k, value] of new Int8Array(values.buffer).entries()) {
      const share = Math.abs(value) / 127;
      pixels.data.set(
        [...(value < 0 ? SECOND : FIRST), Math.round(255 * Math.min(0.88, share ** 0.8))],
        4 * k,
      );
    }
    context.putImageData(pixels, 0, 0);
  }
  return element('div', { class: 'heat' }, beneath ? [beneath, canvas] : [canvas]);
}

/**
 * The error difference of one image by timestep, with its band, and in words.
 * @param {GalleryCurves} curves
 * @param {number} image
 * @param {readonly string[]} names of the captions
 */
export function curveView({ timesteps, images, first, second }, image, names) {
  const curve = images[image];
  if (!curve) return undefined;
  const [width, height] = [148, 54];
  const [from, to] = [timesteps[0] ?? 0, timesteps.at(-1) ?? 1];
  const reach = Math.max(1, ...[curve.value, curve.low ?? [], curve.high ?? []].flat().map(Math.abs));
  const x = (/** @type {number} */ k) =>
    ((((timesteps[k] ?? 0) - from) / (to - from || 1)) * width).toFixed(1);
  const y = (/** @type {number} */ value) => (height / 2 - (value / reach) * (height / 2 - 2)).toFixed(1);
  const better = curve.value.filter((value) => value > 0).length;
  const label = `Error difference by timestep: ${names[first]} explains the image better at ${better} of ${curve.value.length} timesteps, ${names[second]} at the others.`;
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: `0 0 ${width} ${height}`,
    class: 'curve',
    role: 'img',
    'aria-label': label,
    preserveAspectRatio: 'none',
  }))
    svg.setAttribute(key, value);
  const path = (/** @type {string} */ name, /** @type {string} */ d) => {
    const made = document.createElementNS(SVG, 'path');
    made.setAttribute('class', name);
    made.setAttribute('d', d);
    svg.append(made);
  };
  const line = (/** @type {readonly number[]} */ values) => values.map((value, k) => `${x(k)},${y(value)}`);
  if (curve.low && curve.high)
    path('band', `M${line(curve.high).join('L')}L${line(curve.low).reverse().join('L')}Z`);
  path('zero', `M0,${height / 2}H${width}`);
  path('line', `M${line(curve.value).join('L')}`);
  return svg;
}
