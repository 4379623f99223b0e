/** `winoscope audit`: whether a run's published summary is what its data say. */

import { isTaskWithData } from '../../tasks/with-data.ts';
import { counted, messageOf, WinoscopeError } from '../errors.ts';
import { visible } from '../report/format.ts';
import type { Manifest } from '../results/manifest.ts';
import { auditRun } from '../run/audit.ts';
import type { AuditCheck } from '../run/audit-check.ts';
import type { AuditFlags } from './audit-command.ts';
import { findTask } from './find-task.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson } from './output.ts';
import { saidFlags } from './said-flags.ts';

const MARKS = { passed: 'passed     ', failed: 'FAILED     ', 'not checked': 'not checked' } as const;

/** Carries out `winoscope audit`; exit code 3 where a check failed. @throws WinoscopeError for what the user can mend. */
export async function audit(path: string, flags: AuditFlags): Promise<void> {
  const interrupt = onInterrupt();
  const checks: AuditCheck[] = [];
  try {
    const found = auditRun(path, {
      trials: flags.replay ? flags.trials : 0,
      seed: flags.seed,
      findTask: (manifest) => taskOf(manifest, flags),
      signal: interrupt.signal,
    });
    for await (const check of found) {
      checks.push(check);
      if (!flags.json) process.stdout.write(`${MARKS[check.state]}  ${visible(check.message)}\n`);
    }
  } catch (error) {
    if (interrupt.fault !== undefined) throw interrupt.fault;
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('winoscope: interrupted: the audit is not complete.\n');
    process.exitCode = interrupt.exitCode();
    return;
  } finally {
    interrupt.dispose();
  }
  const count = (state: AuditCheck['state']) => checks.filter((check) => check.state === state).length;
  const [failed, notChecked] = [count('failed'), count('not checked')];
  const isSummaryRight = checks.some(({ check, state }) => check === 'summary' && state === 'passed');
  const sound = failed === 0 && isSummaryRight;
  if (!sound) process.exitCode = 3;
  if (flags.json) {
    const result = { run: path, sound, failed, notChecked, checks };
    printJson(result);
    return;
  }
  const open = notChecked === 0 ? '' : ` ${notChecked} of the checks could not be made; see above.`;
  const verdict = sound
    ? 'The published summary is what the data say.'
    : failed === 0
      ? 'Whether this run holds cannot be said before it is finished.'
      : `This run does not hold: ${counted(failed, 'finding')}.`;
  process.stdout.write(`\n${verdict}${open}\n`);
}

/** The task as it is today, without a connection; or a sentence on why it is not here. */
async function taskOf({ identity, about, sessions }: Manifest, flags: AuditFlags) {
  // What of it lies elsewhere than the task, as the run was told.
  const said = saidFlags(sessions.at(-1)?.command ?? []);
  const { data, images = said('--images'), template = said('--template') } = flags;
  const classes = flags.classes ?? said('--classes')?.at(-1);
  const { source } = about.task;
  const named = flags.task ?? (isTaskWithData(identity.task.name) ? identity.task.name : source);
  try {
    return await findTask(named, {
      offline: true,
      quiet: true,
      onError: 'skip',
      ...(isTaskWithData(named) && { data: data ?? source }),
      ...(images && { images }),
      ...(classes !== undefined && { classes }),
      ...(template && { template }),
    });
  } catch (error) {
    if (!(error instanceof WinoscopeError)) throw error;
    return `${messageOf(error)}.`;
  }
}
