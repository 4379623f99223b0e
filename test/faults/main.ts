/**
 * `npm run faults`: does faults to small real runs and prints how many they survived.
 * Options: `--rounds N` (by default each fault's own number), `--seed S` (1), `--only NAME`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faults, type Tally, tryFault } from './campaign.ts';
import { Lab } from './lab.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const chosen = faults.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(`There is no fault "${values.only}": ${faults.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'winoscope-faults-'));
const lab = new Lab(folder, 4);
const begun = performance.now();
await lab.prepare();
console.log('| fault | tried | survived |\n| --- | --- | --- |');
const tallies: Tally[] = [];
for (const fault of chosen) {
  const rounds = values.rounds === undefined ? fault.rounds.long : Number(values.rounds);
  const tally = await tryFault(lab, fault, { rounds, seed: Number(values.seed) });
  tallies.push(tally);
  const times = fault.name.startsWith('kill-') ? lab.kills : 1;
  const counts = tally.notRun
    ? `not run: ${tally.notRun} | `
    : `${tally.tried * times} | ${tally.survived * times}`;
  console.log(`| ${fault.what} (\`${fault.name}\`) | ${counts} |`);
}
for (const line of tallies.flatMap(({ broken }) => broken)) console.log(line);
console.log(
  `${Math.round((performance.now() - begun) / 1000)} s, Node ${process.versions.node}, ${process.platform}`,
);
rmSync(folder, { recursive: true, force: true });
if (tallies.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
