/** One record of Winoground, whichever file it comes from. */

import { z } from 'zod';
import { issueOf } from '../../src/errors.ts';

const id = z.union([z.number().int(), z.bigint(), z.string().min(1)]).transform(String);
const text = z.string().nullish();

/** Fields of both layouts; the images are names in one and bytes in the other. */
const recordSchema = z.looseObject({
  id,
  caption_0: z.string().trim().min(1, 'is empty'),
  caption_1: z.string().trim().min(1, 'is empty'),
  tag: text,
  secondary_tag: text,
  collapsed_tag: text,
  num_main_preds: z.union([z.number().int(), z.bigint()]).nullish(),
});

export interface WinogroundRecord {
  id: string;
  captions: [string, string];
  /** Linguistic tag, e.g. `Noun` or `Adjective-Color`; several are joined by commas. */
  tag: string;
  /** `Object`, `Relation` or `Both`. */
  collapsedTag: string;
  /** `Symbolic`, `Series`, … joined by commas; mostly empty. */
  secondaryTag: string;
  /** Main predicates of the captions: 1 or 2. */
  mainPredicates: number | undefined;
}

/** The record, or a phrase saying what is wrong with it. */
export function readWinogroundRecord(value: unknown): WinogroundRecord | string {
  const result = recordSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return `field "${issue.path.join('.') || '(record)'}" ${issueOf(issue)}`;
  }
  const record = result.data;
  return {
    id: record.id,
    captions: [record.caption_0, record.caption_1],
    tag: record.tag ?? '',
    collapsedTag: record.collapsed_tag ?? '',
    secondaryTag: record.secondary_tag ?? '',
    mainPredicates: record.num_main_preds == null ? undefined : Number(record.num_main_preds),
  };
}
