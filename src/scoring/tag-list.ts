/** Tags in a line of text: a tag may hold a comma, as Winoground's `Noun, Adjective-Size` does. */

/** `Object; Noun, Adjective-Size`: tags with what stands between them where they are listed. */
export function tagList(tags: readonly string[]): string {
  return tags.map(tagName).join(TAG_SEPARATOR);
}

/** What stands between two tags, or between two of anything that `tagName` begins. */
export const TAG_SEPARATOR = '; ';

/** A tag as lists name it: in quotes where it holds what separates them. */
export function tagName(tag: string): string {
  return /[;"]/.test(tag) ? JSON.stringify(tag) : tag;
}
