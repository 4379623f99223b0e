/** A name as it can be typed into a shell. */

import { visible } from './format.ts';

/** In quotes where a shell would take it apart. */
export function shellWord(name: string): string {
  const shown = visible(name);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
