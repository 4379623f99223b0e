import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { digamma, trigamma, trigammaInverse } from '../../src/stats/polygamma.ts';
import { near } from './golden.ts';

const file = new URL('../../fixtures/golden/stats/student_t.json', import.meta.url);
const golden: Record<'digamma' | 'trigamma', [number, number][]> = JSON.parse(readFileSync(file, 'utf8'));

describe('polygamma functions equal SciPy', () => {
  // Absolutely where ψ passes through 0, at 1.46…
  test.each(golden.digamma)('digamma(%f)', (x, value) => near(digamma(x), value, 1e-12, 1e-14));
  test.each(golden.trigamma)('polygamma(1, %f)', (x, value) => near(trigamma(x), value, 1e-12, 0));
  test.each(golden.trigamma)('the inverse gives %f back', (x, value) => near(trigammaInverse(value), x));
});

test('trigammaInverse is the inverse of trigamma', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-5, max: 1e5, noNaN: true }), (y) =>
      near(trigamma(trigammaInverse(y)), y),
    ),
  );
});
