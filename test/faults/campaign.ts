/** All faults, and how rounds of them are done. */

import { Random } from '../../src/stats/random.ts';
import { diskFaults } from './disks.ts';
import type { Fault, Lab } from './lab.ts';
import { processFaults } from './processes.ts';
import { workerFaults } from './workers.ts';

export const faults: readonly Fault[] = [...processFaults, ...workerFaults, ...diskFaults];

/** How the rounds of one fault came out. */
export interface Tally {
  fault: Fault;
  tried: number;
  survived: number;
  /** Why it could not be tried. */
  notRun?: string;
  /** What broke, with the seed that does it again. */
  broken: string[];
}

/** Does `rounds` rounds of a fault; each has a seed of its own, so that a failure can be met again. */
export async function tryFault(
  lab: Lab,
  fault: Fault,
  { rounds, seed }: { rounds: number; seed: number },
): Promise<Tally> {
  const tally: Tally = { fault, tried: 0, survived: 0, broken: [] };
  for (let round = 0; round < rounds; round++) {
    const folder = lab.fresh(fault.name);
    try {
      const outcome = await fault.round(lab, folder, new Random(seed + round));
      if (outcome !== 'survived') return { ...tally, notRun: outcome.notRun };
      tally.survived++;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tally.broken.push(`${fault.name} --seed ${seed + round} --rounds 1: ${message}`);
    }
    tally.tried++;
  }
  return tally;
}
