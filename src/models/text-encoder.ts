import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { openTokenizer } from '../tokenizers/open-tokenizer.ts';
import { checkOutput } from './check-output.ts';
import type { TextConditioner } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/**
 * Stable Diffusion's text encoder: the last hidden state of all positions, padding included, as
 * `text_encoder(input_ids)[0]`. One caption per call, so that a caption's embedding depends on it alone.
 */
export async function openTextEncoder(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<TextConditioner> {
  const tokenizer = openTokenizer(join(description.folder, 'tokenizer'), {
    maxPositions: description.maxPositions,
  });
  const session = await OnnxSession.open(join(description.folder, 'text_encoder', 'model.onnx'), options);
  const output = session.outputs.has('last_hidden_state') ? 'last_hidden_state' : undefined;
  if (!output) {
    throw new ModelFileError({
      what: 'the text encoder has no output "last_hidden_state"',
      where: session.path,
      got: [...session.outputs.keys()].join(', '),
    });
  }
  return {
    async encode(caption) {
      const { ids } = tokenizer.encode(caption);
      const result = await session.run({ input_ids: { data: ids, dims: [1, ids.length] } }, [output]);
      checkOutput(result[output]!, [1, ids.length, 'features'], { name: output, path: session.path });
      const { data, dims } = result[output]!;
      return { inputs: { encoder_hidden_states: { data, dims: dims.slice(1) } } };
    },
    release: () => session.release(),
  };
}
