import { describe, expect, test } from 'vitest';
import { HubError } from '../../src/errors.ts';
import { globToRegExp, selectFiles } from '../../src/hub/select-files.ts';
import { CLIP_NEEDED, clipFiles } from '../support/hub-files.ts';

const pick = (names: string[], what: 'diffusion' | 'clip' | 'model') =>
  selectFiles(names, { what }, 'acme/model@main').sort();

/** What the first exporter wrote: no configurations, weights of all graphs under one name. */
const OLDEST = [
  'model_index.json',
  'scheduler/scheduler_config.json',
  'text_encoder/model.onnx',
  'tokenizer/merges.txt',
  'tokenizer/special_tokens_map.json',
  'tokenizer/tokenizer_config.json',
  'tokenizer/vocab.json',
  'unet/model.onnx',
  'unet/weights.pb',
  'vae_encoder/model.onnx',
];

/** A repository that holds the same weights for PyTorch, Flax and OpenVINO too. */
const MIXED = {
  needed: [
    'model_index.json',
    'scheduler/scheduler_config.json',
    'text_encoder/config.json',
    'text_encoder/model.onnx',
    'text_encoder_2/config.json',
    'text_encoder_2/model.onnx',
    'text_encoder_2/model.onnx_data',
    'tokenizer/merges.txt',
    'tokenizer/vocab.json',
    'tokenizer_2/merges.txt',
    'tokenizer_2/vocab.json',
    'unet/config.json',
    'unet/model.onnx',
    'unet/model.onnx_data',
    'vae_encoder/config.json',
    'vae_encoder/model.onnx',
  ],
  away: [
    '.gitattributes',
    'LICENSE.md',
    'README.md',
    '01.png',
    'sd_xl_base_1.0.safetensors',
    'text_encoder/flax_model.msgpack',
    'text_encoder/model.fp16.safetensors',
    'text_encoder/model.safetensors',
    'text_encoder/openvino_model.bin',
    'text_encoder/openvino_model.xml',
    'text_encoder/pytorch_model.bin',
    'unet/diffusion_pytorch_model.fp16.bin',
    'unet/diffusion_flax_model.msgpack',
    'unet/diffusion_pytorch_model.safetensors',
    'unet/openvino_model.bin',
    'unet/model_fp16.onnx',
    'unet/model_fp16.onnx_data',
    'vae/config.json',
    'vae/diffusion_pytorch_model.safetensors',
    'vae_1_0/diffusion_pytorch_model.safetensors',
    'vae_decoder/config.json',
    'vae_decoder/model.onnx',
    'safety_checker/model.onnx',
    'tokenizer/model.onnx',
  ],
};

describe('a diffusion folder', () => {
  test('of the oldest export is taken whole', () => expect(pick(OLDEST, 'diffusion')).toEqual(OLDEST));

  test('without a configuration of the encoder: the whole autoencoder’s is taken, and nothing else of it', () => {
    const whole = ['vae/config.json', 'vae/diffusion_pytorch_model.safetensors'];
    expect(pick([...OLDEST, ...whole], 'diffusion')).toEqual([...OLDEST, 'vae/config.json'].sort());
  });

  test('among weights for other programs: only the graphs and what goes with them', () => {
    expect(pick([...MIXED.needed, ...MIXED.away], 'diffusion')).toEqual(MIXED.needed);
  });

  test.each([
    'weights.pb',
    'model.onnx.data',
    'model.onnx_data_1',
    'Constant_1234',
    'weights.bin',
    'deep/w.pb',
  ])('external weights may be called %s', (name) =>
    expect(pick([...OLDEST, `vae_encoder/${name}`], 'diffusion')).toContain(`vae_encoder/${name}`),
  );

  test('a transformer instead of a UNet', () => {
    const names = OLDEST.map((name) => name.replace('unet/', 'transformer/'));
    expect(pick(names, 'diffusion')).toEqual([...names].sort());
  });

  test('a transformer that is told classes has nothing that reads text', () => {
    const names = OLDEST.filter((name) => !/^(?:text_encoder|tokenizer)/.test(name)).map((name) =>
      name.replace('unet/', 'transformer/'),
    );
    expect(pick(names, 'diffusion')).toEqual([...names].sort());
    expect(() => pick([...names, 'tokenizer/vocab.json'], 'diffusion')).toThrow(/text_encoder/);
    expect(() => pick([...names, 'text_encoder/model.safetensors'], 'diffusion')).toThrow(/text_encoder/);
  });

  test.each([
    ['vae_encoder/model.onnx', /vae_encoder/],
    ['unet/model.onnx', /unet\/ or transformer/],
    ['text_encoder/model.onnx', /text_encoder/],
    ['model_index.json', /model_index/],
  ])('without %s it says so', (lacking, message) => {
    const names = OLDEST.filter((name) => name !== lacking);
    expect(() => pick(names, 'diffusion')).toThrow(message);
  });

  test('with PyTorch weights alone it says how to export them', () => {
    const names = ['model_index.json', 'unet/diffusion_pytorch_model.safetensors', 'vae/config.json'];
    expect(() => pick(names, 'diffusion')).toThrow(/PyTorch weights and no ONNX.*optimum-cli.*acme\/model /);
  });

  test('with half-precision graphs alone it names them', () => {
    const names = OLDEST.map((name) => name.replace('unet/model.onnx', 'unet/model_fp16.onnx'));
    expect(() => pick(names, 'diffusion')).toThrow(/unet\/model_fp16\.onnx/);
  });
});

