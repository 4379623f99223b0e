/** `npm run simulate -- stopping|variance RUN …`: replays on a stored run; see the two files beside this one. */

import { parseArgs } from 'node:util';
import { simulateStopping } from './stopping.ts';
import { simulateVariance } from './variance.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calibration: { type: 'string' },
    banks: { type: 'string' },
    alpha: { type: 'string', default: '0.05' },
  },
});
const [what, folder] = positionals;
const banks = Number(values.banks ?? (what === 'stopping' ? 200 : 50));
const alpha = Number(values.alpha);
if ((what !== 'stopping' && what !== 'variance') || folder === undefined)
  fail('say `stopping RUN` or `variance RUN`');
if (!Number.isInteger(banks) || banks < 1) fail('--banks takes a whole number of at least 1');
if (!(alpha > 0 && alpha < 1)) fail('--alpha takes a number between 0 and 1');
if (what === 'stopping' && values.calibration === undefined) fail('stopping needs --calibration FILE');
const lines =
  what === 'stopping'
    ? simulateStopping(folder, { calibration: values.calibration!, banks, alpha })
    : simulateVariance(folder, { banks });
process.stdout.write(`${lines.join('\n')}\n`);

function fail(message: string): never {
  process.stderr.write(`simulate: ${message}\n`);
  process.exit(2);
}
