import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import type { Device } from '../../src/onnx/session.ts';
import { workersFor } from '../../src/run/call-rules.ts';
import {
  identityOf,
  prepareScorer,
  type ScorerRequest,
  type ScoringOptions,
} from '../../src/run/settings.ts';
import { CLIP, DIFFUSION, hollowCopy } from '../models/tiny-world.ts';

const CORES = availableParallelism();
const LARGE = 300 * 2 ** 20;
const cpu: Device = { name: 'cpu', id: 0 };
const cuda: Device = { name: 'cuda', id: 0 };

const options: ScoringOptions = {
  timesteps: '4',
  repeats: 1,
  seed: 0,
  uncond: 'auto',
  resize: 'crop',
  maps: false,
  device: cpu,
};

/** Threads and workers of a scorer. */
function prepared(kind: ScorerRequest['kind'], folder: string, changed: Partial<ScoringOptions> = {}) {
  const request: ScorerRequest = { name: 'x', ref: folder, folder, kind };
  const { settings, workers } = prepareScorer(request, { ...options, ...changed });
  return { threads: settings.threads, workers };
}

/** A file of so many bytes that takes no place on the disk. */
function sparse(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}

describe('workersFor', () => {
  test('as many as there are cores for', () => {
    expect(workersFor({ bytes: 1, device: cpu, threads: 1 })).toBe(CORES);
    expect(workersFor({ bytes: 1, device: cpu, threads: CORES })).toBe(1);
    expect(workersFor({ bytes: 1, device: cpu, threads: 2 * CORES })).toBe(1);
  });

  test('one for large weights, and for a device that is no CPU', () => {
    expect(workersFor({ bytes: LARGE, device: cpu, threads: 1 })).toBe(1);
    expect(workersFor({ bytes: 1, device: cuda, threads: 1 })).toBe(1);
  });
});

describe.each([
  ['diffusion', DIFFUSION, 'unet/model.onnx_data'],
  ['clip', CLIP, 'onnx/vision_model.onnx_data'],
] as const)('prepareScorer of %s', (kind, model, weights) => {
  test('a small model has a worker per core', () => {
    expect(prepared(kind, model)).toEqual({ threads: 1, workers: CORES });
  });

  test('a small graph with large external weights has one worker with all cores', () => {
    const folder = hollowCopy(model);
    sparse(join(folder, weights), LARGE);
    expect(prepared(kind, folder)).toEqual({ threads: CORES, workers: 1 });
  });

  test('one worker on a GPU', () => expect(prepared(kind, model, { device: cuda }).workers).toBe(1));
  test('and one on each of several', () => {
    const moreDevices: Device[] = [{ name: 'cuda', id: 1 }];
    const request: ScorerRequest = { name: 'x', ref: model, folder: model, kind };
    const { workers, devices } = prepareScorer(request, { ...options, device: cuda, moreDevices });
    expect(workers).toBe(2);
    expect(devices).toEqual([cuda, ...moreDevices]);
  });

  test('what is asked for goes first', () => {
    const asked = { threads: 3, workers: 5, device: cuda };
    expect(prepared(kind, model, asked)).toEqual({ threads: 3, workers: 5 });
  });
});

describe('identityOf', () => {
  const scorerOf = (folder: string) =>
    prepareScorer({ name: 'x', ref: folder, folder, kind: 'clip' }, options);

  test('another file of external weights is another model', async () => {
    const folder = hollowCopy(CLIP);
    writeFileSync(join(folder, 'onnx', 'text_model.onnx_data'), 'a');
    const before = await identityOf(scorerOf(folder));
    writeFileSync(join(folder, 'onnx', 'text_model.onnx_data'), 'b');
    expect(await identityOf(scorerOf(folder))).not.toEqual(before);
  });

  test.each([
    ['is gone', () => undefined],
    ['became a folder', (path: string) => mkdirSync(path)],
  ])('a file that %s is refused by its name', async (_, change) => {
    const folder = hollowCopy(CLIP);
    const scorer = scorerOf(folder);
    const path = join(folder, 'onnx', 'text_model.onnx');
    rmSync(path);
    change(path);
    await expect(identityOf(scorer)).rejects.toThrow(ModelFileError);
    await expect(identityOf(scorer)).rejects.toThrow(path);
  });
});
