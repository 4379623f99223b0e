import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MersenneTwister } from '../../src/diffusion/mersenne-twister.ts';

const draw = (generator: MersenneTwister, count: number) =>
  Array.from({ length: count }, () => generator.next());

describe('MersenneTwister', () => {
  // The numbers of the authors' mt19937ar.c and of the C++ standard ([rand.predef]).
  test('seed 5489 gives the published numbers', () => {
    const generator = new MersenneTwister(5489);
    expect(draw(generator, 5)).toEqual([3499211612, 581869302, 3890346734, 3586334585, 545404204]);
    generator.skip(9994);
    expect(generator.next()).toBe(4123659995);
  });

  test('only the low 32 bits of the seed count', () => {
    expect(draw(new MersenneTwister(7 + 2 ** 32), 3)).toEqual(draw(new MersenneTwister(7), 3));
    expect(draw(new MersenneTwister(8), 3)).not.toEqual(draw(new MersenneTwister(7), 3));
  });

  test('skip(n) equals n calls of next, across any number of twists', () => {
    const count = fc.integer({ min: 0, max: 2000 });
    fc.assert(
      fc.property(fc.nat(), count, count, (seed, before, skipped) => {
        const [walked, jumped] = [new MersenneTwister(seed), new MersenneTwister(seed)];
        draw(walked, before + skipped);
        draw(jumped, before);
        jumped.skip(skipped);
        expect(draw(jumped, 3)).toEqual(draw(walked, 3));
      }),
      { numRuns: 50 },
    );
  });

  test('restore goes back to the saved place, again and again', () => {
    const generator = new MersenneTwister(1);
    generator.skip(620);
    const saved = generator.save();
    const first = draw(generator, 700);
    for (let k = 0; k < 2; k++) {
      generator.restore(saved);
      expect(draw(generator, 700)).toEqual(first);
    }
  });

  test('a saved state can be entered from another generator', () => {
    const generator = new MersenneTwister(2);
    generator.skip(1000);
    const other = new MersenneTwister(3);
    other.restore(generator.save());
    expect(draw(other, 5)).toEqual(draw(generator, 5));
  });
});
