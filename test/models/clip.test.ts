import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { type ClipModel, cosine, openClip } from '../../src/models/clip.ts';
import { describeClip } from '../../src/models/clip-folder.ts';
import { preprocess } from '../../src/models/clip-preprocessing.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { CLIP, hollowCopy, PROBE, patchJson } from './tiny-world.ts';

const options = { threads: 1 };
const { examples } = await loadProbeFolder(PROBE);

/** Embeddings of the first examples' captions and images, in order. */
async function embed(model: ClipModel): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (const { captions, images } of examples.slice(0, 3)) {
    for (const caption of captions) vectors.push(await model.encodeCaption(caption));
    for (const image of images) vectors.push(await model.encodeImage(await decodeImage(image)));
  }
  return vectors;
}

describe('openClip', () => {
  test('the joint graph equals the two it is made of', async () => {
    const folder = join(temporaryFolder(), 'joint');
    cpSync(CLIP, folder, { recursive: true });
    for (const name of ['text_model', 'vision_model']) rmSync(join(folder, 'onnx', `${name}.onnx`));
    const joint = await openClip(describeClip(folder), options);
    const split = await openClip(describeClip(CLIP), options);
    const [fromJoint, fromSplit] = [await embed(joint), await embed(split)];
    for (const [k, vector] of fromSplit.entries()) {
      const worst = Math.max(...vector.map((value, d) => Math.abs(value - fromJoint[k]![d]!)));
      expect(worst, `vector ${k}`).toBeLessThanOrEqual(1e-5);
    }
    await joint.release();
    await split.release();
  });

  test('gives unit vectors that depend on what they are of alone', async () => {
    const model = await openClip(describeClip(CLIP), options);
    const vectors = await embed(model);
    for (const vector of vectors) expect(Math.sqrt(cosine(vector, vector))).toBeCloseTo(1, 6);
    expect(await embed(model)).toEqual(vectors);
    expect(vectors[0]).not.toEqual(vectors[1]);
    expect(vectors[2]).not.toEqual(vectors[3]);
    await model.release();
  });

  test('a graph that is empty is refused by its name', async () => {
    const description = describeClip(hollowCopy(CLIP));
    await expect(openClip(description, options)).rejects.toThrow(ModelFileError);
    await expect(openClip(description, options)).rejects.toThrow(/text_model\.onnx/);
  });

  test('a size that is not fixed is refused', async () => {
    const folder = join(temporaryFolder(), 'clip');
    cpSync(CLIP, folder, { recursive: true });
    patchJson(join(folder, 'preprocessor_config.json'), { do_center_crop: false });
    await expect(openClip(describeClip(folder), options)).rejects.toThrow(ModelFileError);
    await expect(openClip(describeClip(folder), options)).rejects.toThrow(
      /preprocessor_config\.json.*crop_size/,
    );
  });

  test('a damaged tokenizer is refused', async () => {
    const folder = hollowCopy(CLIP);
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": 3}');
    await expect(openClip(describeClip(folder), options)).rejects.toThrow(ModelFileError);
    await expect(openClip(describeClip(folder), options)).rejects.toThrow(folder);
  });
});

test('cosine of hand-made vectors', () => {
  expect(cosine(Float32Array.of(1, 0), Float32Array.of(0, 1))).toBe(0);
  expect(cosine(Float32Array.of(0.5, -0.5, 0.5), Float32Array.of(2, 1, -4))).toBe(-1.5);
});

test('preprocess resizes the shorter side, then cuts the middle', () => {
  const { preprocessing } = describeClip(CLIP);
  const wide = { width: 128, height: 64, data: new Uint8Array(128 * 64 * 3) };
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 128; x++) wide.data[(y * 128 + x) * 3] = x < 32 || x >= 96 ? 255 : 0;
  const plain = { ...preprocessing, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const tensor = preprocess(wide, plain);
  expect(tensor).toHaveLength(3 * 64 * 64);
  expect(Math.max(...tensor)).toBe(0);
});
