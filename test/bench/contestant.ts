/** What the product is compared with: something that runs the UNet at any batch and says how fast. */

/** Rows of a call that are tried. */
export const BATCHES: readonly number[] = [2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96];
/** The same for models of which a call of many rows takes seconds. */
export const FEW_BATCHES: readonly number[] = [2, 4, 6, 8, 12, 16, 24];

/** A way of calling the UNet. */
export interface Call {
  batch: number;
  /** PyTorch only. */
  format?: 'contiguous' | 'channels_last';
  /** PyTorch only: through `torch.compile`. */
  compile?: boolean;
}

export interface Contestant {
  /** How many threads in how many sessions or processes, in words. */
  readonly label: string;
  /** Evaluations per second of all its threads together, over about so many seconds after a call that warms up. */
  measure(call: Call, seconds: number): Promise<number>;
  stop(): Promise<void>;
}

/** The speed of one way of calling, from a short measurement. */
export interface Tried {
  call: Call;
  rate: number;
}

/**
 * Tries every call twice, the second time in reverse order, and keeps the faster of both: what disturbs a short
 * measurement only ever slows it.
 */
export async function sweep(
  contestant: Contestant,
  calls: readonly Call[],
  seconds: number,
): Promise<Tried[]> {
  const tried = calls.map((call): Tried => ({ call, rate: 0 }));
  for (const order of [tried, [...tried].reverse()]) {
    for (const one of order) one.rate = Math.max(one.rate, await contestant.measure(one.call, seconds));
  }
  return tried;
}
