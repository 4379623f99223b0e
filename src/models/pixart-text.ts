import type { SessionOptions } from '../onnx/session.ts';
import { openCaptionEncoder, STATES } from './caption-encoder.ts';
import type { TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/**
 * PixArt's caption: T5's states with padding masked, and the mask. Captions are lowered and trimmed first. Equals
 * `PixArtAlphaPipeline.encode_prompt(caption, clean_caption=False)`, and so PixArt-Σ's.
 */
export async function openPixartText(
  { folder, texts }: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const t5 = await openCaptionEncoder(folder, texts[0]!, {
    wanted: { states: 'last', masked: true },
    options,
  });
  return {
    async encode(caption) {
      const { outputs, mask } = await t5.encode(caption.toLowerCase().trim());
      const encoder_attention_mask = { data: Float32Array.from(mask), dims: [mask.length] };
      return { inputs: { encoder_hidden_states: outputs[STATES]!, encoder_attention_mask } };
    },
    release: () => t5.release(),
  };
}
