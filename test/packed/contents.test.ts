/** The package that users get: what it holds, and under which licences what it needs stands. */

import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { type Contents, MOST_BYTES, pack, unwanted } from './contents.ts';
import { ACCEPTED, LIST, licenceList, licencesIn, licensedPackages } from './licences.ts';

const ROOT = packageRoot();
const TEXT = /\.(?:js|ts|md|json|jsonl|ya?ml|svg|txt|py)$/;

describe('what npm packs', () => {
  let contents: Contents;
  beforeAll(async () => {
    contents = await pack();
  });

  test('nothing but what users need', () => expect(unwanted(contents)).toEqual([]));

  test('all that the package names, and the embedded models', () => {
    const paths = contents.files.map(({ path }) => path);
    for (const path of [
      'bin/winoscope.js',
      'dist/src/index.js',
      'dist/src/cli/main.js',
      'dist/src/run/worker.js',
      'dist/src/run/interactive-worker.js',
      'dist/tasks/parquet/thread.js',
      'fixtures/tiny-world/diffusion/unet/model.onnx',
      'fixtures/tiny-world/probe/task.yaml',
      'docs/licences.md',
      'SECURITY.md',
      'LICENSE',
    ])
      expect(paths).toContain(path);
  });

  test(`less than ${MOST_BYTES / 1e6} MB`, () => expect(contents.size).toBeLessThan(MOST_BYTES));

  test('no path of the machine that built it, and no map to its sources', () => {
    const places = [ROOT, homedir(), tmpdir()].filter((place) => place.length > 4);
    for (const { path } of contents.files.filter((file) => TEXT.test(file.path))) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      for (const place of places) expect(text.includes(place), `${path} holds ${place}`).toBe(false);
      expect(/^\/\/# sourceMappingURL/m.test(text), path).toBe(false);
    }
  });

  test('is ready to be published with its provenance', () => {
    const { publishConfig, license, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(publishConfig).toEqual({ access: 'public', provenance: true });
    expect(license).toBe('Apache-2.0');
    expect(files).toContain('SECURITY.md');
  });
});

describe('licences', () => {
  const packages = licensedPackages();

  test('every package has one that is accepted', () => {
    const others = packages.filter(
      ({ licence }) => !licencesIn(licence).every((one) => ACCEPTED.includes(one)),
    );
    expect(others).toEqual([]);
    expect(packages.length).toBeGreaterThan(50);
  });

  test('the document lists them; `npm run licences` writes it', () => {
    expect(readFileSync(join(ROOT, LIST), 'utf8')).toBe(licenceList(packages));
  });

  test('what is installed says the same of itself', () => {
    let seen = 0;
    for (const { name, version, licence } of packages) {
      const file = join(ROOT, 'node_modules', name, 'package.json');
      if (!existsSync(file)) continue;
      const own = JSON.parse(readFileSync(file, 'utf8')) as {
        version: string;
        license?: string | { type: string };
      };
      if (own.version !== version) continue; // another version of it lies deeper
      seen++;
      expect(typeof own.license === 'object' ? own.license.type : own.license, name).toBe(licence);
    }
    expect(seen).toBeGreaterThan(50);
  });
});
