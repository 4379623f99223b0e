import { ModelFileError } from '../errors.ts';
import type { SessionOptions } from '../onnx/session.ts';
import { openCaptionEncoder, POOLED, STATES } from './caption-encoder.ts';
import type { TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { FAMILIES } from './families.ts';
import { behindEachOther, besideEachOther, widened, zeros } from './row-tensors.ts';

/** Ids that T5 gets, and rows of zeros that stand in for a T5 that is not there. */
const T5_LENGTH = FAMILIES['stable-diffusion-3'].texts[2].length;

/**
 * Stable Diffusion 3's caption as its transformer takes it: the penultimate states of both CLIP encoders beside each
 * other, widened with zeros, and T5's states behind them; the pooled outputs of both CLIPs beside each other. A folder
 * without T5 (`text_encoder_3`) gets zeros in its place. Equals `StableDiffusion3Pipeline.encode_prompt`.
 */
export async function openSd3Text(
  { folder, texts, textWidth }: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const width = textWidth!;
  const clips = await Promise.all(
    texts
      .filter(({ kind }) => kind === 'clip')
      .map((text) =>
        openCaptionEncoder(folder, text, {
          wanted: { states: 'penultimate', pooled: ['text_embeds'] },
          options,
        }),
      ),
  );
  const t5Part = texts.find(({ kind }) => kind === 't5');
  const t5 = t5Part && (await openCaptionEncoder(folder, t5Part, { wanted: { states: 'last' }, options }));
  return {
    async encode(caption) {
      const outputs = [];
      for (const clip of clips) outputs.push((await clip.encode(caption)).outputs);
      const states = besideEachOther(outputs.map((output) => output[STATES]!));
      const long = t5 ? (await t5.encode(caption)).outputs[STATES]! : zeros([T5_LENGTH, width]);
      if (states.dims[1]! > width || long.dims[1] !== width) {
        throw new ModelFileError({
          what: 'the text encoders do not fit the transformer',
          where: folder,
          expected: `tokens of ${width} numbers (joint_attention_dim)`,
          got: `${states.dims[1]} of CLIP, ${long.dims[1]} of T5`,
        });
      }
      return {
        inputs: {
          encoder_hidden_states: behindEachOther([widened(states, width), long]),
          pooled_projections: besideEachOther(outputs.map((output) => output[POOLED]!)),
        },
      };
    },
    async release() {
      for (const encoder of t5 ? [...clips, t5] : clips) await encoder.release();
    },
  };
}
