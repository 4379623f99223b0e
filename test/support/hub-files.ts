/** Files to serve from the test Hub, and environments to reach it with. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { HubSettings } from '../../src/hub/hub-settings.ts';
import type { HubServer } from './hub-server.ts';

/** All files of a folder by their path within it. */
export function folderFiles(folder: string): Record<string, Uint8Array> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path)]),
  );
}

/** Bytes that look like nothing and are the same every time. */
export function noise(bytes: number, seed = 1): Buffer {
  let state = seed >>> 0 || 1;
  return Buffer.from(
    Uint8Array.from({ length: bytes }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 255;
    }),
  );
}

/** A process's environment that knows this Hub and this cache, and nothing of the user's own. */
export function hubEnv(
  server: Pick<HubServer, 'endpoint'>,
  home: string,
): Record<string, string | undefined> {
  return {
    HF_ENDPOINT: server.endpoint,
    HF_HOME: home,
    HF_HUB_CACHE: undefined,
    HUGGINGFACE_HUB_CACHE: undefined,
    HF_TOKEN: undefined,
    HUGGING_FACE_HUB_TOKEN: undefined,
    HF_TOKEN_PATH: undefined,
    HF_HUB_OFFLINE: undefined,
    TRANSFORMERS_OFFLINE: undefined,
    HF_HUB_DISABLE_SYMLINKS: undefined,
    HF_HUB_DISABLE_IMPLICIT_TOKEN: undefined,
    HF_HUB_DOWNLOAD_TIMEOUT: undefined,
  };
}

/** Settings for the same within the process; waits between tries are a millisecond. */
export function hubFor(server: Pick<HubServer, 'endpoint'>, cache: string): HubSettings {
  return {
    endpoint: server.endpoint,
    cache,
    offline: false,
    symlinks: true,
    stallMs: 10_000,
    retry: { attempts: 3, firstMs: 1 },
  };
}

/** A CLIP repository's files without any model in them, with files that must stay away. */
export function clipFiles(): Record<string, Uint8Array | string> {
  return {
    '.gitattributes': '*.onnx filter=lfs',
    'README.md': '# A model',
    'config.json': '{"model_type":"clip"}',
    'preprocessor_config.json': '{}',
    'tokenizer.json': '{"model":{}}',
    'tokenizer_config.json': '{"model_max_length":77}',
    'model.safetensors': noise(5000, 2),
    'onnx/text_model.onnx': noise(40_000, 3),
    'onnx/vision_model.onnx': noise(70_000, 4),
    'onnx/vision_model.onnx_data': noise(300_000, 5),
    'onnx/model.onnx': noise(90_000, 6),
    'onnx/model_quantized.onnx': noise(20_000, 7),
    'onnx/text_model_fp16.onnx': noise(20_000, 8),
    'onnx/vision_model_fp16.onnx_data': noise(20_000, 9),
  };
}

/** Paths of those that scoring needs, in order. */
export const CLIP_NEEDED = [
  'config.json',
  'onnx/text_model.onnx',
  'onnx/vision_model.onnx',
  'onnx/vision_model.onnx_data',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];
