import type { RunEntry, RunState } from '../../../src/report/list-runs.ts';
import { Lines, Rows } from '../../components/rows.tsx';
import { position, scrollTo } from '../../scroll.ts';
import { cut, shown, sized, wrap } from '../../text.ts';
import { type ScreenContext, screen, type ViewProps } from '../screen.ts';
import { DETAIL_ROWS, initialRuns, type RunsState, reduceRuns, runsPage } from './state.ts';

const STATES: Record<RunState, { mark: string; role: 'good' | 'warn' | 'bad' | 'accent' }> = {
  complete: { mark: '✓ complete', role: 'good' },
  part: { mark: '◐ part', role: 'good' },
  interrupted: { mark: '‖ interrupted', role: 'warn' },
  resumable: { mark: '‖ resumable', role: 'warn' },
  running: { mark: '▸ running', role: 'accent' },
  shards: { mark: '⋮ in shards', role: 'warn' },
  torn: { mark: '✗ torn', role: 'bad' },
};
const NAME = 28;
const STATE = 15;
const DONE = 15;
/** From here on rows have room for more than names of scorers. */
const WITH_FACTS = 110;

/** Run folders with their state; Enter opens one. */
export function RunsView({ state, context }: ViewProps<RunsState>) {
  if (context.theme.linear) return <Lines lines={runSentences(state, context)} />;
  return <Rows lines={runLines(state, context)} height={context.height} />;
}

function runLines(state: RunsState, context: ScreenContext): string[] {
  const { theme, width, runs = [] } = context;
  const at = Math.min(state.at, Math.max(0, runs.length - 1));
  const room = { count: runs.length, page: runsPage(context) };
  const top = scrollTo(at, state.top, room);
  const share = width >= WITH_FACTS ? 0.25 : 0.4;
  const name = Math.min(60, Math.max(NAME, Math.floor(width * share)), width - STATE - DONE - 12);
  const where = position(top, room);
  const title = runs.length === 1 ? '1 run' : `${runs.length} runs`;
  const lines = [
    ` ${theme.paint('title', title)}${sized(where, width - 2 - title.length, 'right')}`,
    theme.paint(
      'muted',
      sized(`  ${sized('folder', name)}${sized('state', STATE)}${sized('examples', DONE)}scorers`, width),
    ),
  ];
  if (runs.length === 0)
    lines.push(theme.paint('muted', ' No run folder here. `winoscope score` makes one, in runs/.'));
  for (const [k, run] of runs.slice(top, top + room.page).entries())
    lines.push(rowLine(run, { name, isSelected: top + k === at, context }));
  while (lines.length < context.height - DETAIL_ROWS) lines.push('');
  const selected = runs[at];
  lines.push(theme.paint('muted', '─'.repeat(width)));
  const facts = wrap(shown(selected?.facts ?? ''), width - 2, DETAIL_ROWS - 2);
  lines.push(selected ? ` ${cut(detail(selected), width - 2)}` : '', ...facts.map((line) => ` ${line}`));
  return lines;
}

function rowLine(
  run: RunEntry,
  { name, isSelected, context }: { name: number; isSelected: boolean; context: ScreenContext },
): string {
  const { theme, width, model } = context;
  const { mark, role } = STATES[run.state];
  const isOpen = model.path === run.path ? '• ' : '';
  const text = sized(isOpen + shown(run.name), name - 1);
  const what = width >= WITH_FACTS && run.facts !== '' ? run.facts : run.scorers.join(', ');
  const scorers = cut(shown(what), width - 2 - name - STATE - DONE - 1);
  const cursor = isSelected ? theme.paint('key', '▶ ') : '  ';
  const examples = sized(examplesOf(run), DONE);
  return `${cursor}${isSelected ? theme.paint('title', text) : text} ${theme.paint(role, sized(mark, STATE))}${examples}${scorers}`;
}

function examplesOf({ done, count, state }: RunEntry): string {
  if (count === 0) return '';
  if (done === undefined) return state === 'running' ? `of ${count}` : `? of ${count}`;
  return done === count ? `${count}` : `${done} of ${count}`;
}

function detail(run: RunEntry): string {
  const state = run.state === 'part' ? `: part of the task (${examplesOf(run)})` : '';
  const why = run.why === undefined ? state : `: ${shown(run.why)}`;
  return `${shown(run.path)}  ${new Date(run.changed).toISOString().slice(0, 16).replace('T', ' ')} UTC${why}`;
}

function runSentences(state: RunsState, { runs = [] }: ScreenContext): string[] {
  const run = runs[Math.min(state.at, runs.length - 1)];
  if (!run) return ['No run folder here.'];
  return [
    `${runs.length} runs. Run ${state.at + 1}:`,
    `${shown(run.name)}, ${run.state === 'part' ? 'part of the task' : run.state}, task ${shown(run.task)}, ${examplesOf(run) || 'no'} examples, scorers ${run.scorers.map(shown).join(', ')}.`,
    ...(run.facts === '' ? [] : [`${shown(run.facts)}.`]),
    ...(run.why === undefined ? [] : [`${shown(run.why)}.`]),
  ];
}

export const runsScreen = screen<RunsState>({
  name: 'runs',
  title: 'Runs',
  initial: initialRuns,
  // Others may have been begun since the list was read.
  enter: (state) => ({ state, effects: [{ type: 'refresh-runs' }] }),
  reduce: reduceRuns,
  View: RunsView,
});
