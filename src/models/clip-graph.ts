/** One graph of a CLIP-like model: which of its inputs and outputs is what, read from what it declares. */

import { ModelFileError } from '../errors.ts';
import { type Feed, OnnxSession, type SessionOptions, type TensorInfo } from '../onnx/session.ts';
import type { EncodedCaption } from '../tokenizers/open-tokenizer.ts';

/** Roles of inputs; a graph need not have all. */
interface Roles {
  pixels?: TensorInfo;
  ids?: TensorInfo;
  mask?: TensorInfo;
}

/** A graph that embeds images, captions, or both. */
export interface ClipGraph {
  /** The graph's file. */
  path: string;
  /** Ids that it takes, where it says so. */
  length: number | undefined;
  /** Height and width that it takes, where it says so. */
  size: { height: number; width: number } | undefined;
  /** One call. `[D]` float32, as the graph gives it. Sides that the graph does not have are not looked at. */
  embed(side: 'image' | 'text', input: { caption: EncodedCaption; pixels: Feed }): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Outputs that lie in the space in which both sides meet, by preference. CLIP's `pooler_output` is not among them (it
 * comes before the projection); SigLIP has no projection, so there it is the embedding.
 */
const OUTPUTS = {
  clip: { image: ['image_embeds'], text: ['text_embeds'] },
  siglip: { image: ['image_embeds', 'pooler_output'], text: ['text_embeds', 'pooler_output'] },
  openclip: { image: ['embedding', 'image_embeds'], text: ['embedding', 'text_embeds'] },
} as const;

/**
 * Opens a graph.
 * @throws ModelFileError where it cannot be opened or has an input that means nothing here; `embed` throws it where the
 *   graph has no embedding of that side.
 */
export async function openClipGraph(
  path: string,
  family: keyof typeof OUTPUTS,
  options: SessionOptions,
): Promise<ClipGraph> {
  const session = await OnnxSession.open(path, options);
  const { pixels, ids, mask } = rolesOf(session);
  const fixed = (info: TensorInfo | undefined, axis: number) => {
    const size = info?.shape[axis];
    return typeof size === 'number' && size > 0 ? size : undefined;
  };
  const [height, width] = [fixed(pixels, 2), fixed(pixels, 3)];
  return {
    path,
    length: fixed(ids, 1),
    size: height !== undefined && width !== undefined ? { height, width } : undefined,
    async embed(side, input) {
      const output = OUTPUTS[family][side].find((name) => session.outputs.has(name));
      if (!output) {
        throw new ModelFileError({
          what: `the graph gives no ${side} embedding`,
          where: path,
          expected: `an output ${OUTPUTS[family][side].join(' or ')}`,
          got: [...session.outputs.keys()].join(', '),
        });
      }
      const dims = [1, input.caption.ids.length];
      const feeds: Record<string, Feed> = {
        ...(ids && { [ids.name]: { data: input.caption.ids, dims } }),
        ...(mask && { [mask.name]: { data: input.caption.mask, dims } }),
        ...(pixels && { [pixels.name]: input.pixels }),
      };
      return (await session.run(feeds, [output]))[output]!.data;
    },
    release: () => session.release(),
  };
}

/** Pixels are floats of rank 4, ids and mask whole numbers of rank 2. */
function rolesOf(session: OnnxSession): Roles {
  const roles: Roles = {};
  for (const info of session.inputs.values()) {
    const role = roleOf(info);
    if (!role || roles[role]) {
      throw new ModelFileError({
        what: `the input "${info.name}" is unknown`,
        where: session.path,
        expected: 'pixels (float, rank 4), token ids and an attention mask (whole numbers, rank 2)',
        got: `${info.type} [${info.shape.join(', ')}]`,
      });
    }
    roles[role] = info;
  }
  return roles;
}

function roleOf({ name, type, shape }: TensorInfo): keyof Roles | undefined {
  if (type.startsWith('float') && shape.length === 4) return 'pixels';
  if (!type.startsWith('int') || shape.length !== 2) return undefined;
  if (/mask/.test(name)) return 'mask';
  return /position|type/.test(name) ? undefined : 'ids';
}
