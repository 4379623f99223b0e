/** A few hostile inputs to everything that reads files; `npm run fuzz` is the long form. */

import { expect, test } from 'vitest';
import { campaign } from './campaign.ts';
import { TARGETS } from './targets/index.ts';

/** Inputs per share of a target: some seconds in all, most of which are starts of processes. */
const PER_SHARE = 3;

test.each(TARGETS.map((target) => [target.name, target] as const))(
  'hostile input to %s ends in a sentence, at worst',
  async (_, target) => {
    const count = Math.max(4, target.share * PER_SHARE);
    const { inputs, read, refused, ended, findings } = await campaign(target, { seed: 11, from: 0, count });
    expect(findings).toEqual([]);
    expect(inputs).toBe(count);
    expect(read + refused + ended).toBe(count);
  },
);
