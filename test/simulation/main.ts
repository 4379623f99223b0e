/** `npm run simulate -- stopping|variance|agreement|antithetic …`: replays on stored runs; see the files beside this one. */

import { parseArgs } from 'node:util';
import { compareRuns } from './agreement.ts';
import { simulateAntithetic } from './antithetic.ts';
import { simulateStopping } from './stopping.ts';
import { simulateVariance } from './variance.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calibration: { type: 'string' },
    banks: { type: 'string' },
    alpha: { type: 'string' },
    rule: { type: 'string', default: 'sequential' },
  },
});
const [what, folder, other] = positionals;
const banks = Number(values.banks ?? (what === 'stopping' ? 200 : what === 'antithetic' ? 8 : 50));
const { rule } = values;
if (rule !== 'sequential' && rule !== 'ttest') fail('--rule takes sequential or ttest');
const alpha = Number(values.alpha ?? (rule === 'ttest' ? 0.002 : 0.05));
const known = ['stopping', 'variance', 'agreement', 'antithetic'].includes(what ?? '');
if (!known || folder === undefined)
  fail('say `stopping RUN`, `variance RUN`, `agreement FULL STOPPED` or `antithetic PROBE`');
if (!Number.isInteger(banks) || banks < 1) fail('--banks takes a whole number of at least 1');
if (!(alpha > 0 && alpha < 1)) fail('--alpha takes a number between 0 and 1');
if (what === 'stopping' && values.calibration === undefined) fail('stopping needs --calibration FILE');
if (what === 'agreement' && other === undefined) fail('agreement compares two runs');
const lines =
  what === 'stopping'
    ? simulateStopping(folder, { calibration: values.calibration!, banks, rule, alpha })
    : what === 'variance'
      ? simulateVariance(folder, { banks })
      : what === 'antithetic'
        ? await simulateAntithetic(folder, { banks })
        : compareRuns(folder, other!);
process.stdout.write(`${lines.join('\n')}\n`);

function fail(message: string): never {
  process.stderr.write(`simulate: ${message}\n`);
  process.exit(2);
}
