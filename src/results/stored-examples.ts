/** `examples.jsonl` of a run folder: what metrics need of each example, and its captions where they may be kept. */

import { z } from 'zod';
import { ResultsError } from '../errors.ts';
import type { Example } from '../scoring/example.ts';
import { sealObject, unsealObject } from './seal.ts';

const storedSchema = z.object({
  id: z.string(),
  /** sha256 per image. */
  images: z.array(z.string()),
  captions: z.union([z.array(z.string()), z.object({ count: z.number().int().positive() })]),
  truth: z.array(z.tuple([z.number().int(), z.number().int()])),
  tags: z.array(z.string()),
  groups: z.record(z.string(), z.string()).optional(),
});

/** @param keepCaptions whether the task's licence lets its captions be copied. */
export function writeExamples(
  examples: readonly Example[],
  imageHashes: readonly (readonly string[])[],
  keepCaptions: boolean,
): string {
  return examples
    .map(({ id, captions, truth, tags, groups }, k) => {
      const kept = keepCaptions ? captions : { count: captions.length };
      const record = { id, images: imageHashes[k], captions: kept, truth, tags, groups };
      return `${JSON.stringify(sealObject(record))}\n`;
    })
    .join('');
}

/**
 * Examples without their pixels: images are named by their hash and cannot be read.
 * @throws ResultsError where a line is damaged.
 */
export function readExamples(text: string, where: string): Example[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, k) => {
      try {
        const { value, fits } = unsealObject(JSON.parse(line));
        if (!fits) throw new Error('its checksum does not fit');
        const { images, captions, groups, ...rest } = storedSchema.parse(value);
        return {
          ...rest,
          ...(groups && { groups }),
          images: images.map((hash) => ({ bytes: new Uint8Array(), name: hash })),
          captions: Array.isArray(captions)
            ? captions
            : Array.from({ length: captions.count }, (_, c) => `caption ${c}`),
        };
      } catch (cause) {
        throw new ResultsError({
          what: 'the stored examples are damaged',
          where: `${where}, line ${k + 1}`,
          fix: 'Run the same `winoscope score` again to write them anew.',
          cause,
        });
      }
    });
}
