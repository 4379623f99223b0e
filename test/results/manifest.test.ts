import { describe, expect, test } from 'vitest';
import { PlanMismatchError, ResultsError } from '../../src/errors.ts';
import {
  checkIdentity,
  checkNumerics,
  type Identity,
  identityHash,
  type Manifest,
  type Numerics,
  parseManifest,
} from '../../src/results/manifest.ts';
import { sealObject } from '../../src/results/seal.ts';

const identity: Identity = {
  task: { name: 'tiny-world', version: '1', hash: 'a1', count: 200 },
  scorers: {
    diffusion: {
      kind: 'diffusion',
      files: { 'unet/model.onnx': 'b2', 'unet/config.json': 'c3' },
      plan: { timesteps: [15, 46], repeats: 1, seed: 0 },
      noise: 'd4',
      latent: { shape: [4, 8, 8], mode: 'mean' },
      resize: 'crop',
      uncond: 'auto',
      stop: 'none',
    },
    clip: { kind: 'clip', files: { 'config.json': 'e5' } },
  },
};
const numerics: Numerics = {
  device: 'cpu',
  dtype: 'float32',
  onnxruntime: '1.30.0',
  cpu: 'A processor',
  arch: 'x64',
  calls: { diffusion: { batch: 24, threads: 1 } },
};
const manifest: Manifest = {
  format: 1,
  version: '0.1.0',
  identity,
  identityHash: identityHash(identity),
  numerics: [numerics],
  sessions: [
    { started: '2026-01-01T00:00:00Z', host: 'h', node: '24', workers: 2, selection: { limit: '10' } },
  ],
  about: {
    task: { title: 'T', license: 'MIT', redistribution: 'free', citation: '', source: 'tiny-world' },
    scorers: { clip: { ref: 'tiny-world' } },
    warnings: [],
  },
};

/** A copy of the identity with one change. */
function changed(change: (copy: Identity) => void): Identity {
  const copy = structuredClone(identity);
  change(copy);
  return copy;
}

const diffusionOf = ({ scorers }: Identity) =>
  scorers.diffusion as Extract<Identity['scorers'][string], { kind: 'diffusion' }>;

describe('parseManifest', () => {
  const read = (value: unknown) => parseManifest(JSON.stringify(value), 'runs/x/run.json');
  const parse = (value: object) => read(sealObject(value));

  test('gives back what was written', () => {
    expect(parse(manifest)).toEqual(manifest);
  });

  test('the order of fields is no change', () => {
    const reordered = { ...manifest, identity: { scorers: identity.scorers, task: identity.task } };
    expect(parse(reordered).identityHash).toBe(manifest.identityHash);
  });

  test.each([
    ['a plan', { plan: { timesteps: [15, 47], repeats: 1, seed: 0 } }],
    ['a switch', { uncond: 'never' }],
    ['a file’s hash', { files: { 'unet/model.onnx': 'b3', 'unet/config.json': 'c3' } }],
  ])('%s that was edited is refused', (_, fields) => {
    const edited = changed(({ scorers }) => Object.assign(scorers.diffusion!, fields));
    expect(() => parse({ ...manifest, identity: edited })).toThrow(ResultsError);
    expect(() => parse({ ...manifest, identity: edited })).toThrow(/runs\/x\/run\.json/);
    expect(() => parse({ ...manifest, identity: edited })).toThrow(/was changed/);
  });

  test.each<[string, object]>([
    ['format', { ...manifest, format: 2 }],
    ['identityHash', { ...manifest, identityHash: undefined }],
    ['numerics.0.device', { ...manifest, numerics: [{ ...numerics, device: 3 }] }],
  ])('a wrong field %s is named', (field, value) => {
    expect(() => parse(value)).toThrow(ResultsError);
    expect(() => parse(value)).toThrow(`field "${field}" of the run manifest is wrong: runs/x/run.json`);
    // Without its checksum it is damage.
    expect(() => read(value)).toThrow(
      `the run manifest was changed or is damaged: runs/x/run.json (got field "${field}" is wrong)`,
    );
  });

  test.each([
    ['whose checksum has another name', { ...manifest, rha256: sealObject(manifest).sha256 }],
    ['that is no object', []],
  ])('one %s is damaged', (_, value) => {
    expect(() => read(value)).toThrow('the run manifest was changed or is damaged: runs/x/run.json');
  });

  test('half a file is damaged', () => {
    const text = JSON.stringify(manifest).slice(0, 300);
    expect(() => parseManifest(text, 'run.json')).toThrow(ResultsError);
    expect(() => parseManifest(text, 'run.json')).toThrow(/damaged: run\.json/);
  });
});

describe('checkIdentity', () => {
  const check = (asked: Identity) => () => checkIdentity(identity, asked, 'runs/x');

  test('equal settings go on', () => {
    expect(check(structuredClone(identity))).not.toThrow();
  });

  test.each<[string, (copy: Identity) => void, string, string]>([
    ['task.hash', (copy) => (copy.task.hash = 'a2'), 'a2', 'a1'],
    ['task.count', (copy) => (copy.task.count = 10), '10', '200'],
    ['scorers.diffusion.plan.seed', (copy) => (diffusionOf(copy).plan.seed = 7), '7', '0'],
    [
      'scorers.diffusion.plan.timesteps',
      (copy) => (diffusionOf(copy).plan.timesteps = [500]),
      '[500]',
      '[15,46]',
    ],
    ['scorers.diffusion.uncond', (copy) => (diffusionOf(copy).uncond = 'never'), 'never', 'auto'],
    [
      'scorers.diffusion.files.unet/model.onnx',
      (copy) => (diffusionOf(copy).files['unet/model.onnx'] = 'f'),
      'f',
      'b2',
    ],
    [
      'scorers.diffusion.files.unet/new',
      (copy) => (diffusionOf(copy).files['unet/new'] = 'f'),
      'f',
      'absent',
    ],
  ])('another %s is named with both values', (field, change, asked, stored) => {
    expect(check(changed(change))).toThrow(PlanMismatchError);
    expect(check(changed(change))).toThrow(`runs/x (expected ${field} ${asked}, got ${field} ${stored})`);
  });

  test('names every difference, and a scorer that is too many or too few', () => {
    const several = changed((copy) => {
      copy.task.version = '2';
      delete copy.scorers.clip;
      diffusionOf(copy).resize = 'squash';
    });
    for (const field of ['task.version', 'scorers.clip', 'scorers.diffusion.resize']) {
      expect(check(several)).toThrow(field);
    }
  });

  test('long values are shortened', () => {
    const many = changed(
      (copy) => (diffusionOf(copy).plan.timesteps = Array.from({ length: 500 }, (_, t) => t)),
    );
    expect(check(many)).toThrow(/plan\.timesteps \[0,1,2,.{0,45}…/);
  });
});

describe('checkNumerics', () => {
  test('equal ones go on; others are named, with the way out', () => {
    expect(() => checkNumerics(numerics, structuredClone(numerics), 'x')).not.toThrow();
    const other = { ...numerics, cpu: 'Another', calls: { diffusion: { batch: 6, threads: 1 } } };
    expect(() => checkNumerics(numerics, other, 'runs/x')).toThrow(PlanMismatchError);
    expect(() => checkNumerics(numerics, other, 'runs/x')).toThrow(
      'runs/x (expected calls.diffusion.batch 24, cpu A processor, got calls.diffusion.batch 6, cpu Another)',
    );
    expect(() => checkNumerics(numerics, other, 'runs/x')).toThrow('--allow-mixed');
  });
});
