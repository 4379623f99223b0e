import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, hashJson } from '../../src/results/canonical-json.ts';

describe('canonicalJson', () => {
  test.each<[unknown, string]>([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ B: 1, a: 1, _: 1, 10: 1, 9: 1 }, '{"10":1,"9":1,"B":1,"_":1,"a":1}'],
    [{ a: undefined, b: { c: undefined } }, '{"b":{}}'],
    [[undefined, 1], '[null,1]'],
    ['line\n"quoted" \u00e9', '"line\\n\\"quoted\\" é"'],
    [0.1, '0.1'],
    [-0, '0'],
    [null, 'null'],
    [[], '[]'],
  ])('%j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('reads back as the value, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.stringify(JSON.parse(text))).toBe(
          JSON.stringify(JSON.parse(canonicalJson(JSON.parse(text)))),
        );
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(JSON.parse(JSON.stringify(value)))).toBe(text);
      }),
    );
  });

  test('does not depend on the order in which fields were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('hashJson', () => {
  test('is the sha256 of that text', () => {
    // printf '{"a":1}' | sha256sum
    expect(hashJson({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });

  test('tells values apart', () => {
    const values = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { b: 1 },
      {},
      [],
      '',
      null,
      0,
      false,
      [[1], [2]],
      [[1, 2]],
    ];
    expect(new Set(values.map(hashJson)).size).toBe(values.length);
  });
});
