import { isAbsolute } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parseHubRef, refText } from '../../src/hub/hub-ref.ts';

const COMMIT = 'a'.repeat(40);
const HERE = 'http://127.0.0.1:8080';

describe('parseHubRef', () => {
  test.each([
    ['acme/tiny', 'model', 'acme/tiny', 'main'],
    ['acme/tiny@v1.0', 'model', 'acme/tiny', 'v1.0'],
    [`acme/tiny@${COMMIT}`, 'model', 'acme/tiny', COMMIT],
    ['acme/tiny@refs/pr/1', 'model', 'acme/tiny', 'refs/pr/1'],
    ['datasets/acme/probe', 'dataset', 'acme/probe', 'main'],
    ['hf://acme/tiny@onnx', 'model', 'acme/tiny', 'onnx'],
    ['hf://datasets/acme/probe', 'dataset', 'acme/probe', 'main'],
    ['https://huggingface.co/acme/tiny', 'model', 'acme/tiny', 'main'],
    ['https://huggingface.co/acme/tiny/', 'model', 'acme/tiny', 'main'],
    ['https://huggingface.co/acme/tiny/tree/onnx', 'model', 'acme/tiny', 'onnx'],
    ['https://huggingface.co/acme/tiny/blob/main/unet/model.onnx?download=1', 'model', 'acme/tiny', 'main'],
    ['https://huggingface.co/acme/tiny/tree/refs%2Fpr%2F1', 'model', 'acme/tiny', 'refs/pr/1'],
    ['https://huggingface.co/datasets/acme/probe/tree/main#x', 'dataset', 'acme/probe', 'main'],
    [`${HERE}/acme/tiny/tree/v1`, 'model', 'acme/tiny', 'v1'],
  ])('reads %s', (text, type, repo, revision) => {
    expect(parseHubRef(text, 'model', HERE)).toEqual({ type, repo, revision });
  });

  test.each([
    'tiny',
    '',
    'a/b/c',
    './a/b',
    '../b',
    '/a/b',
    'a//b',
    'a/..',
    'a--b/c',
    'a/b.git',
    'a/b c',
    'https://example.com/a/b',
    'a\\b/c',
    'a/b\n',
  ])('takes %j for something else', (text) => expect(parseHubRef(text, 'model', HERE)).toBeUndefined());

  test.each([
    'acme/tiny@',
    'acme/tiny@..',
    'acme/tiny@a..b',
    'acme/tiny@/etc',
    'acme/tiny@a b',
    'acme/tiny@a\\b',
    'acme/tiny@-x',
    'acme/tiny@a/.b',
    'acme/tiny@x.lock',
  ])('refuses the revision of %j', (text) => {
    expect(() => parseHubRef(text, 'model')).toThrow(UsageError);
  });

  test('whatever it reads stays within a folder, and is read again from what it prints', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', '@', 'main', 'refs', ':', '--', 'a'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        let ref: ReturnType<typeof parseHubRef>;
        try {
          ref = parseHubRef(text, 'model');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        if (!ref) return;
        for (const part of [ref.repo, ref.revision]) {
          expect(isAbsolute(part)).toBe(false);
          expect(part.split(/[/\\]/)).not.toContain('..');
        }
        expect(parseHubRef(refText(ref), ref.type)).toEqual(ref);
      }),
      { numRuns: 2000 },
    );
  });
});
