/** What the denoiser is conditioned on: per UNet input, the values of one row of a batch. */
export interface Condition {
  readonly inputs: Readonly<Record<string, RowTensor>>;
}

/** One row of a batched input: `dims` without the batch dimension. */
export interface RowTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Bytes that a condition's values take. */
export function bytesOf({ inputs }: Condition): number {
  return Object.values(inputs).reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Captions to conditions. The empty caption is the unconditional one. */
export interface TextConditioner {
  encode(caption: string): Promise<Condition>;
  release(): Promise<void>;
}
