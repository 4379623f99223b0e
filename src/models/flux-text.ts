import type { SessionOptions } from '../onnx/session.ts';
import { openCaptionEncoder, POOLED, STATES } from './caption-encoder.ts';
import type { TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/** FLUX's caption: T5's states, nothing masked, and CLIP's pooled output. Equals `FluxPipeline.encode_prompt`. */
export async function openFluxText(
  { folder, texts }: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const clip = await openCaptionEncoder(folder, texts[0]!, {
    wanted: { states: 'none', pooled: ['pooler_output'] },
    options,
  });
  const t5 = await openCaptionEncoder(folder, texts[1]!, { wanted: { states: 'last' }, options });
  return {
    async encode(caption) {
      return {
        inputs: {
          encoder_hidden_states: (await t5.encode(caption)).outputs[STATES]!,
          pooled_projections: (await clip.encode(caption)).outputs[POOLED]!,
        },
      };
    },
    async release() {
      await clip.release();
      await t5.release();
    },
  };
}
