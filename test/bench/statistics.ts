/** Repeated measurements, summed up and shown. */

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Median and extremes; the extremes say how far a busy machine moved the figure. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** Ratios round by round: what slows the machine for a while slows both sides, and cancels. */
export function ratios(above: readonly number[], below: readonly number[]): Spread {
  return spreadOf(above.map((value, round) => value / below[round]!));
}

/** `812 (790-820)`. */
export function showSpread({ median, min, max }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;
}

export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** Lines of a table: the first column flush left, the others flush right. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

/**
 * Measures several contestants in turn, round after round, every other round in reverse order: a machine that
 * drifts then hurts all of them alike.
 * @returns per contestant, the measurements in order of rounds.
 */
export async function interleave<K, T>(
  contestants: ReadonlyMap<K, () => Promise<T>>,
  rounds: number,
  onRound: (round: number) => void,
): Promise<Map<K, T[]>> {
  const results = new Map([...contestants.keys()].map((name) => [name, [] as T[]]));
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    const order = [...contestants];
    if (round % 2 === 1) order.reverse();
    for (const [name, measure] of order) results.get(name)!.push(await measure());
  }
  return results;
}
