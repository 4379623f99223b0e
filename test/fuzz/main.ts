/**
 * `npm run fuzz -- [--runs N] [--seed S] [--only NAME] [--from K]`: hostile inputs to everything that reads files, in
 * processes that are watched. Prints a line per target; ends with 1 where there is a finding.
 */

import { parseArgs } from 'node:util';
import { campaign, type Outcome } from './campaign.ts';
import { TARGETS } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    /** One input of the target alone, as a finding names it. */
    from: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const targets = TARGETS.filter(({ name }) => values.only === undefined || name === values.only);
if (targets.length === 0 || !(runs > 0) || !Number.isInteger(seed)) {
  console.error(
    `npm run fuzz -- [--runs N] [--seed S] [--only NAME], NAME being one of: ${TARGETS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const shares = targets.reduce((sum, { share }) => sum + share, 0);
const outcomes: Outcome[] = [];
console.log(line(['target', 'inputs', 'read', 'refused', 'ended', 'peak MiB', 'seconds', 'findings']));
for (const target of targets) {
  const count = values.from === undefined ? Math.ceil((runs * target.share) / shares) : 1;
  const outcome = await campaign(target, { seed, from: Number(values.from ?? 0), count });
  outcomes.push(outcome);
  const { name, inputs, read, refused, ended, memory, seconds, findings } = outcome;
  console.log(
    line([
      name,
      inputs,
      read,
      refused,
      ended,
      Math.round(memory / 2 ** 20),
      seconds.toFixed(0),
      findings.length,
    ]),
  );
  for (const finding of findings.slice(0, 5)) console.log(`  ${finding}`);
}
const total = (pick: (outcome: Outcome) => number) =>
  outcomes.reduce((sum, outcome) => sum + pick(outcome), 0);
const found = total(({ findings }) => findings.length);
console.log(`${total(({ inputs }) => inputs)} inputs, ${found} findings.`);
process.exitCode = found > 0 ? 1 : 0;

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell, k) => (k === 0 ? String(cell).padEnd(16) : String(cell).padStart(10))).join('');
}
