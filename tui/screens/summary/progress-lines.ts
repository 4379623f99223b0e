/** How the run goes on, as lines. */

import { duration } from '../../../src/report/duration.ts';
import { fillBar } from '../../components/interval-bar.ts';
import { verdictCell } from '../../components/verdict-cell.ts';
import { type Phase, type Progress, rateOf, type ScorerProgress, secondsLeft } from '../../progress.ts';
import { cut, inColumn, shown, sized } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';

const PHASES: Record<Phase, string> = {
  waiting: 'waits',
  load: 'loading',
  encode: 'encoding',
  score: 'scoring',
  done: 'done',
};

/** Examples shown of those settled last. */
const SETTLED_SHOWN = 5;
/** Columns of rate and time left. */
const TAIL = 24;

/** Per scorer a bar with phase, rate and time left; warnings and left-out examples below. */
export function progressLines(context: ScreenContext): string[] {
  const { progress } = context;
  if (!progress) return [];
  if (progress.state === 'starting') return [' Starting …'];
  return [
    ...progress.scorers.map((scorer) => scorerLine(scorer, progress, context)),
    ...planLine(progress, context),
    ...troubleLines(progress, context),
  ];
}

function scorerLine(scorer: ScorerProgress, progress: Progress, { theme, width }: ScreenContext): string {
  const names = progress.scorers.map(({ name }) => shown(name).length);
  const left = Math.min(20, Math.max(...names) + 2);
  const phase = scorer.phase === 'score' && scorer.kind === 'diffusion' ? 'denoising' : PHASES[scorer.phase];
  const share = scorer.total === 0 ? 1 : scorer.done / scorer.total;
  const stopped = scorer.phase !== 'done' && progress.state !== 'running';
  const figures = `${`${Math.floor(100 * share)}`.padStart(3)} %  ${sized(stopped ? 'stopped' : phase, 10)}`;
  const bar = Math.min(40, Math.max(8, width - left - figures.length - TAIL - 3));
  const tail = cut(tailOf(scorer, progress), TAIL);
  return ` ${inColumn(shown(scorer.name), left)}${fillBar(share, bar, theme)} ${figures}${tail}`;
}

/** Rate and time left while there is one, what it took afterwards. */
function tailOf(scorer: ScorerProgress, progress: Progress): string {
  const rate = rateOf(scorer, progress.now);
  const perSecond = rate === undefined ? '' : `${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
  if (scorer.phase === 'done')
    return scorer.took === undefined ? 'stored before' : `${perSecond}  in ${took(scorer.took / 1000)}`;
  const left = secondsLeft(scorer, progress.now);
  const isGoing = progress.state === 'running' && scorer.phase === 'score';
  return isGoing && left !== undefined ? `${perSecond}  ${duration(left)} left` : perSecond;
}

/** Evaluations used against the plan, examples done, and the state of the run. */
function planLine(progress: Progress, { theme, width, summary }: ScreenContext): string[] {
  const sum = (of: (scorer: ScorerProgress) => number) =>
    progress.scorers.reduce((total, scorer) => total + of(scorer), 0);
  const [done, planned, needed] = [sum((s) => s.done), sum((s) => s.planned), sum((s) => s.total)];
  const spared = planned > needed ? `, ${grouped(planned - needed)} spared by stopping early` : '';
  // Of those that this session works on: earlier sessions may have done others.
  const bounds = progress.scorers.map((s) => (s.fresh + s.examples === 0 ? progress.selected : s.examples));
  const settled = Math.min(progress.selected, summary.examples.done, ...bounds);
  const examples = `${settled} of ${progress.selected} examples`;
  const text = `${grouped(done)} of ${grouped(planned)} evaluations${spared}  ${examples}`;
  const state = {
    starting: '',
    running: '',
    stopping: 'stopping after this model call …',
    done: 'complete',
    interrupted: 'interrupted, kept',
  }[progress.state];
  const role = progress.state === 'done' ? 'good' : 'warn';
  const space = width - 3 - (state === '' ? 0 : state.length + 2);
  return [` ${theme.paint('muted', cut(text, space))}${state === '' ? '' : `  ${theme.paint(role, state)}`}`];
}

/** The last warning and left-out example, and how many there are. */
function troubleLines({ warnings, leftOut }: Progress, { theme, width }: ScreenContext): string[] {
  const line = (mark: string, text: string, count: number) =>
    ` ${theme.paint('warn', cut(`${mark} ${count > 1 ? `(${count}) ` : ''}${shown(text)}`, width - 2))}`;
  const last = leftOut.at(-1);
  return [
    ...(warnings.length > 0 ? [line('! warning', warnings.at(-1)!, warnings.length)] : []),
    ...(last ? [line('! left out', `${last.id}: ${last.message}`, leftOut.length)] : []),
  ];
}

/** The examples settled last, newest first, while the run goes on. */
export function settledLines(context: ScreenContext): string[] {
  const { progress, model, theme, width } = context;
  if (!progress || progress.settled.length === 0 || progress.state === 'done') return [];
  const scorers = Math.min(16, Math.max(...model.scorers.map(({ name }) => shown(name).length)) + 2);
  const rows = progress.settled.slice(0, SETTLED_SHOWN).map(({ scorer, index }) => {
    const { id, captions } = model.examples[index]!;
    const cell = verdictCell(model, scorer, { index, theme });
    const text = captions.map(shown).join('  |  ');
    return ` ${inColumn(shown(scorer), scorers)}${sized(shown(id), 8)} ${cell}  ${cut(text, width - scorers - 17)}`;
  });
  while (rows.length < SETTLED_SHOWN) rows.push('');
  return [` ${theme.paint('title', 'Settled last')}`, ...rows, ''];
}

/** `12,345`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** What something took: nothing takes no time. */
function took(seconds: number): string {
  return seconds < 1 ? 'under 1 s' : duration(seconds);
}
