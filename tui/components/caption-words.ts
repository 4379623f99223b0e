/** Which words of a caption differ from another's: moved where both hold the same words, else changed. */

/** A stretch of a caption; the texts of all of them put together are the caption. */
export interface CaptionPart {
  text: string;
  /** Whether it differs from the other caption. */
  differs: boolean;
}

export interface CaptionDifference {
  /** `moved`: both captions hold the same words; `changed`: they do not; `same`: no difference. */
  kind: 'same' | 'moved' | 'changed';
  parts: CaptionPart[];
}

/** Longer captions are compared by what they have in common at both ends: the table would grow with the square. */
const MOST_WORDS = 400;

/**
 * The caption cut into what it shares with `other`, in the same order (a longest common subsequence of words, letters'
 * case aside), and what not.
 */
export function compareCaption(caption: string, other: string): CaptionDifference {
  const words = split(caption);
  const mine = words.map(({ key }) => key);
  const theirs = split(other).map(({ key }) => key);
  const shared = sharedWords(mine, theirs);
  const parts: CaptionPart[] = [];
  for (const [k, { text }] of words.entries()) {
    const differs = !shared.has(k);
    const last = parts.at(-1);
    if (last && last.differs === differs) last.text += text;
    else parts.push({ text, differs });
  }
  const isSame = parts.every(({ differs }) => !differs) && mine.length === theirs.length;
  return { kind: isSame ? 'same' : bagOf(mine) === bagOf(theirs) ? 'moved' : 'changed', parts: trim(parts) };
}

/** Words with the space after them. Scripts without spaces are cut by the language's rules. */
function split(text: string): { text: string; key: string }[] {
  const words: { text: string; key: string }[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(
    text,
  )) {
    const last = words.at(-1);
    if (segment.trim() === '' && last) last.text += segment;
    else words.push({ text: segment, key: isWordLike ? segment.toLocaleLowerCase() : segment });
  }
  return words;
}

/** Places in `mine` that are part of a longest common subsequence. */
function sharedWords(mine: readonly string[], theirs: readonly string[]): Set<number> {
  const shared = new Set<number>();
  let start = 0;
  while (start < mine.length && start < theirs.length && mine[start] === theirs[start]) shared.add(start++);
  let tail = 0;
  const room = Math.min(mine.length, theirs.length) - start;
  while (tail < room && mine[mine.length - 1 - tail] === theirs[theirs.length - 1 - tail])
    shared.add(mine.length - 1 - tail++);
  const a = mine.slice(start, mine.length - tail);
  const b = theirs.slice(start, theirs.length - tail);
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return shared;
  // lengths[i][j]: of the longest common subsequence of a from i and b from j.
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      shared.add(start + i++);
      j++;
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return shared;
}

function bagOf(words: readonly string[]): string {
  return JSON.stringify([...words].sort());
}

/** Marks end with their last word: the space behind it is not part of the difference. */
function trim(parts: readonly CaptionPart[]): CaptionPart[] {
  return parts.flatMap((part) => {
    const text = part.text.trimEnd();
    if (!part.differs || text === part.text) return [part];
    return [
      { text, differs: true },
      { text: part.text.slice(text.length), differs: false },
    ];
  });
}
