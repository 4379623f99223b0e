import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { type Feed, OnnxSession, type Output, type SessionOptions } from '../onnx/session.ts';
import { openTokenizer } from '../tokenizers/open-tokenizer.ts';
import { checkOutput } from './check-output.ts';
import type { RowTensor } from './condition.ts';
import type { TextPart } from './diffusion-folder.ts';

/** One text encoder with its tokenizer. One caption per call, so that a caption's embedding depends on it alone. */
export interface CaptionEncoder {
  /** Ids of a caption, padding included. */
  readonly length: number;
  /** @returns the wanted outputs by name, and the mask: 1 for tokens, 0 for padding. */
  encode(caption: string): Promise<{ outputs: Record<string, RowTensor>; mask: Int32Array }>;
  release(): Promise<void>;
}

/** What a family takes from an encoder. */
export interface Wanted {
  /** Hidden states of all positions: the last ones (after the final norm), or the last but one. */
  states: 'last' | 'penultimate' | 'none';
  /** Outputs that may hold the pooled caption, best first. */
  pooled?: readonly string[];
  /** Whether padding is masked. Most families mask nothing; graphs with a mask all the same get ones. */
  masked?: boolean;
}

/** Names under which `encode` gives what was wanted. */
export const STATES = 'states';
export const POOLED = 'pooled';

/**
 * Opens one text encoder. States equal `text_encoder(ids).last_hidden_state` or `.hidden_states[-2]`.
 * @throws ModelFileError where the graph lacks a wanted output; `encode` ShapeError where one has an unexpected shape.
 */
export async function openCaptionEncoder(
  folder: string,
  text: TextPart,
  { wanted, options }: { wanted: Wanted; options: SessionOptions },
): Promise<CaptionEncoder> {
  const tokenizer = openTokenizer(join(folder, text.tokenizer), tokenizerOptions(text));
  const session = await OnnxSession.open(join(folder, text.part, 'model.onnx'), options);
  const states = statesOutput(session, wanted.states);
  const pooled = wanted.pooled && findOutput(session, wanted.pooled);
  const names = [states, pooled].filter((name) => name !== undefined);
  const length = tokenizer.contextLength;
  // A graph of a fixed batch gets the caption in every row.
  const declared = session.input('input_ids').shape[0];
  const rows = typeof declared === 'number' && declared > 0 ? declared : 1;

  function repeated(ids: Int32Array): Feed {
    const data = new Int32Array(rows * length);
    for (let row = 0; row < rows; row++) data.set(ids, row * length);
    return { data, dims: [rows, length] };
  }

  function firstRow(output: Output, name: string, dims: (number | string)[]): RowTensor {
    checkOutput(output, [rows, ...dims], { name, path: session.path });
    const size = output.data.length / rows;
    return { data: output.data.subarray(0, size), dims: output.dims.slice(1) };
  }

  return {
    length,
    async encode(caption) {
      const { ids, mask } = tokenizer.encode(caption);
      const feeds: Record<string, Feed> = { input_ids: repeated(ids) };
      if (session.inputs.has('attention_mask'))
        feeds.attention_mask = repeated(wanted.masked ? mask : mask.map(() => 1));
      const result = await session.run(feeds, names);
      const outputs: Record<string, RowTensor> = {};
      if (states) outputs[STATES] = firstRow(result[states]!, states, [length, 'features']);
      if (pooled) outputs[POOLED] = firstRow(result[pooled]!, pooled, ['features']);
      return { outputs, mask };
    },
    release: () => session.release(),
  };
}

/** How a text encoder's captions are cut and padded. */
export function tokenizerOptions({ length, maxPositions }: TextPart) {
  return { ...(length !== undefined && { length }), ...(maxPositions !== undefined && { maxPositions }) };
}

function statesOutput(session: OnnxSession, which: Wanted['states']): string | undefined {
  if (which === 'none') return undefined;
  if (which === 'last') return findOutput(session, ['last_hidden_state']);
  const layers = [...session.outputs.keys()].flatMap((name) => {
    const layer = /^hidden_states\.(\d+)$/.exec(name)?.[1];
    return layer === undefined ? [] : [Number(layer)];
  });
  const last = Math.max(...layers);
  if (layers.length < 2) return findOutput(session, ['hidden_states.…']);
  return findOutput(session, [`hidden_states.${last - 1}`]);
}

function findOutput(session: OnnxSession, names: readonly string[]): string {
  const found = names.find((name) => session.outputs.has(name));
  if (found) return found;
  throw new ModelFileError({
    what: `the text encoder has no output "${names.join('" or "')}"`,
    where: session.path,
    got: [...session.outputs.keys()].join(', '),
    fix: 'Export the model again with all outputs, as docs/models.md shows.',
  });
}
