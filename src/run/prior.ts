/** What is known of captions before an image is seen: a file of weights. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError, issueOf, messageOf } from '../errors.ts';

const priorSchema = z.record(z.string(), z.number().positive());

/** Weights of captions. */
export interface Prior {
  /** One weight per caption. @throws InputError where a caption has none. */
  of(captions: readonly string[]): number[];
}

/** Reads `{"caption": weight, …}`. @throws InputError where it cannot be read or a weight is not above 0. */
export function readPrior(path: string): Prior {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError({
      what: 'the prior cannot be read',
      where: path,
      expected: 'JSON',
      got: messageOf(error),
    });
  }
  const result = priorSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new InputError({
      what: `the weight of "${issue.path.join('.')}" in the prior is wrong`,
      where: path,
      expected: 'captions with numbers above 0, as in {"a cat": 3, "a dog": 1}',
      got: issueOf(issue),
    });
  }
  const weights = new Map(Object.entries(result.data));
  return {
    of: (captions) =>
      captions.map((caption) => {
        const weight = weights.get(caption);
        if (weight !== undefined) return weight;
        throw new InputError({
          what: 'the prior lacks a caption',
          where: path,
          expected: 'a weight for every caption of the run',
          got: `none for "${caption}"`,
        });
      }),
  };
}
