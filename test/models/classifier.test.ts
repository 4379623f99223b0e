import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { openClassifier, pixelsOf } from '../../src/models/classifier.ts';
import { describeClassifier } from '../../src/models/classifier-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PARTS = fileURLToPath(new URL('../../fixtures/parts/classifier/', import.meta.url));

interface Answer {
  picture: string;
  shape: number[];
  pixels: number[];
  mean: number;
  logs: number[];
}

const golden = JSON.parse(readFileSync(join(PARTS, 'golden.json'), 'utf8')) as Record<string, Answer[]>;

describe.each(Object.entries(golden))("the classifier %s equals transformers'", (name, answers) => {
  it.each(answers)('in pixels and log-probabilities of $picture', async ({ picture, shape, ...expected }) => {
    const description = describeClassifier(join(PARTS, name));
    if (description.input.kind !== 'pixels') throw new Error('the classifier sees no pixels');
    const { preprocessing, preprocessingFile } = description.input;
    const image = await decodeImage({ path: join(PARTS, picture) });
    const pixels = pixelsOf(image, preprocessing, preprocessingFile);
    expect(pixels.dims).toEqual(shape);
    const step = Math.max(1, Math.floor(pixels.data.length / 40));
    for (const [k, value] of expected.pixels.entries())
      expect(Math.abs(pixels.data[k * step]! - value), `pixel ${k * step}`).toBeLessThan(1e-6);
    const mean = pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
    expect(Math.abs(mean - expected.mean)).toBeLessThan(1e-6);
    const classifier = await openClassifier(description, { threads: 1 });
    const logs = await classifier.classify(pixels);
    await classifier.release();
    const size = Math.max(...expected.logs.map(Math.abs));
    for (const [k, log] of expected.logs.entries())
      expect(Math.abs(logs[k]! - log), `class ${k}`).toBeLessThan(2e-6 * size + 2e-6);
  });
});

describe('a classifier folder that cannot be used is refused in one sentence', () => {
  function changed(change: (folder: string) => void): () => unknown {
    const folder = temporaryFolder();
    cpSync(join(PARTS, 'vit'), folder, { recursive: true });
    change(folder);
    return () => describeClassifier(folder);
  }
  const json = (folder: string, file: string, value: unknown) =>
    writeFileSync(join(folder, file), JSON.stringify(value));

  it('without names of classes', () => {
    expect(changed((folder) => json(folder, 'config.json', { model_type: 'vit' }))).toThrow(
      /names no classes.*id2label.*--clip/s,
    );
  });

  it('with an image processor that is not known', () => {
    const refused = changed((folder) =>
      json(folder, 'preprocessor_config.json', { image_processor_type: 'LevitImageProcessor' }),
    );
    expect(refused).toThrow(/image processor of Levit is not supported.*ViTImageProcessor/s);
  });

  it('with features of a model that is not there', () => {
    const features = { base: '../nowhere', output: 'mid_block', timestep: 100, noise: 'zero' };
    expect(changed((folder) => json(folder, 'winoscope.json', { features }))).toThrow(
      /diffusion model whose features .* is not there.*\.\.\/nowhere/s,
    );
  });

  it('with more classes than its graph has', async () => {
    const folder = temporaryFolder();
    cpSync(join(PARTS, 'vit'), folder, { recursive: true });
    json(folder, 'config.json', { model_type: 'vit', id2label: { 0: 'a', 1: 'b' } });
    const description = describeClassifier(folder);
    const classifier = await openClassifier(description, {});
    const pixels = { data: new Float32Array(3 * 32 * 32), dims: [1, 3, 32, 32] };
    await expect(classifier.classify(pixels)).rejects.toThrow(/disagree on the number of classes.*2.*5/s);
    await classifier.release();
  });
});

it('a processor file without a name is read by the model type, as the older ones are', () => {
  const folder = temporaryFolder();
  cpSync(join(PARTS, 'vit'), folder, { recursive: true });
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ do_normalize: true, do_resize: true, size: 224 }),
  );
  const { input } = describeClassifier(folder);
  expect(input).toMatchObject({
    kind: 'pixels',
    preprocessing: { exactSize: { width: 224, height: 224 }, filter: 'bilinear', mean: [0.5, 0.5, 0.5] },
  });
});
