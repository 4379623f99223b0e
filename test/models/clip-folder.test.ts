import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { describeClip } from '../../src/models/clip-folder.ts';
import { CLIP, hollowCopy, patchJson } from './tiny-world.ts';

function expectRefusal(folder: string, file: string, pattern: RegExp): void {
  expect(() => describeClip(folder)).toThrow(ModelFileError);
  expect(() => describeClip(folder)).toThrow(join(folder, file));
  expect(() => describeClip(folder)).toThrow(pattern);
}

/** The preprocessing that a folder states whose `preprocessor_config.json` has these fields changed. */
function preprocessingWith(fields: Record<string, unknown>) {
  const folder = hollowCopy(CLIP);
  patchJson(join(folder, 'preprocessor_config.json'), fields);
  return describeClip(folder).preprocessing;
}

describe('describeClip', () => {
  test('the embedded model', () => {
    const { preprocessing, ...rest } = describeClip(CLIP);
    expect(rest).toMatchObject({ kind: 'clip', layout: 'split', maxPositions: 24 });
    expect(rest.files).toEqual([
      'config.json',
      'onnx/text_model.onnx',
      'onnx/vision_model.onnx',
      'preprocessor_config.json',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'winoscope.json',
    ]);
    expect(preprocessing).toMatchObject({
      shortestEdge: 64,
      crop: { width: 64, height: 64 },
      filter: 'bicubic',
    });
    expect(preprocessing.rescale).toBeCloseTo(1 / 255, 15);
  });

  test.each(['onnx/text_model.onnx', 'onnx/vision_model.onnx'])(
    'takes the joint graph where %s is missing',
    (file) => {
      const folder = hollowCopy(CLIP);
      unlinkSync(join(folder, file));
      const { layout, files } = describeClip(folder);
      expect(layout).toBe('joint');
      expect(files.filter((name) => name.endsWith('.onnx'))).toEqual(['onnx/model.onnx']);
    },
  );

  test('counts external weights under their graph’s name, and nothing else', () => {
    const folder = hollowCopy(CLIP);
    for (const name of ['text_model.onnx_data', 'vision_model.onnx.data', 'model.onnx_data', 'notes.txt'])
      writeFileSync(join(folder, 'onnx', name), '');
    mkdirSync(join(folder, 'onnx', 'text_model.onnx.old'));
    expect(describeClip(folder).files.filter((name) => name.startsWith('onnx/'))).toEqual([
      'onnx/text_model.onnx',
      'onnx/text_model.onnx_data',
      'onnx/vision_model.onnx',
      'onnx/vision_model.onnx.data',
    ]);
    unlinkSync(join(folder, 'onnx', 'text_model.onnx'));
    expect(describeClip(folder).files.filter((name) => name.startsWith('onnx/'))).toEqual([
      'onnx/model.onnx',
      'onnx/model.onnx_data',
    ]);
  });

  test('77 positions where the configuration does not say', () => {
    const folder = hollowCopy(CLIP);
    patchJson(join(folder, 'config.json'), { text_config: {} });
    expect(describeClip(folder).maxPositions).toBe(77);
  });
});

describe('preprocessing', () => {
  test('sizes in each of their three forms', () => {
    expect(preprocessingWith({ size: 224 })).toMatchObject({ shortestEdge: 224 });
    expect(preprocessingWith({ size: { shortest_edge: 224 } })).toMatchObject({ shortestEdge: 224 });
    const exact = preprocessingWith({ size: { height: 32, width: 48 } });
    expect(exact.exactSize).toEqual({ height: 32, width: 48 });
    expect(exact).not.toHaveProperty('shortestEdge');
  });

  test('what is not stated is as in transformers’ CLIPImageProcessor', () => {
    const folder = hollowCopy(CLIP);
    writeFileSync(join(folder, 'preprocessor_config.json'), '{}');
    expect(describeClip(folder).preprocessing).toEqual({
      shortestEdge: 224,
      crop: { width: 224, height: 224 },
      filter: 'bicubic',
      rescale: 1 / 255,
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    });
  });

  test('a step that is switched off changes nothing', () => {
    const fields = { do_resize: false, do_center_crop: false, do_rescale: false, do_normalize: false };
    expect(preprocessingWith(fields)).toEqual({
      filter: 'bicubic',
      rescale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  test.each([
    [1, 'lanczos'],
    [2, 'bilinear'],
    [3, 'bicubic'],
    [4, 'box'],
  ])('resample %i is Pillow’s %s', (resample, filter) => {
    expect(preprocessingWith({ resample }).filter).toBe(filter);
  });

  test.each([0, 5])('resample %i is refused', (resample) => {
    const folder = hollowCopy(CLIP);
    patchJson(join(folder, 'preprocessor_config.json'), { resample });
    expectRefusal(folder, 'preprocessor_config.json', /filter/);
  });
});

describe('a folder that cannot be used is refused, naming the file', () => {
  test.each(['config.json', 'preprocessor_config.json'])('%s is missing', (file) => {
    const folder = hollowCopy(CLIP);
    unlinkSync(join(folder, file));
    expectRefusal(folder, file, /is missing/);
  });

  test.each(['config.json', 'preprocessor_config.json'])('%s is not JSON', (file) => {
    const folder = hollowCopy(CLIP);
    writeFileSync(join(folder, file), 'model_type: clip');
    expectRefusal(folder, file, /not JSON/);
  });

  test('another model type', () => {
    const folder = hollowCopy(CLIP);
    patchJson(join(folder, 'config.json'), { model_type: 'bert' });
    expectRefusal(folder, 'config.json', /model type "bert" is not supported.*expected clip/);
  });

  test('no graph at all', () => {
    const folder = hollowCopy(CLIP);
    for (const name of ['model', 'text_model', 'vision_model'])
      unlinkSync(join(folder, 'onnx', `${name}.onnx`));
    expectRefusal(
      folder,
      '',
      /no CLIP graph.*text_model\.onnx with onnx\/vision_model\.onnx, or onnx\/model\.onnx/,
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['image_mean', { image_mean: [0.5] }],
    ['image_std', { image_std: [0, 1, 1] }],
    ['size', { size: { longest_edge: 64 } }],
    ['rescale_factor', { rescale_factor: 0 }],
  ])('a wrong field %s', (field, fields) => {
    const folder = hollowCopy(CLIP);
    patchJson(join(folder, 'preprocessor_config.json'), fields);
    expectRefusal(folder, 'preprocessor_config.json', new RegExp(`field "${field}`));
  });
});
