/** Whether what a run publishes is what its stored results give. */

import { existsSync, readFileSync } from 'node:fs';
import { unsealLines } from '../results/seal.ts';
import { type AuditCheck, checksOf } from './audit-check.ts';
import { derivedFiles } from './derived-files.ts';
import { isUpToDate } from './lost-results.ts';
import type { StoredRun } from './open-run.ts';
import type { ScorerView } from './scorer-view.ts';
import type { Summary } from './summary-schema.ts';

/** Another machine's logarithms and exponentials may differ in the last bits. */
const TOLERANCE = 1e-9;

const UNFINISHED: AuditCheck = {
  check: 'summary',
  state: 'not checked',
  message: 'The run was killed before it wrote a summary: run the same `winoscope score` again, then audit.',
};
const OUTDATED: AuditCheck = {
  check: 'summary',
  state: 'not checked',
  message:
    'The last session was killed before it wrote what it stored into the summary: run the same `winoscope score` again, then audit.',
};

/** Recomputes summary, scores and decisions. */
export function auditNumbers(run: StoredRun): AuditCheck[] {
  const { folder, last, views, examples } = run;
  if (!last) {
    if (!isFinished(run)) return [UNFINISHED];
    const message = `${folder.summaryFile} is missing: run the same \`winoscope score\` again to write it.`;
    return [{ check: 'summary', state: 'failed', message }];
  }
  const summary = run.summarize(last.analysis);
  const differences = differencesOf(comparable(last), comparable(summary), '').map(
    ([path, stored, computed]) => `summary.json says ${path} is ${stored}; the trials give ${computed}.`,
  );
  // It says nothing of what a session stored that was killed: that is no contradiction.
  if (differences.length > 0 && !isUpToDate(run) && folder.hasSegments()) return [OUTDATED];
  const checks = checksOf({ check: 'summary' }, differences, 'summary.json is what the stored results give.');
  const own = Object.keys(last.scorers).filter((name) => last.scorers[name]!.ownMetrics);
  if (own.length > 0) {
    checks.push({
      check: 'summary',
      state: 'not checked',
      message: "The task's own metrics are code, which an audit does not run.",
    });
  }
  const wrong: string[] = [];
  for (const [path, text] of derivedFiles(folder, { views, examples, summary })) {
    if (!existsSync(path))
      wrong.push(`${path} is missing: run the same \`winoscope score\` again to write it.`);
    else wrong.push(...lineDifferences(path, readFileSync(path, 'utf8'), text));
  }
  return [
    ...checks,
    ...checksOf({ check: 'scores' }, wrong, 'Scores and decisions are what the stored trials give.'),
  ];
}

/** Whether a session came to its end: each scorer has results, and none of them are in pieces. */
function isFinished({ folder, views, examples }: StoredRun): boolean {
  const hasAny = ({ results }: ScorerView) => examples.some((_, index) => results.evaluations(index) > 0);
  return !folder.hasSegments() && [...views.values()].every(hasAny);
}

/** What of a summary follows from the stored results. */
function comparable({ run: _, sha256: _seal, scorers, ...rest }: Summary): object {
  const without = Object.entries(scorers).map(([name, { seconds: _time, maps: _maps, ...scorer }]) => [
    name,
    scorer,
  ]);
  return { ...rest, scorers: Object.fromEntries(without) };
}

/** Paths at which two values differ, with both sides in short. */
function differencesOf(
  a: unknown,
  b: unknown,
  path: string,
): [path: string, stored: string, computed: string][] {
  if (typeof a === 'number' && typeof b === 'number' && close(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differencesOf(a[key], b[key], path ? `${path}.${key}` : key),
    );
  }
  return Object.is(a, b) ? [] : [[path, short(a), short(b)]];
}

function close(a: number, b: number): boolean {
  if (Number.isInteger(a) && Number.isInteger(b)) return a === b;
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), 1e-300);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Lines that are not what they should be; numbers within them may differ as those of a summary. */
function lineDifferences(path: string, stored: string, computed: string): string[] {
  if (stored === computed) return [];
  const [found, wanted] = [unsealLines(stored), unsealLines(computed)];
  if (found.damaged > 0 || found.torn || found.pieces !== wanted.pieces)
    return [`${path} is not what was written: its checksum does not fit.`];
  const [a, b] = [found.lines, wanted.lines];
  const wrong: string[] = [];
  for (let k = 0; k < Math.max(a.length, b.length); k++) {
    if (a[k] === b[k] || isSame(a[k], b[k])) continue;
    wrong.push(`${path}, line ${k + 1} is ${a[k] || 'absent'}; the trials give ${b[k] || 'no such line'}.`);
  }
  return wrong;
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  try {
    return differencesOf(JSON.parse(a ?? ''), JSON.parse(b ?? ''), '').length === 0;
  } catch {
    return false;
  }
}
