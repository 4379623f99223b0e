/** Moving through lists: pure, for any list of any length. */

import type { Command } from './keymap.ts';

/** Where a movement leads from `at` in a list of `count`, `page` of which are seen; undefined for other commands. */
export function move(
  command: Command,
  at: number,
  { count, page }: { count: number; page: number },
): number | undefined {
  const step = Math.max(1, page - 1);
  const targets: Partial<Record<Command, number>> = {
    up: at - 1,
    down: at + 1,
    'page-up': at - step,
    'page-down': at + step,
    first: 0,
    last: count - 1,
  };
  const target = targets[command];
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}

/** The first row to show so that row `at` is seen, moving as little as can be from `top`. */
export function scrollTo(at: number, top: number, { count, page }: { count: number; page: number }): number {
  const most = Math.max(0, count - page);
  const wanted = at < top ? at : at >= top + page ? at - page + 1 : top;
  return Math.max(0, Math.min(most, wanted));
}

/** ` 41–60 of 210`, or nothing where all is seen. */
export function position(top: number, { count, page }: { count: number; page: number }): string {
  return count <= page ? '' : `${top + 1}–${Math.min(count, top + page)} of ${count}`;
}
