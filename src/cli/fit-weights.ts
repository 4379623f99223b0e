/** `winoscope fit-weights`: weights of the timesteps from a stored run, and what they do for other examples. */

import { counted } from '../errors.ts';
import { METRIC_TITLES, percent } from '../report/format.ts';
import { columns } from '../report/table.ts';
import { fitWeights } from '../run/fit-weights.ts';
import { openRun } from '../run/open-run.ts';
import { checkConvertible } from '../scoring/error-space.ts';
import type { FitWeightsFlags } from './fit-weights-command.ts';
import { jsonText, printOrWrite } from './output.ts';

/** Carries out `winoscope fit-weights`; see `docs/statistics.md`. @throws WinoscopeError for what the user can mend. */
export function fitRunWeights(path: string, { output, ...options }: FitWeightsFlags): void {
  checkConvertible(options.loss, options.errorSpace);
  const weights = fitWeights(openRun(path), options);
  printOrWrite(output, jsonText(weights, 1), 'the weights');
  const { uniform, fitted } = weights.from.heldOut;
  const rows = Object.entries(METRIC_TITLES).flatMap(([metric, title]) => {
    const [before, after] = [uniform[metric], fitted[metric]];
    if (!before || !after) return [];
    return [[title, ...[before, after].map(({ correct, count }) => percent(correct / count))]];
  });
  const lines = columns([['', 'equal', 'fitted'], ...rows]);
  process.stderr.write(
    `Percent right of ${counted(weights.from.examples, 'example')}, each by weights that were fitted on others:\n${lines.join('\n')}\n`,
  );
}
