import { visible } from '../report/format.ts';

/** Characters of a caption, or of another text of a user's, that are printed for people; `--json` has all. */
const MOST = 500;

/** A text as a terminal may show it: without what would steer it, and no longer than can be read. */
export function readable(text: string): string {
  const characters = [...text];
  if (characters.length <= MOST) return visible(text);
  return `${visible(characters.slice(0, MOST).join(''))}… [${characters.length - MOST} more characters]`;
}
