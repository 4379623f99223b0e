import type { SessionOptions } from '../onnx/session.ts';
import { openCaptionEncoder, STATES } from './caption-encoder.ts';
import type { TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/**
 * Stable Diffusion's text encoder: the last hidden state of all positions, padding included, as
 * `text_encoder(input_ids)[0]`.
 */
export async function openTextEncoder(
  { folder, texts }: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const encoder = await openCaptionEncoder(folder, texts[0]!, { wanted: { states: 'last' }, options });
  return {
    async encode(caption) {
      const { outputs } = await encoder.encode(caption);
      return { inputs: { encoder_hidden_states: outputs[STATES]! } };
    },
    release: () => encoder.release(),
  };
}
