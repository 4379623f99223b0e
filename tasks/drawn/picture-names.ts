/** What drawn pictures are called: names that say what they show and hold when more are drawn. */

import { sha256 } from '../sha256.ts';

const LONGEST = 48;

/** Letters and digits of a text joined by `mark`, as a part of a file's name. */
function spelled(text: string, mark: string): string {
  const words = text.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? [];
  return words.join(mark).toLowerCase().slice(0, LONGEST) || 'x';
}

/**
 * `a-red-star-1f0c2a9b-s7`: the caption's words, a bit of its hash, and what its noise is drawn from (`s7` for seed 7,
 * `n7` for noise 7 of a file).
 */
export function stemOf(caption: string, noise: string): string {
  return `${spelled(caption, '-')}-${sha256(Buffer.from(caption)).slice(0, 8)}-${noise}`;
}

/** Folder of a class: its name with `_` for spaces, which `imagefolder` reads back; characters that files cannot have left out. */
export function folderOf(name: string): string {
  const kept = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M} .,'()+&-]/gu, '')
    .trim()
    .replace(/\s+/g, '_');
  return kept.replace(/^\.+/, '') || `class-${sha256(Buffer.from(name)).slice(0, 8)}`;
}
