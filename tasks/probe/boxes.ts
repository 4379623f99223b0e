/** The part of a picture that a record says is meant. */

import { counted } from '../../src/errors.ts';
import type { TaskFile } from '../task-file.ts';
import { lookUp, type RawRecord, unpack } from './fields.ts';

/** In pixels from the top left corner, whole numbers. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The box of each image: one for all, or a list of one per image; undefined for an image that is taken whole.
 * @returns a phrase where a box is none.
 */
export function readBoxes(
  record: RawRecord,
  crop: NonNullable<TaskFile['crop']>,
  images: number,
): (Box | undefined)[] | string {
  const whole = Array.from({ length: images }, () => undefined);
  if (typeof crop !== 'string') {
    const numbers = [crop.left, crop.top, crop.width, crop.height].map((field) => lookUp(record, field));
    if (numbers.every((value) => value === undefined || value === null)) return whole;
    const box = toBox(numbers);
    return typeof box === 'string'
      ? `fields "${Object.values(crop).join('", "')}" ${box}`
      : whole.map(() => box);
  }
  const value = unpack(lookUp(record, crop));
  if (value === undefined || value === null) return whole;
  if (!Array.isArray(value)) return `field "${crop}" is not [left, top, width, height]`;
  const isList = value.some(Array.isArray) || value.includes(null);
  if (isList && value.length !== images)
    return `field "${crop}" has ${value.length} boxes for ${counted(images, 'image')}`;
  const boxes = (isList ? (value as unknown[]) : whole.map(() => value as unknown)).map((entry) =>
    entry === null ? undefined : toBox(Array.isArray(entry) ? (entry as unknown[]) : []),
  );
  const fault = boxes.find((box) => typeof box === 'string');
  return fault === undefined ? (boxes as (Box | undefined)[]) : `field "${crop}" ${fault}`;
}

/** Parts of pixels are rounded. */
function toBox(values: readonly unknown[]): Box | string {
  const numbers = values.map((value) =>
    value === '' || value === null ? Number.NaN : Math.round(Number(value)),
  );
  const [left, top, width, height] = numbers as [number, number, number, number];
  const fits = numbers.length === 4 && numbers.every(Number.isSafeInteger);
  if (!fits || left < 0 || top < 0 || width < 1 || height < 1)
    return 'is not a box: left and top of at least 0, width and height of at least 1 pixel';
  return { left, top, width, height };
}
