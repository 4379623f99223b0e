/** One thing that an audit looked at, and how it came out. */

export interface AuditCheck {
  /** `stored`: checksums within the run; `summary`, `scores`: recomputed; `files`, `task`: hashes; `replay`: the model. */
  check: 'stored' | 'summary' | 'scores' | 'files' | 'task' | 'replay';
  state: 'passed' | 'failed' | 'not checked';
  /** A sentence. */
  message: string;
  scorer?: string;
}

/** Sentences of one kind are cut here; the rest is counted. */
const MOST = 10;

/** One failed check per finding, the last one counting those that are left out; or the one that passed. */
export function checksOf(
  about: Pick<AuditCheck, 'check' | 'scorer'>,
  failures: readonly string[],
  passed: string,
): AuditCheck[] {
  if (failures.length === 0) return [{ ...about, state: 'passed', message: passed }];
  const told = failures.slice(0, MOST);
  if (failures.length > MOST) told.push(`${failures.length - MOST} more of the same kind.`);
  return told.map((message) => ({ ...about, state: 'failed', message }));
}
