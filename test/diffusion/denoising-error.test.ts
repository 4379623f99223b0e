import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { denoisingError } from '../../src/diffusion/denoising-error.ts';

const value = fc.float({ min: -8, max: 8, noNaN: true });
/** Predictions and targets of `[channels, cells]`. */
const row = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }))
  .chain(([channels, cells]) =>
    fc.record({
      channels: fc.constant(channels),
      cells: fc.constant(cells),
      predictions: fc.float32Array({
        min: -8,
        max: 8,
        noNaN: true,
        minLength: channels * cells,
        maxLength: channels * cells,
      }),
      target: fc.float32Array({
        min: -8,
        max: 8,
        noNaN: true,
        minLength: channels * cells,
        maxLength: channels * cells,
      }),
    }),
  );

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const near = (got: number, want: number) =>
  expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(want)));

describe('denoisingError', () => {
  test('by hand, either side of the Huber knee', () => {
    const predictions = Float32Array.of(0.5, -1, 3, 1);
    const target = Float32Array.of(0, 0, 0, 1);
    const { mse, mae, huber } = denoisingError({ predictions, offset: 0, target });
    expect(mse).toBe((0.25 + 1 + 9) / 4);
    expect(mae).toBe((0.5 + 1 + 3) / 4);
    // torch's smooth_l1_loss and huber_loss with beta = delta = 1: d²/2 below, d − 1/2 from there on.
    expect(huber).toBe((0.125 + 0.5 + 2.5) / 4);
  });

  test('equals the formulas over float32 differences', () => {
    fc.assert(
      fc.property(row, ({ predictions, target }) => {
        const differences = Array.from(target, (wanted, k) => Math.fround(predictions[k]! - wanted));
        const got = denoisingError({ predictions, offset: 0, target });
        near(got.mse, mean(differences.map((d) => d * d)));
        near(got.mae, mean(differences.map(Math.abs)));
        near(got.huber, mean(differences.map((d) => (Math.abs(d) < 1 ? (d * d) / 2 : Math.abs(d) - 0.5))));
      }),
    );
  });

  test('reads its own row of a batch only', () => {
    fc.assert(
      fc.property(row, value, fc.integer({ min: 0, max: 3 }), ({ predictions, target }, filler, place) => {
        const length = target.length;
        const batch = new Float32Array(length * 4).fill(filler);
        batch.set(predictions, place * length);
        expect(denoisingError({ predictions: batch, offset: place * length, target })).toEqual(
          denoisingError({ predictions, offset: 0, target }),
        );
      }),
    );
  });

  test('a map adds up to C · H · W · mse and is added to', () => {
    fc.assert(
      fc.property(row, ({ channels, cells, predictions, target }) => {
        const map = new Float32Array(cells).fill(1);
        const { mse } = denoisingError({ predictions, offset: 0, target }, map);
        const added = map.reduce((a, b) => a + b, 0) - cells;
        // The map is float32: each addition may round by half a unit of a cell that holds up to 1 + 4 · 16².
        expect(Math.abs(added - channels * cells * mse)).toBeLessThanOrEqual(
          channels * cells * 1025 * 2 ** -24,
        );
      }),
    );
  });

  test('a map cell sums its channels, not its neighbours', () => {
    const map = new Float32Array(3);
    denoisingError(
      { predictions: Float32Array.of(1, 0, 2, 3, 0, 0), offset: 0, target: new Float32Array(6) },
      map,
    );
    expect([...map]).toEqual([10, 0, 4]);
  });

  test('the map changes no error', () => {
    const predictions = Float32Array.of(0.1, 0.7, -2, 4);
    const target = Float32Array.of(1, 0.2, 0.3, 3.9);
    expect(denoisingError({ predictions, offset: 0, target }, new Float32Array(2))).toEqual(
      denoisingError({ predictions, offset: 0, target }),
    );
  });

  test('a prediction that is no number gives errors that are none', () => {
    const got = denoisingError({
      predictions: Float32Array.of(Number.NaN, 1),
      offset: 0,
      target: new Float32Array(2),
    });
    expect(Object.values(got).map(Number.isNaN)).toEqual([true, true, true]);
  });
});
