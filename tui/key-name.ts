/** From Ink's account of a key press to the names that the keymap uses. */

import type { Key } from 'ink';

const NAMED: readonly [keyof Key, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'return'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/**
 * Names of the keys in one input event: `up`, `return`, `ctrl-c`, `shift-tab`, or the character itself. Fast typing
 * and pasted text come as one event of several characters, which are several keys.
 */
export function keyNames(input: string, key: Key): string[] {
  if (key.eventType === 'release') return [];
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named) return [named[1]];
  if (key.ctrl) return input.length === 1 ? [`ctrl-${input}`] : [];
  if (key.meta) return [];
  return [...input].flatMap((char) => {
    if (char === '\r' || char === '\n') return ['return'];
    if (char === '\t') return ['tab'];
    if (char === '\u007f' || char === '\b') return ['backspace'];
    // Ctrl-A … Ctrl-Z that came together with other keys.
    if (char >= '\u0001' && char <= '\u001a') return [`ctrl-${String.fromCharCode(char.charCodeAt(0) + 96)}`];
    return /\p{Cc}/u.test(char) ? [] : [char];
  });
}
