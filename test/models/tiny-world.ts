/** The models and the probe that ship with this package, as tests use them. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../temporary.ts';

const ROOT = fileURLToPath(new URL('../../fixtures/tiny-world/', import.meta.url));

export const DIFFUSION = join(ROOT, 'diffusion');
export const CLIP = join(ROOT, 'clip');
export const PROBE = join(ROOT, 'probe');

/** The graphs of the two models; a description needs them to exist and reads none. */
const GRAPHS = {
  [DIFFUSION]: ['text_encoder', 'unet', 'vae_encoder', 'vae_decoder'].map((part) => `${part}/model.onnx`),
  [CLIP]: ['onnx/model.onnx', 'onnx/text_model.onnx', 'onnx/vision_model.onnx'],
};

/** A copy of a model folder for the test to spoil: all small files, with empty graphs. */
export function hollowCopy(model: string): string {
  const copy = join(temporaryFolder(), 'model');
  cpSync(model, copy, { recursive: true, filter: (path) => !path.endsWith('.onnx') });
  for (const graph of GRAPHS[model]!) writeFileSync(join(copy, graph), '');
  return copy;
}

/** Changes fields of a JSON file in place; `undefined` removes one. */
export function patchJson(path: string, fields: Record<string, unknown>): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }));
}
