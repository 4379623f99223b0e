/** Sentencepiece's compiled character map, as `Precompiled` normalizers of tokenizer.json carry it. */

/** Longer clusters are looked up character by character: the rule of Hugging Face's `Precompiled` normalizer. */
const LONGEST_CLUSTER = 5;

/**
 * Reads the map (base64) and returns the normalization that Hugging Face's tokenizers apply with it: per grapheme
 * cluster, the replacement of its shortest known prefix; where there is none, per character. (The JavaScript library
 * has NFKC in its place, which differs on joined emoji and control characters.)
 * @throws RangeError where the bytes are no such map.
 */
export function charsmapNormalizer(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64');
  const trieBytes = bytes.length >= 4 ? bytes.readUInt32LE(0) : -1;
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length)
    throw new RangeError('the character map is damaged');
  const trie = new Uint32Array(trieBytes / 4);
  for (let k = 0; k < trie.length; k++) trie[k] = bytes.readUInt32LE(4 + 4 * k);
  const strings = bytes.subarray(4 + trieBytes);

  const replacement = (chunk: Uint8Array): string | undefined => {
    const at = shortestPrefix(trie, chunk);
    if (at === undefined) return undefined;
    const end = strings.indexOf(0, at);
    return strings.toString('utf8', at, end < 0 ? strings.length : end);
  };
  const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return (text) => {
    let result = '';
    for (const { segment } of clusters.segment(text)) {
      const encoded = Buffer.from(segment, 'utf8');
      const whole = encoded.length <= LONGEST_CLUSTER ? replacement(encoded) : undefined;
      if (whole !== undefined) {
        result += whole;
        continue;
      }
      for (const char of segment) result += replacement(Buffer.from(char, 'utf8')) ?? char;
    }
    return result;
  };
}

/** Value of the shortest key of a double-array trie (Darts) that `key` begins with. */
function shortestPrefix(trie: Uint32Array, key: Uint8Array): number | undefined {
  let at = offsetOf(trie[0]!);
  for (const byte of key) {
    if (byte === 0) return undefined;
    at ^= byte;
    const unit = trie[at];
    // Label and leaf mark together: a value never equals a byte.
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    at ^= offsetOf(unit);
    if ((unit >>> 8) & 1) return (trie[at] ?? 0) & 0x7fffffff;
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
