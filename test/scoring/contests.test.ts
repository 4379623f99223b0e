import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdict } from '../../src/metrics/evaluate.ts';
import type { MetricName } from '../../src/metrics/score-matrix.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { pairsOf, UNCOND_MODES, type UncondMode } from '../../src/scoring/conditions.ts';
import { contestsOf } from '../../src/scoring/contests.ts';
import { type Example, UNCONDITIONAL } from '../../src/scoring/example.ts';
import { makePlan } from '../../src/scoring/plan.ts';

function exampleOf(images: number, captions: number, truth: Example['truth']): Example {
  return {
    id: 'x',
    images: Array.from({ length: images }, (_, i) => ({ path: `${i}.png` })),
    captions: Array.from({ length: captions }, (_, c) => `caption ${c}`),
    truth,
    tags: [],
  };
}

const DIAGONAL: Example['truth'] = [
  [0, 0],
  [1, 1],
];

const plan = makePlan({ timesteps: [100, 300, 500, 800], repeats: 2, seed: 1 });
const trials = plan.trials.length;

/** What the metrics say of errors `[slot][trial]` of the whole plan. */
function verdictOf(example: Example, uncond: UncondMode, errors: readonly Float64Array[]) {
  const pairs = example.images.map(() => [] as Float64Array[]);
  const unconditional: Float64Array[] = [];
  for (const [slot, { image, caption }] of pairsOf(example, uncond).entries()) {
    if (caption === UNCONDITIONAL) unconditional[image] = errors[slot]!;
    else pairs[image]![caption] = errors[slot]!;
  }
  const stored = { pairs, done: trials, ...(unconditional.length > 0 && { unconditional }) };
  const { raw, normalized } = scoreExample(plan, stored, { factor: () => 1 });
  return verdict({ scores: raw, truth: example.truth, ...(normalized && { imageScores: normalized }) });
}

/** The same from the contests: a metric is right where all of its own are won. */
function wonBy(example: Example, uncond: UncondMode, errors: readonly Float64Array[]) {
  const won: Partial<Record<MetricName, boolean>> = {};
  for (const { metric, terms } of contestsOf(example, uncond)) {
    let sum = 0;
    for (const { slot, sign } of terms) for (const error of errors[slot]!) sum += sign * error;
    won[metric] = (won[metric] ?? true) && sum > 0;
  }
  return won;
}

/** Any shape up to 4 x 4 with any truth, or a matching where it is square; errors that favour the truth by `lead`. */
const situation = fc
  .record({
    images: fc.integer({ min: 1, max: 4 }),
    captions: fc.integer({ min: 1, max: 4 }),
    uncond: fc.constantFrom(...UNCOND_MODES),
    matched: fc.boolean(),
    lead: fc.double({ min: -0.3, max: 1, noNaN: true }),
  })
  .chain((shape) => {
    const { images, captions, matched } = shape;
    const all = Array.from({ length: images * captions }, (_, k): [number, number] => [
      Math.floor(k / captions),
      k % captions,
    ]);
    const truth =
      matched && images === captions
        ? fc
            .shuffledSubarray([...Array(captions).keys()], { minLength: captions })
            .map((order) => order.map((caption, image): [number, number] => [image, caption]))
        : fc.subarray(all);
    const row = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: trials,
      maxLength: trials,
    });
    const pairs = images * (captions + 1);
    return fc.record({
      shape: fc.constant(shape),
      truth,
      noise: fc.array(row, { minLength: pairs, maxLength: pairs }),
    });
  });

test('all contests of a metric are won exactly where the metric is right', () => {
  let [right, wrong] = [0, 0];
  fc.assert(
    fc.property(situation, ({ shape: { images, captions, uncond, lead }, truth, noise }) => {
      const example = exampleOf(images, captions, truth);
      const isTrue = new Set(truth.map(([image, caption]) => `${image} ${caption}`));
      const errors = pairsOf(example, uncond).map(({ image, caption }, slot) =>
        Float64Array.from(noise[slot]!, (value) =>
          isTrue.has(`${image} ${caption}`) ? value : value + lead,
        ),
      );
      const { group, groupMatch, ...verdicts } = verdictOf(example, uncond, errors);
      const { groupMatch: matched, ...won } = wonBy(example, uncond, errors);
      // Larger matchings have no contests at all: such examples run the whole plan.
      if (groupMatch !== undefined && images > 3) {
        expect(contestsOf(example, uncond)).toEqual([]);
        return;
      }
      expect(won).toEqual(verdicts);
      expect(matched).toBe(groupMatch);
      if (group !== undefined) expect((won.text ?? true) && (won.image ?? true)).toBe(group);
      for (const value of Object.values(won)) value ? right++ : wrong++;
    }),
    { numRuns: 1000, seed: 4 },
  );
  expect(Math.min(right, wrong)).toBeGreaterThan(200); // both happened
});

describe('2 x 2', () => {
  const example = exampleOf(2, 2, DIAGONAL);
  const shapeOf = (uncond: UncondMode) =>
    contestsOf(example, uncond).map(({ metric, over, terms }) => [metric, over, terms.length]);

  test.each(['auto', 'always'] as const)(
    'with the empty caption (%s): images compete by four errors',
    (uncond) => {
      expect(shapeOf(uncond)).toEqual([
        ['text', 'captions', 2],
        ['text', 'captions', 2],
        ['image', 'images', 4],
        ['image', 'images', 4],
        ['groupMatch', 'matchings', 4],
      ]);
    },
  );

  test('without it: by two', () => {
    expect(shapeOf('never').map(([, , terms]) => terms)).toEqual([2, 2, 2, 2, 4]);
  });

  test('by hand: which errors speak for and against', () => {
    // Slots: i0 c0, i0 c1, i0 ∅, i1 c0, i1 c1, i1 ∅.
    const signs = contestsOf(example, 'auto').map(({ terms }) =>
      Array.from({ length: 6 }, (_, slot) => terms.find((term) => term.slot === slot)?.sign ?? 0),
    );
    expect(signs).toEqual([
      [-1, 1, 0, 0, 0, 0],
      [0, 0, 0, 1, -1, 0],
      [-1, 0, 1, 1, 0, -1],
      [0, 1, -1, 0, -1, 1],
      [-1, 1, 0, 1, -1, 0],
    ]);
  });
});

test.each([
  ['1 x 3 with one true caption', 1, 3, [[0, 1]], { captions: 2 }],
  [
    '1 x 4 with two',
    1,
    4,
    [
      [0, 1],
      [0, 3],
    ],
    { captions: 4 },
  ],
  ['4 x 1 with one true image', 4, 1, [[2, 0]], { images: 3 }],
  [
    '3 x 3 matched',
    3,
    3,
    [
      [0, 1],
      [1, 2],
      [2, 0],
    ],
    { captions: 6, images: 6, matchings: 5 },
  ],
  [
    '4 x 4 matched',
    4,
    4,
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    {},
  ],
  ['2 x 2 with a truth that is no matching', 2, 2, [[0, 0]], { captions: 1, images: 1 }],
  [
    '2 x 2 all true',
    2,
    2,
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    {},
  ],
  ['2 x 2 without truth', 2, 2, [], {}],
  ['1 x 1', 1, 1, [[0, 0]], {}],
] as [string, number, number, [number, number][], Record<string, number>][])(
  'contests of %s',
  (_, images, captions, truth, wanted) => {
    const counts: Record<string, number> = {};
    for (const { over } of contestsOf(exampleOf(images, captions, truth), 'auto'))
      counts[over] = (counts[over] ?? 0) + 1;
    expect(counts).toEqual(wanted);
  },
);
