/** How far each scorer is with an edit, or why it has no scores: sentences are wrapped, not cut. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { METRIC_TITLES } from '../../../src/report/format.ts';
import type { Judgement } from '../../../src/report/run-model.ts';
import { shown, sized, wrap } from '../../text.ts';
import type { Role } from '../../theme.ts';
import type { ScreenContext } from '../screen.ts';
import { type PairState, type Variant, variantOf } from './state.ts';

/** Columns of a scorer's name. */
const NAME = 12;
/** Lines that one sentence may take. */
const SENTENCE = 3;

/** All there is to say of the edit; nothing where nothing is edited. A line per scorer at least, as far as rows go. */
export function statusLines(state: PairState, context: ScreenContext): string[] {
  const variant = variantOf(state);
  if (!variant) return [];
  const { theme, width, height, model } = context;
  if (variant.problem !== undefined)
    return wrap(shown(variant.problem), width - 2, SENTENCE).map((line) => ` ${theme.paint('warn', line)}`);
  const names = model.scorers.map(({ name }) => name);
  const most = height < 30 ? 4 : 9;
  const blocksOf = (rows: number) =>
    names.map((name) => scorerLines(name, { state, variant, context }, rows));
  // Longer sentences where there is room for all of them.
  for (let rows = SENTENCE; rows > 1; rows--) {
    const lines = blocksOf(rows).flat();
    if (lines.length <= most) return lines;
  }
  return blocksOf(1).flat().slice(0, most);
}

function scorerLines(
  name: string,
  { state, variant, context }: { state: PairState; variant: Variant; context: ScreenContext },
  rows: number,
): string[] {
  const { theme, width, model } = context;
  const standing = variant.standings[name];
  const title = ` ${sized(shown(name), NAME - 1)} `;
  const sentence = (text: string, role: Role = 'warn') =>
    wrap(shown(text), width - NAME - 2, rows).map(
      (line, k) => `${k === 0 ? title : ' '.repeat(NAME + 1)}${theme.paint(role, line)}`,
    );
  switch (standing?.state) {
    case 'refused':
      return sentence(`f scores it all the same: ${standing.message}`);
    case 'unavailable':
      return sentence(standing.message!);
    case 'running': {
      const bar = 24;
      const full = Math.round((bar * standing.done) / Math.max(1, standing.total));
      return [
        `${title}${theme.paint('accent', '█'.repeat(full))}${theme.paint('muted', '░'.repeat(bar - full))} trial ${standing.done} of ${standing.total}`,
      ];
    }
    case 'done': {
      const note = standing.notes.at(-1);
      if (note !== undefined) return sentence(note);
      const before = model.judge(name, state.index);
      return [
        `${title}${theme.paint('good', 'scored')}${theme.paint('muted', changesOf(before, standing.result!.judgement))}`,
      ];
    }
    case 'loading':
      return sentence('loading the model …', 'muted');
    default:
      return sentence('waiting …', 'muted');
  }
}

/** `, 32 trials; text ✓ → ✗`: what the edit did to the verdicts. */
function changesOf(before: Judgement | undefined, after: Judgement): string {
  const trials = after.trials === undefined ? '' : `, ${after.trials} trials`;
  if (!before) return trials;
  const mark = (isRight: boolean | undefined) => (isRight ? '✓' : '✗');
  const changed = (Object.keys(after.verdict) as MetricName[]).filter(
    (metric) => before.verdict[metric] !== after.verdict[metric],
  );
  if (changed.length === 0) return `${trials}; verdicts as before the edit`;
  const list = changed.map(
    (metric) => `${METRIC_TITLES[metric]} ${mark(before.verdict[metric])} → ${mark(after.verdict[metric])}`,
  );
  return `${trials}; ${list.join(', ')}`;
}