describe('a CLIP folder', () => {
  test('the two halves without joint, quantized and half-precision graphs', () => {
    expect(pick(Object.keys(clipFiles()), 'clip')).toEqual(CLIP_NEEDED);
  });

  test('the joint graph where there is no pair, with its weights', () => {
    const names = [
      'config.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
      'onnx/model_q4.onnx',
      'onnx/text_model.onnx',
    ];
    expect(pick(names, 'clip')).toEqual(['config.json', 'onnx/model.onnx', 'onnx/model.onnx_data']);
  });

  test('optimum’s graph in the repository itself, with its weights alone', () => {
    const names = ['config.json', 'model.onnx', 'model.onnx_data', 'preprocessor_config.json', 'vocab.json'];
    expect(pick([...names, 'model_quantized.onnx', 'README.md', 'pytorch_model.bin'], 'clip')).toEqual(names);
    expect(pick(names, 'model')).toEqual(names);
  });

  test('half precision where there is no other', () => {
    const names = ['config.json', 'onnx/text_model_fp16.onnx', 'onnx/vision_model_fp16.onnx'];
    expect(pick([...names, 'onnx/model_quantized.onnx'], 'clip')).toEqual(names);
    const all = [...names, 'onnx/model.onnx'];
    expect(pick(all, 'clip')).toEqual(['config.json', 'onnx/model.onnx']);
  });

  test('first, of several sets of patterns, takes the first that is there in full', () => {
    const wanted = { what: 'first', choices: [['a.jsonl', 'b.zip'], ['test-*.parquet']] } as const;
    const from = (names: string[]) => selectFiles(names, wanted, 'acme/data@main');
    expect(from(['a.jsonl', 'b.zip', 'test-0.parquet', 'c'])).toEqual(['a.jsonl', 'b.zip']);
    expect(from(['a.jsonl', 'test-0.parquet', 'test-1.parquet'])).toEqual([
      'test-0.parquet',
      'test-1.parquet',
    ]);
    expect(() => from(['a.jsonl', 'c'])).toThrow(
      /does not have a\.jsonl with b\.zip, or test-\*\.parquet: acme\/data@main \(got a\.jsonl, c\)/,
    );
  });

  test('OpenCLIP as a folder per half', () => {
    const needed = [
      'config.json',
      'textual/model.onnx',
      'textual/tokenizer.json',
      'textual/tokenizer_config.json',
      'visual/Constant_5512_attr__value',
      'visual/model.onnx',
      'visual/preprocess_cfg.json',
    ];
    const away = [
      'README.md',
      'visual/fp16/model.armnn',
      'visual/rknpu/rk3588/model.rknn',
      'textual/model.armnn',
    ];
    expect(pick([...needed, ...away], 'clip')).toEqual(needed);
  });

  test('a diffusion model is sent to the other flag, and the other way round', () => {
    expect(() => pick(OLDEST, 'clip')).toThrow(/--diffusion/);
    expect(() => pick(Object.keys(clipFiles()), 'diffusion')).toThrow(/--clip/);
  });
});

test('a model of either kind is recognized', () => {
  expect(pick(OLDEST, 'model')).toEqual(OLDEST);
  expect(pick(Object.keys(clipFiles()), 'model')).toEqual(CLIP_NEEDED);
  expect(() => pick(['config.json', 'model.gguf'], 'model')).toThrow(/--include GLOB/);
});

test('patterns take just what matches, and one that matches nothing is told', () => {
  const names = ['a.json', 'unet/model.onnx', 'unet/deep/w.pb', 'x[1].txt'];
  const matching = (...globs: string[]) => selectFiles(names, { what: 'matching', globs }, 'a/b@main');
  expect(matching('*.onnx')).toEqual(['unet/model.onnx']);
  expect(matching('unet/')).toEqual(['unet/model.onnx', 'unet/deep/w.pb']);
  expect(matching('?.json', 'unet/*.pb')).toEqual(['a.json', 'unet/deep/w.pb']);
  expect(() => matching('a.json', '*.zip')).toThrow(HubError);
});

test.each([
  ['[ab].json', 'a.json', true],
  ['[!ab].json', 'a.json', false],
  ['[!ab].json', 'c.json', true],
  ['a+b(c).x', 'a+b(c).x', true],
  ['a.json', 'aXjson', false],
  ['[', '[', true],
  ['[z-a]', '[z-a]', true],
  ['*', 'a/b/c', true],
])('the pattern %s on %s', (glob, name, matches) => expect(globToRegExp(glob).test(name)).toBe(matches));
