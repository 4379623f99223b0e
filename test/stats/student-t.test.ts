import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { studentTIsf, studentTSf } from '../../src/stats/student-t.ts';
import { near } from './golden.ts';

const file = new URL('../../fixtures/golden/stats/student_t.json', import.meta.url);
const golden: Record<'sf' | 'isf', [number, number, number][]> = JSON.parse(readFileSync(file, 'utf8'));

describe('Student’s t equals SciPy', () => {
  test.each(golden.sf)('t.sf(%f, %f)', (t, dof, p) => near(studentTSf(t, dof), p, 1e-10, 0));
  test.each(golden.isf)('t.isf(%f, %f)', (p, dof, t) => near(studentTIsf(p, dof), t, 1e-10, 1e-12));
});

test('the quantile and the tail are each other’s inverse', () => {
  const p = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  fc.assert(
    fc.property(p, fc.double({ min: 0.5, max: 2000, noNaN: true }), (tail, dof) => {
      near(studentTSf(studentTIsf(tail, dof), dof), tail, 1e-9, 1e-15);
    }),
  );
});

test.each([0, -1, Number.NaN])('no degrees of freedom: %f', (dof) => {
  expect(() => studentTSf(1, dof)).toThrow(InputError);
  expect(() => studentTIsf(0.1, dof)).toThrow(/degrees of freedom above 0, got/);
});

test.each([0, 1, -0.1, 1.5, Number.NaN])('no probability: %f', (p) => {
  expect(() => studentTIsf(p, 3)).toThrow(InputError);
  expect(() => studentTIsf(p, 3)).toThrow(/0 < p < 1, got/);
});
