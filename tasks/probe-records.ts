/** The two record forms of a probe folder's `examples.jsonl`, both turned into examples. */

import { z } from 'zod';

const id = z.union([z.string().min(1), z.number()]).transform(String);
const caption = z.string().trim().min(1, 'is empty');
const stem = z.string().min(1);

/** Winoground's own fields: two image stems, two captions, image k belongs to caption k. */
const winogroundRecord = z.looseObject({
  id,
  image_0: stem,
  image_1: stem,
  caption_0: caption,
  caption_1: caption,
});

/** Any shape. `truth` may be left out where there are as many images as captions: image k belongs to caption k. */
const generalRecord = z.looseObject({
  id,
  images: z.array(stem).min(1),
  captions: z.array(caption).min(1),
  truth: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])).optional(),
});

/** A record as the folder states it; image names are not resolved yet. */
export interface ProbeRecord {
  id: string;
  images: string[];
  captions: string[];
  truth: [image: number, caption: number][];
  tags: string[];
}

/**
 * One record of `examples.jsonl`.
 * @param tagFields fields whose values become tags, in this order; empty values are none, arrays are several.
 * @returns the record, or a phrase saying what is wrong with it.
 */
export function readRecord(value: unknown, tagFields: readonly string[]): ProbeRecord | string {
  const winoground = typeof value === 'object' && value !== null && 'caption_0' in value;
  const result = winoground ? winogroundRecord.safeParse(value) : generalRecord.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return `field "${issue.path.join('.') || '(record)'}" ${issue.message.toLowerCase()}`;
  }
  const record = result.data as Record<string, unknown> &
    z.infer<typeof winogroundRecord> &
    z.infer<typeof generalRecord>;
  const images = winoground ? [record.image_0, record.image_1] : record.images;
  const captions = winoground ? [record.caption_0, record.caption_1] : record.captions;
  const truth = winoground
    ? diagonal(2)
    : (record.truth ?? (images.length === captions.length ? diagonal(images.length) : undefined));
  if (!truth) return `field "truth" is needed: ${images.length} images, ${captions.length} captions`;
  const outside = truth.find(([i, c]) => i >= images.length || c >= captions.length);
  if (outside) {
    return `truth [${outside}] lies outside ${images.length} images x ${captions.length} captions`;
  }
  const tags = tagFields
    .flatMap((field) => record[field] ?? [])
    .filter((tag) => tag !== '')
    .map(String);
  return { id: record.id, images, captions, truth, tags };
}

function diagonal(count: number): [number, number][] {
  return Array.from({ length: count }, (_, k) => [k, k]);
}
