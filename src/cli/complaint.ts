/** Commander's complaint, which may run over lines, as what our own sentences begin with: no full stop at its end. */
export function complaintOf(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')
    .replace(/\.$/, '');
}
