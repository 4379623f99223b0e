import { join, relative, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HubError } from '../../src/errors.ts';
import { checkFileNames } from '../../src/hub/safe-path.ts';

const accepts = (names: string[], platform: NodeJS.Platform = 'linux') => {
  try {
    checkFileNames(names, platform);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(HubError);
    return false;
  }
};

describe('checkFileNames', () => {
  test.each(['a', 'a/b.json', '.gitattributes', 'a..b', '...', 'a b/ü.onnx', 'visual/Constant_1', '-x'])(
    'lets %j pass',
    (name) => expect(accepts([name])).toBe(true),
  );

  test.each(['ab:c', 'con', 'a/NUL.txt', 'a.', 'x ', 'a?b', 'com1.json'])(
    'refuses %j on Windows only',
    (name) => {
      expect([accepts([name], 'win32'), accepts([name], 'linux')]).toEqual([false, true]);
    },
  );

  test('refuses a file that is a folder too, and one that is listed twice', () => {
    expect(accepts(['a', 'b/c', 'a/b'])).toBe(false);
    expect(accepts(['a/b', 'a/b'])).toBe(false);
    expect(accepts(['a/b', 'a/c', 'ab'])).toBe(true);
  });

  test('what passes lies below the folder and stays what it is', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', 'C:', '\0', '\n', 'a', '~', '//', 'unet', '%2e%2e'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    let passed = 0;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 7 }), (pieces) => {
        const name = pieces.join('');
        if (!accepts([name])) return;
        passed += 1;
        const root = join(sep, 'cache', 'snapshot');
        const path = join(root, ...name.split('/'));
        expect(path.startsWith(root + sep)).toBe(true);
        expect(relative(root, path).split(sep).join('/')).toBe(name);
      }),
      { numRuns: 5000, seed: 7 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});
