/** Every layout of CLIP-like models with random weights, against PyTorch; see fixtures/parts/clip. */
import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { cosine, openClip } from '../../src/models/clip.ts';
import { describeClip } from '../../src/models/clip-folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { patchJson } from './tiny-world.ts';

interface Golden {
  captions: string[];
  images: string[];
  /** Unit vectors, a row per caption or image. */
  text: number[][];
  image: number[][];
  /** `[image][caption]` */
  cosines: number[][];
}

const FOLDER = fileURLToPath(new URL('../../fixtures/parts/clip', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../fixtures/golden/images', import.meta.url));
const golden: Record<string, Golden> = JSON.parse(readFileSync(join(FOLDER, 'golden.json'), 'utf8'));

/** Absolute, of numbers below 1. */
const TOLERANCE: Record<string, number> = { fp16: 1e-2 };

const worst = (got: ArrayLike<number>, wanted: readonly number[]) =>
  Math.max(...wanted.map((value, k) => Math.abs(value - got[k]!)));

describe.each(Object.entries(golden))('%s', (name, { captions, images, text, image, cosines }) => {
  test('embeddings and cosines are PyTorch’s', async () => {
    const tolerance = TOLERANCE[name] ?? 1e-4;
    const model = await openClip(describeClip(join(FOLDER, name)), { threads: 1 });
    const words: Float32Array[] = [];
    for (const [c, caption] of captions.entries()) {
      words.push(await model.encodeCaption(caption));
      expect(worst(words[c]!, text[c]!), `caption ${c}`).toBeLessThan(tolerance);
    }
    for (const [i, file] of images.entries()) {
      const picture = await model.encodeImage(await decodeImage({ path: join(IMAGES, file) }));
      expect(worst(picture, image[i]!), file).toBeLessThan(tolerance);
      const row = words.map((word) => cosine(picture, word));
      expect(worst(row, cosines[i]!), file).toBeLessThan(tolerance);
    }
    await model.release();
  });
});

describe('what is read from where', () => {
  test.each([
    ['transformersjs', 'clip', 'split', ['onnx/text_model.onnx', 'onnx/vision_model.onnx']],
    ['optimum', 'clip', 'joint', ['model.onnx']],
    ['fp16', 'clip', 'split', ['onnx/text_model_fp16.onnx', 'onnx/vision_model_fp16.onnx']],
    ['siglip-split', 'siglip', 'split', ['onnx/text_model.onnx', 'onnx/vision_model.onnx']],
    ['siglip-joint', 'siglip', 'joint', ['onnx/model.onnx']],
    ['openclip', 'openclip', 'split', ['textual/model.onnx', 'visual/model.onnx']],
  ])('%s', (name, family, layout, graphs) => {
    const description = describeClip(join(FOLDER, name));
    expect(description).toMatchObject({ family, layout });
    expect(description.files.filter((file) => file.endsWith('.onnx'))).toEqual(graphs);
    expect(description.bytes).toBeGreaterThan(10_000);
  });

  test('SigLIP is squashed and never cropped, and pads to all 64 ids', () => {
    const { preprocessing, maxPositions } = describeClip(join(FOLDER, 'siglip-split'));
    expect(preprocessing).toMatchObject({ exactSize: { height: 32, width: 32 }, mean: [0.5, 0.5, 0.5] });
    expect(preprocessing).not.toHaveProperty('crop');
    expect(maxPositions).toBe(64);
  });

  test('OpenCLIP’s own files are listed, weights of any name included', () => {
    const folder = copy('openclip');
    cpSync(join(folder, 'textual', 'model.onnx'), join(folder, 'visual', 'Constant_12_attr__value'));
    expect(describeClip(folder).files).toEqual([
      'config.json',
      'textual/model.onnx',
      'textual/tokenizer.json',
      'textual/tokenizer_config.json',
      'visual/Constant_12_attr__value',
      'visual/model.onnx',
      'visual/preprocess_cfg.json',
    ]);
  });

  test('fp32 before fp16', () => {
    const folder = copy('fp16');
    cpSync(join(FOLDER, 'transformersjs', 'onnx'), join(folder, 'onnx'), { recursive: true });
    expect(describeClip(folder).graphs.text).toBe('onnx/text_model.onnx');
  });

  test('the image processor may lie in processor_config.json', () => {
    const folder = copy('transformersjs');
    const usual = describeClip(folder).preprocessing;
    const path = join(folder, 'processor_config.json');
    renameSync(join(folder, 'preprocessor_config.json'), path);
    patchJson(path, { image_processor: JSON.parse(readFileSync(path, 'utf8')) });
    expect(describeClip(folder).preprocessing).toEqual(usual);
    expect(describeClip(folder).files).toContain('processor_config.json');
  });
});

describe('what does not fit is refused by a sentence', () => {
  const open = (folder: string) => openClip(describeClip(folder), { threads: 1 });

  test('an unknown layout: what was found and what is supported', () => {
    const folder = copy('transformersjs');
    renameSync(join(folder, 'onnx/text_model.onnx'), join(folder, 'onnx/text_model_quantized.onnx'));
    expect(() => describeClip(folder)).toThrow(
      /no CLIP graph in fp32 or fp16.*transformers\.js.*optimum.*open_clip.*got onnx\/text_model_quantized\.onnx/,
    );
  });

  test('another kind of model', () => {
    const folder = copy('transformersjs');
    patchJson(join(folder, 'config.json'), { model_type: 'blip' });
    expect(() => describeClip(folder)).toThrow(
      /model type "blip" is not supported.*clip or siglip, or an OpenCLIP folder/,
    );
  });

  test('a size that the graph was not traced for', async () => {
    const folder = copy('openclip');
    patchJson(join(folder, 'visual/preprocess_cfg.json'), { size: [48, 48] });
    await expect(open(folder)).rejects.toThrow(/disagree on the number of pixel rows.*expected 32.*got 48/);
  });

  test('a context that the graph was not traced for', async () => {
    const folder = copy('openclip');
    patchJson(join(folder, 'config.json'), { text_cfg: { context_length: 77 } });
    await expect(open(folder)).rejects.toThrow(/disagree on the number of token ids.*expected 24.*got 77/);
  });

  test('halves of two models', async () => {
    const folder = copy('transformersjs');
    cpSync(join(FOLDER, 'siglip-split/onnx/text_model.onnx'), join(folder, 'onnx/text_model.onnx'));
    const model = await open(folder);
    await expect(model.encodeCaption('a cat')).rejects.toThrow(
      /gives no text embedding.*text_model\.onnx.*text_embeds.*got last_hidden_state, pooler_output/,
    );
    await model.release();
  });

  test('embeddings of different lengths', () => {
    expect(() => cosine(new Float32Array(3), new Float32Array(4))).toThrow(/do not lie in one space/);
  });

  test.each([
    ['visual/model.onnx', /a model file is missing.*visual/],
    ['visual/preprocess_cfg.json', /preprocess_cfg\.json/],
    ['config.json', /config\.json/],
  ])('an OpenCLIP folder without %s', (file, pattern) => {
    const folder = copy('openclip');
    rmSync(join(folder, file));
    expect(() => describeClip(folder)).toThrow(ModelFileError);
    expect(() => describeClip(folder)).toThrow(pattern);
  });

  test.each([
    [{ resize_mode: 'longest' }, /resize_mode/],
    [{ size: [32, 48] }, /not square.*32 x 48/],
    [{ interpolation: 'random' }, /interpolation/],
  ])('an OpenCLIP preprocessing %j', (change, pattern) => {
    const folder = copy('openclip');
    patchJson(join(folder, 'visual/preprocess_cfg.json'), change);
    expect(() => describeClip(folder)).toThrow(pattern);
  });
});

function copy(name: string): string {
  const folder = join(temporaryFolder(), name);
  cpSync(join(FOLDER, name), folder, { recursive: true });
  return folder;
}
