import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { DIFFUSION, hollowCopy, patchJson } from './tiny-world.ts';

/** Expects a ModelFileError that names `file` and matches `pattern`. */
function expectRefusal(folder: string, file: string, pattern: RegExp): void {
  expect(() => describeDiffusion(folder)).toThrow(ModelFileError);
  expect(() => describeDiffusion(folder)).toThrow(join(folder, file));
  expect(() => describeDiffusion(folder)).toThrow(pattern);
}

describe('describeDiffusion', () => {
  test('the embedded model', () => {
    const { kind, family, latent, downscale, scalingFactor, shiftFactor, texts, schedule, domain, vae } =
      describeDiffusion(DIFFUSION);
    expect({ kind, family, latent, downscale, shiftFactor, texts, vae }).toEqual({
      kind: 'diffusion',
      family: 'stable-diffusion',
      latent: [4, 8, 8],
      downscale: 8,
      shiftFactor: 0,
      texts: [{ part: 'text_encoder', tokenizer: 'tokenizer', kind: 'clip', maxPositions: 24 }],
      vae: 'mean',
    });
    expect(scalingFactor).toBeGreaterThan(0);
    expect(schedule).toMatchObject({
      num_train_timesteps: 1000,
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
    });
    expect(domain?.image).toEqual({ width: 64, height: 64 });
  });

  test('names the files that feed a score, and not the decoder', () => {
    expect(describeDiffusion(DIFFUSION).files).toEqual([
      'model_index.json',
      'scheduler/scheduler_config.json',
      'text_encoder/config.json',
      'text_encoder/model.onnx',
      'tokenizer/special_tokens_map.json',
      'tokenizer/tokenizer.json',
      'tokenizer/tokenizer_config.json',
      'unet/config.json',
      'unet/model.onnx',
      'vae_encoder/config.json',
      'vae_encoder/model.onnx',
      'winoscope.json',
    ]);
  });

  test('counts external weights, and the slow tokenizer’s files where it is alone', () => {
    const folder = hollowCopy(DIFFUSION);
    writeFileSync(join(folder, 'unet', 'weights.pb'), '');
    unlinkSync(join(folder, 'tokenizer', 'tokenizer.json'));
    const { files } = describeDiffusion(folder);
    expect(files).toContain('unet/weights.pb');
    expect(files).toContain('tokenizer/vocab.json');
    expect(files).toContain('tokenizer/merges.txt');
    expect(files).not.toContain('tokenizer/tokenizer.json');
  });

  test('counts links to files, and no subfolder', () => {
    const folder = hollowCopy(DIFFUSION);
    writeFileSync(join(folder, 'blob'), '');
    symlinkSync(join(folder, 'blob'), join(folder, 'unet', 'model.onnx_data'));
    mkdirSync(join(folder, 'unet', '.cache'));
    const { files } = describeDiffusion(folder);
    expect(files).toContain('unet/model.onnx_data');
    expect(files).not.toContain('unet/.cache');
  });

  test('takes the default of diffusers’ AutoencoderKL where a configuration has no scaling factor', () => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'vae_encoder', 'config.json'), { scaling_factor: undefined });
    expect(describeDiffusion(folder).scalingFactor).toBe(0.18215);
  });

  test.each(['OnnxStableDiffusionPipeline', 'ORTStableDiffusionPipeline'])('reads a %s', (_class_name) => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'model_index.json'), { _class_name });
    expect(describeDiffusion(folder).family).toBe('stable-diffusion');
  });

  test('takes Stable Diffusion 1’s values where the parts have no config.json', () => {
    const folder = hollowCopy(DIFFUSION);
    for (const part of ['unet', 'vae_encoder', 'text_encoder']) unlinkSync(join(folder, part, 'config.json'));
    expect(describeDiffusion(folder)).toMatchObject({
      latent: [4, 64, 64],
      downscale: 8,
      scalingFactor: 0.18215,
      shiftFactor: 0,
      texts: [{ maxPositions: 77 }],
      assumed: [/scaled by 0.18215/, /64 x 64/, /77 tokens/].map((pattern) => expect.stringMatching(pattern)),
    });
  });

  test('reads a latent that is not square, and a shift', () => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'unet', 'config.json'), { sample_size: [96, 64], in_channels: 16 });
    patchJson(join(folder, 'vae_encoder', 'config.json'), {
      shift_factor: 0.0609,
      block_out_channels: [8, 8, 8],
      latent_channels: 16,
    });
    expect(describeDiffusion(folder)).toMatchObject({
      latent: [16, 96, 64],
      shiftFactor: 0.0609,
      downscale: 4,
    });
  });

  test('reads numbers that only Python writes, and leaves them alone in texts', () => {
    const folder = hollowCopy(DIFFUSION);
    const path = join(folder, 'scheduler', 'scheduler_config.json');
    const text =
      '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "x": [NaN, Infinity], "note": "\\"NaN"}';
    writeFileSync(path, text);
    expect(describeDiffusion(folder).schedule).toMatchObject({ _class_name: 'DPMSolverMultistepScheduler' });
  });

  test('another resolution changes the latent', () => {
    expect(describeDiffusion(DIFFUSION, 128).latent).toEqual([4, 16, 16]);
    expect(() => describeDiffusion(DIFFUSION, 100)).toThrow(ModelFileError);
    expect(() => describeDiffusion(DIFFUSION, 100)).toThrow(/resolution 100.*multiple of 8/);
  });

  test('a model without a domain is open', () => {
    const folder = hollowCopy(DIFFUSION);
    unlinkSync(join(folder, 'winoscope.json'));
    expect(describeDiffusion(folder)).not.toHaveProperty('domain');
  });
});

