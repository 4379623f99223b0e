/** Whether there is a terminal that a dashboard can be shown on. Loads nothing of it. */

export interface TerminalFlags {
  plain?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Both ends must be terminals that can move a cursor, nobody asked for plain output, and no CI is watching. */
export function canShowDashboard({ plain, json, quiet }: TerminalFlags): boolean {
  const { TERM, CI } = process.env;
  const asked = !plain && !json && !quiet;
  const able = process.stdout.isTTY === true && process.stdin.isTTY === true && TERM !== 'dumb';
  return asked && able && (CI === undefined || CI === '' || CI === 'false' || CI === '0');
}

/** Whether text should be linear: the flag, or what Ink's own programs listen to. */
export function wantsScreenReader({ screenReader }: { screenReader?: boolean }): boolean {
  return screenReader === true || process.env.INK_SCREEN_READER === 'true';
}
