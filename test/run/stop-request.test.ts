import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { CALIBRATION_FILE, stopRule } from '../../src/run/stop-request.ts';
import { DIFFUSION } from '../models/tiny-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

/** Writes a calibration whose deviations are all `sigma`. Returns its path. */
function write(name: string, sigma: number): string {
  const spread = { points: [[500, sigma]], dof: 10 };
  const from = { task: 'small', examples: 40, timesteps: 8, repeats: 4, seed: 0, normalized: true };
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(
    path,
    JSON.stringify({
      format: 1,
      kind: 'error-spread',
      spread: { captions: spread, images: spread, matchings: spread },
      from,
    }),
  );
  return path;
}

const sigmaOf = ({ spread }: ReturnType<typeof stopRule>) => spread.captions.points[0]![1];

test('the calibration of the model’s folder, unless another one is named', () => {
  write(join('model', CALIBRATION_FILE), 0.25);
  const other = write('other.json', 0.5);
  const model = join(folder, 'model');
  const rule = stopRule({ rule: 'sequential', alpha: 0.01 }, model, { uncond: 'auto' });
  expect(rule).toMatchObject({ rule: 'sequential', alpha: 0.01 });
  expect(sigmaOf(rule)).toBe(0.25);
  expect(
    sigmaOf(stopRule({ rule: 'sequential', alpha: 0.01, calibration: other }, model, { uncond: 'auto' })),
  ).toBe(0.5);
});

test('what a calibration was measured on is no part of the rule', () => {
  const rule = stopRule({ rule: 'sequential', alpha: 0.05, calibration: write('a.json', 1) }, folder, {
    uncond: 'auto',
  });
  expect(Object.keys(rule).sort()).toEqual(['alpha', 'rule', 'spread']);
});

test('none: one sentence that names the file and says how to make one', () => {
  const request = { rule: 'sequential', alpha: 0.05 } as const;
  const none = join(folder, 'none');
  expect(() => stopRule(request, none, { uncond: 'auto' })).toThrow(UsageError);
  expect(() => stopRule(request, none, { uncond: 'auto' })).toThrow(
    `no calibration for --stop sequential: ${join(none, CALIBRATION_FILE)}. Score some`,
  );
  const asked = join(folder, 'nowhere.json');
  expect(() => stopRule({ ...request, calibration: asked }, folder, { uncond: 'auto' })).toThrow(
    `sequential: ${asked}. `,
  );
});

test('a folder in its place, and a damaged one', () => {
  const request = { rule: 'sequential', alpha: 0.05 } as const;
  expect(() => stopRule({ ...request, calibration: folder }, folder, { uncond: 'auto' })).toThrow(UsageError);
  expect(() => stopRule({ ...request, calibration: folder }, folder, { uncond: 'auto' })).toThrow(
    /cannot read the calibration: .*a folder/,
  );
  const damaged = join(folder, 'damaged.json');
  writeFileSync(damaged, '{}');
  expect(() => stopRule({ ...request, calibration: damaged }, folder, { uncond: 'auto' })).toThrow(
    InputError,
  );
  expect(() => stopRule({ ...request, calibration: damaged }, folder, { uncond: 'auto' })).toThrow(damaged);
});

test('a calibration of other comparisons, and a level that is none, are refused', () => {
  const calibration = write('b.json', 1);
  const request = { rule: 'sequential', alpha: 0.05, calibration } as const;
  expect(() => stopRule(request, folder, { uncond: 'never' })).toThrow(
    'the calibration is of other comparisons',
  );
  expect(() => stopRule(request, folder, { uncond: 'always' })).not.toThrow();
  for (const alpha of [0, 1, 5, Number.NaN])
    expect(() => stopRule({ ...request, alpha }, folder, { uncond: 'auto' })).toThrow(
      'no such level: --alpha',
    );
});

test('the embedded model brings a calibration', () => {
  expect(stopRule({ rule: 'sequential', alpha: 0.05 }, DIFFUSION, { uncond: 'auto' }).alpha).toBe(0.05);
});