describe('a folder that cannot be used is refused, naming the file', () => {
  test('a denoiser that takes more than a latent, as for inpainting', () => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'unet', 'config.json'), { in_channels: 9 });
    expectRefusal(folder, 'unet/config.json', /expected 4 channels.*got 9.*Inpainting/);
  });

  test.each([
    [
      ['text-encoder.onnx', 'sd-unet-v1.5-model-b2c4h64w64s77.onnx'],
      /webnn.*VAE encoder either.*docs\/models\.md/,
    ],
    [['sd_vae_encoder.onnx', 'unet.onnx'], /single graphs for one program(?!.*either).*docs\/models\.md/],
    [['v1-5-pruned.safetensors'], /PyTorch weights and no ONNX graphs.*docs\/models\.md/],
  ])('another layout: %j', (files, pattern) => {
    const folder = temporaryFolder();
    for (const file of files) writeFileSync(join(folder, file), 'x');
    expectRefusal(folder, 'model_index.json', pattern);
  });

  test.each([
    ['StableDiffusionXLPipeline', 'text_encoder_2/model.onnx'],
    ['StableDiffusion3Pipeline', 'text_encoder_2/model.onnx'],
    ['PixArtAlphaPipeline', 'transformer/model.onnx'],
  ])('a %s without %s', (_class_name, file) => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'model_index.json'), { _class_name });
    expectRefusal(folder, file, /has no/);
  });

  test.each([
    'model_index.json',
    'scheduler/scheduler_config.json',
    'unet/model.onnx',
    'text_encoder/model.onnx',
  ])('%s is missing', (file) => {
    const folder = hollowCopy(DIFFUSION);
    unlinkSync(join(folder, file));
    expectRefusal(folder, file, /is missing|has no/);
  });

  test('no VAE encoder: it says why one is needed', () => {
    const folder = hollowCopy(DIFFUSION);
    rmSync(join(folder, 'vae_encoder'), { recursive: true });
    expectRefusal(folder, 'vae_encoder/model.onnx', /no vae encoder.*export the model with its VAE encoder/i);
  });

  test.each([
    'model_index.json',
    'scheduler/scheduler_config.json',
    'unet/config.json',
    'vae_encoder/config.json',
    'text_encoder/config.json',
    'winoscope.json',
  ])('%s is not JSON', (file) => {
    const folder = hollowCopy(DIFFUSION);
    writeFileSync(join(folder, file), '{"a": 1,');
    expectRefusal(folder, file, /not JSON/);
  });

  test.each([
    ['KandinskyPipeline', 'another family'],
    ['StableDiffusionUpscalePipeline', 'a family of longer name'],
    ['', 'none'],
    ['constructor', 'a name that every object has'],
  ])('the pipeline "%s": %s', (_class_name) => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, 'model_index.json'), { _class_name });
    expectRefusal(folder, 'model_index.json', /pipeline.*is not supported.*StableDiffusionPipeline/);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['model_index.json', '_class_name', { _class_name: undefined }],
    ['scheduler/scheduler_config.json', 'beta_schedule', { beta_schedule: 'sigmoid' }],
    ['scheduler/scheduler_config.json', 'prediction_type', { prediction_type: 'flow_prediction' }],
    ['unet/config.json', 'sample_size', { sample_size: 'large' }],
    ['unet/config.json', 'in_channels', { in_channels: 0 }],
    ['unet/config.json', 'sample_size', { sample_size: undefined }],
    ['unet/config.json', 'in_channels', { in_channels: undefined }],
    ['vae_encoder/config.json', 'block_out_channels', { block_out_channels: undefined }],
    ['text_encoder/config.json', 'max_position_embeddings', { max_position_embeddings: undefined }],
    ['vae_encoder/config.json', 'scaling_factor', { scaling_factor: -1 }],
    ['text_encoder/config.json', 'max_position_embeddings', { max_position_embeddings: 7.5 }],
    ['winoscope.json', 'domain.words', { domain: { name: 'x', words: [], image: { width: 1, height: 1 } } }],
  ])('%s with a wrong field %s', (file, field, fields) => {
    const folder = hollowCopy(DIFFUSION);
    patchJson(join(folder, file), fields);
    expectRefusal(folder, file, new RegExp(`field "${field.replace('.', '\\.')}"`));
  });

  test('a folder that is none, and a file in a folder’s place', () => {
    const folder = hollowCopy(DIFFUSION);
    expectRefusal(join(folder, 'nowhere'), 'model_index.json', /is missing/);
    renameSync(join(folder, 'model_index.json'), join(folder, 'old.json'));
    mkdirSync(join(folder, 'model_index.json'));
    expectRefusal(folder, 'model_index.json', /cannot read/);
  });
});
