import type { SessionOptions } from '../onnx/session.ts';
import { openCaptionEncoder, POOLED, STATES } from './caption-encoder.ts';
import type { Condition, TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { besideEachOther, zeros } from './row-tensors.ts';

/**
 * SDXL's caption as its UNet takes it: the penultimate hidden states of both text encoders beside each other, and the
 * pooled output of the second one. Equals `StableDiffusionXLPipeline.encode_prompt`; the empty caption is all zeros
 * where `force_zeros_for_empty_prompt` says so, as for that pipeline's missing negative prompt.
 */
export async function openSdxlText(
  { folder, texts, zeroEmpty }: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const last = texts.length - 1; // the refiner has the second encoder alone
  const encoders = await Promise.all(
    texts.map((text, k) =>
      openCaptionEncoder(folder, text, {
        wanted: { states: 'penultimate', ...(k === last && { pooled: ['text_embeds'] }) },
        options,
      }),
    ),
  );
  return {
    async encode(caption): Promise<Condition> {
      const outputs = [];
      for (const encoder of encoders) outputs.push((await encoder.encode(caption)).outputs);
      const inputs = {
        encoder_hidden_states: besideEachOther(outputs.map((output) => output[STATES]!)),
        text_embeds: outputs[last]![POOLED]!,
      };
      if (caption !== '' || !zeroEmpty) return { inputs };
      return {
        inputs: {
          encoder_hidden_states: zeros(inputs.encoder_hidden_states.dims),
          text_embeds: zeros(inputs.text_embeds.dims),
        },
      };
    },
    async release() {
      for (const encoder of encoders) await encoder.release();
    },
  };
}
