/** The short form of `npm run faults`: a round of every fault, in which one kill is one. */

import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { faults, tryFault } from './campaign.ts';
import { Lab } from './lab.ts';

const lab = new Lab(temporaryFolder(), 1);
beforeAll(() => lab.prepare());

test.each(faults.map((fault) => [fault.what, fault] as const))('%s', async (_, fault) => {
  const { broken, notRun } = await tryFault(lab, fault, { rounds: fault.rounds.short, seed: 20_261 });
  expect(broken).toEqual([]);
  if (notRun !== undefined) process.stderr.write(`not run: ${fault.name}: ${notRun}\n`);
});
