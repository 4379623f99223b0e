import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addOutput, findResult } from '../../src/onnx/add-output.ts';
import { readGraphFile } from '../../src/onnx/graph-file.ts';
import { OnnxSession } from '../../src/onnx/session.ts';

const UNET = fileURLToPath(new URL('../../fixtures/tiny-world/diffusion/unet/model.onnx', import.meta.url));
const MIDDLE = '/unet/mid_block/resnets.1/Add_1_output_0';

describe('an intermediate result becomes an output', () => {
  it('found by the name of its block: what leaves the middle of the UNet', () => {
    expect(findResult(readGraphFile(UNET), 'mid_block')).toBe(MIDDLE);
  });

  it('and the other output stays what it was, to the bit', async () => {
    const { edited, output } = addOutput(UNET, 'mid_block');
    expect(output).toBe(MIDDLE);
    const feeds = {
      sample: { data: Float32Array.from({ length: 512 }, (_, k) => Math.sin(k)), dims: [2, 4, 8, 8] },
      timestep: { data: Float32Array.of(100), dims: [] },
      encoder_hidden_states: { data: new Float32Array(2 * 24 * 128).fill(0.1), dims: [2, 24, 128] },
    };
    const plain = await OnnxSession.open(UNET);
    const more = await OnnxSession.open(UNET, { edited });
    expect([...more.outputs.keys()]).toEqual(['out_sample', MIDDLE]);
    const before = await plain.run(feeds, ['out_sample']);
    const after = await more.run(feeds, ['out_sample', MIDDLE]);
    expect(after.out_sample!.data).toEqual(before.out_sample!.data);
    expect(after[MIDDLE]!.dims).toEqual([2, 128, 4, 4]);
    await plain.release();
    await more.release();
  });

  it('one that is an output already leaves the file as it is', () => {
    expect(Buffer.from(addOutput(UNET, 'out_sample').edited).equals(readFileSync(UNET))).toBe(true);
  });

  it('a name that is nowhere is refused with names that are', () => {
    expect(() => addOutput(UNET, 'middle')).toThrow(/nothing in the graph is called "middle".*mid_block/s);
  });
});
