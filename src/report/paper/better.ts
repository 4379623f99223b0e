/** Whether one scorer is above another: the test behind most findings. */

import { counted } from '../../errors.ts';
import { percent, pValue } from '../format.ts';
import { duel, type Outcomes } from './outcome.ts';
import type { PaperFinding } from './paper-report.ts';

/** A difference with a smaller p counts as shown. */
export const ALPHA = 0.05;

/** A scorer's verdicts with its name. */
export interface Named {
  name: string;
  of: Outcomes;
}

/** Holds where the first is above the second by an exact McNemar test, not where it is below; else undecided. */
export function better(
  about: Pick<PaperFinding, 'claim' | 'on' | 'counterpart'>,
  [a, b]: readonly [Named, Named],
): PaperFinding {
  const found = duel(a.of, b.of);
  if (!found) return { ...about, holds: 'undecided', measured: 'The two have no example in common.' };
  const { aOnly, bOnly, p } = found;
  return {
    ...about,
    holds: p >= ALPHA ? 'undecided' : aOnly > bOnly ? 'holds' : 'does not hold',
    measured: `${a.name} ${percent(found.a)}, ${b.name} ${percent(found.b)} on ${counted(found.count, 'example')}; only the first right ${aOnly}, only the second ${bOnly}, exact McNemar ${pText(p)}.`,
  };
}

/** `p = 0.03` or `p < 0.0001`. */
export function pText(p: number): string {
  const value = pValue(p);
  return value.startsWith('<') ? `p ${value}` : `p = ${value}`;
}
