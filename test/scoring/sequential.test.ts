import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairsOf } from '../../src/scoring/conditions.ts';
import { type Contest, contestsOf } from '../../src/scoring/contests.ts';
import { Course, decisionWithin } from '../../src/scoring/course.ts';
import { deviationAt, type ErrorSpread } from '../../src/scoring/error-spread.ts';
import { type Example, UNCONDITIONAL } from '../../src/scoring/example.ts';
import { makePlan, uniformTimesteps } from '../../src/scoring/plan.ts';
import { looksOf, SETTLING_Z, SequentialPlan, SequentialTest } from '../../src/scoring/sequential.ts';
import type { Decision } from '../../src/scoring/stop-rule.ts';
import { Random } from '../../src/stats/random.ts';
import {
  chiSquared,
  differencesOf,
  meanOf,
  ruleOf,
  separateContests,
  subjectWith,
} from './synthetic-errors.ts';

const ALPHA = 0.05;
const plan = makePlan({ timesteps: uniformTimesteps(64, 1000), repeats: 1, seed: 5 });
const total = plan.trials.length;

/** Deviations that fall to a fifth along the schedule. */
const spread: ErrorSpread = {
  points: [
    [0, 0.05],
    [999, 0.01],
  ],
  dof: 8,
};
const sigma = (timestep: number) => deviationAt(spread, timestep);
/** Standard error of the full plan's mean. */
const fullError = Math.sqrt(
  plan.trials.reduce((sum, { timestep }) => sum + (sigma(timestep) / total) ** 2, 0),
);
const shared = new SequentialPlan(plan, ruleOf(spread, ALPHA));

const decide = (contests: readonly Contest[], errors: readonly ArrayLike<number>[], by = shared) =>
  decisionWithin(by, subjectWith(contests, errors.length), {
    errors: (slot) => errors[slot]!,
    done: by.trials,
  });
const single = separateContests(1);
/** A decision of `shared` on so many contests. */
const decided = (trials: number, metrics: Decision['metrics'], contests = 1): Decision => ({
  trials,
  level: ALPHA / (looksOf(total).length * contests),
  metrics,
});

describe('looksOf', () => {
  test.each([
    [1, []],
    [4, []],
    [5, [4]],
    [8, [4, 6]],
    [16, [4, 6, 8, 12]],
    [33, [4, 6, 8, 12, 16, 24, 32]],
    [100, [4, 6, 8, 12, 16, 24, 32, 48, 64, 96]],
  ])('a plan of %i', (trials, looks) => expect(looksOf(trials)).toEqual(looks));

  test('ascend and end before the plan', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (trials) => {
        const looks = looksOf(trials);
        expect(looks).toEqual([...new Set(looks)].sort((a, b) => a - b));
        expect(looks.every((look) => look < trials && look % 2 === 0)).toBe(true);
      }),
    );
  });
});

describe('one contest', () => {
  test('a huge constant difference is settled at the first look, its negative too', () => {
    const constant = (value: number) => [new Float64Array(total).fill(value)];
    expect(decide(single, constant(100))).toEqual(decided(4, { text: 'right' }));
    expect(decide(single, constant(-100))).toEqual(decided(4, { text: 'wrong' }));
  });

  test('clear effects are settled with few trials, and rightly', () => {
    const random = new Random(11);
    const decisions = Array.from({ length: 200 }, () =>
      decide(single, [differencesOf(random, plan, { mean: 0.15, sigma })]),
    );
    expect(decisions.every((decision) => decision?.metrics.text === 'right')).toBe(true);
    const trials = decisions.map((decision) => decision!.trials).sort((a, b) => a - b);
    expect(trials[100]).toBe(4);
    expect(trials.at(-1)).toBeLessThanOrEqual(total / 4);
  });

  test('one where nothing differs is given up at a quarter of the plan, not before', () => {
    expect(decide(single, [new Float64Array(total)])).toEqual(decided(total / 4, { text: 'undecided' }));
  });

  test('hopeless ones are given up, none before a quarter of the plan', () => {
    const random = new Random(12);
    let given = 0;
    for (let bank = 0; bank < 300; bank++) {
      const decision = decide(single, [differencesOf(random, plan, { mean: 0, sigma })]);
      if (decision?.metrics.text !== 'undecided') continue;
      given++;
      expect(decision.trials).toBeGreaterThanOrEqual(total / 4);
    }
    expect(given).toBeGreaterThan(200);
  });

  test('what the full plan would settle clearly is hardly ever given up', () => {
    const random = new Random(13);
    const given = Array.from({ length: 400 }, () =>
      decide(single, [differencesOf(random, plan, { mean: 2 * SETTLING_Z * fullError, sigma })]),
    ).filter((decision) => decision?.metrics.text === 'undecided');
    expect(given.length / 400).toBeLessThanOrEqual(0.05);
  });

  test('a difference that changes sign along the schedule is not settled by the end that was seen', () => {
    const errors = [Float64Array.from(plan.trials, ({ timestep }) => (timestep < 500 ? 1 : -1.2))];
    const decision = decide(single, errors);
    expect(decision?.metrics.text ?? 'wrong').not.toBe('right');
  });

  test('nothing is given up before a quarter either where all of the noise is still to come', () => {
    const { timestep } = plan.trials[20]!;
    const points: [number, number][] = [
      [timestep - 1, 1e-6],
      [timestep, 1],
      [timestep + 1, 1e-6],
    ];
    const by = new SequentialPlan(plan, ruleOf({ points, dof: 8 }));
    expect(decide(single, [new Float64Array(total)], by)?.trials).toBe(total / 4);
  });

  test('a slope is hardly ever taken for its mean, however small the noise', () => {
    // S of a few trials lies beside the mean of the grid by what coarse cells miss of the slope: the look at the first
    // half must allow for that. Counted: slopes through 0 anywhere near their middle, settled against their mean.
    let [settled, against] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const sloped = makePlan({ timesteps: uniformTimesteps(64, 1000), repeats: 1, seed });
      const by = new SequentialPlan(sloped, ruleOf({ points: [[500, 1e-9]], dof: 1e6 }));
      for (let zero = 300; zero <= 700; zero += 8) {
        const errors = Float64Array.from(sloped.trials, ({ timestep }) => (timestep - zero) / 1000);
        const state = decide(single, [errors], by)?.metrics.text;
        if (state !== 'right' && state !== 'wrong') continue;
        settled++;
        const mean = meanOf(errors);
        if ((state === 'right') === mean > 0) continue;
        against++;
        expect(Math.abs(mean), `seed ${seed}, zero ${zero}`).toBeLessThan(0.03); // of a range of 1
      }
    }
    expect(settled).toBeGreaterThan(1000);
    expect(against / settled).toBeLessThan(0.025);
  });

  test('NaN decides nothing', () => {
    expect(decide(single, [new Float64Array(total).fill(Number.NaN)])).toBeUndefined();
  });
});

describe('several contests', () => {
  const over = 'captions';
  /** Two contests of one metric. */
  const both: Contest[] = [0, 1].map((slot) => ({ metric: 'text', over, terms: [{ slot, sign: 1 }] }));
  const constant = (value: number) => new Float64Array(total).fill(value);

  test('a metric is right once all of its contests are won', () => {
    expect(decide(both, [constant(9), constant(9)])).toEqual(decided(4, { text: 'right' }, 2));
  });

  test('and wrong once one is lost, whatever the other', () => {
    const noise = differencesOf(new Random(1), plan, { mean: 0, sigma });
    for (const errors of [
      [constant(-9), noise],
      [noise, constant(-9)],
    ])
      expect(decide(both, errors)).toEqual(decided(4, { text: 'wrong' }, 2));
  });

  test('and undecided where one is won and one is given up', () => {
    expect(decide(both, [constant(9), constant(0)])).toEqual(decided(total / 4, { text: 'undecided' }, 2));
  });

  test('what was given up is looked at again while the example goes on', () => {
    const from = (start: number) => Float64Array.from({ length: total }, (_, k) => (k < start ? 0 : 9));
    // The first one is flat until after its look at 16 and never clear; the other one begins to rise before.
    expect(decide(single, [from(16)])).toMatchObject({ trials: 16, metrics: { text: 'undecided' } });
    const alone = decide(single, [from(8)])!;
    expect(alone.metrics.text).toBe('right');
    expect(alone.trials).toBeGreaterThan(16);
    // So by the time that the other one is settled, the first one is no longer given up.
    expect(decide(separateContests(2), [from(16), from(8)])?.metrics.text).not.toBe('undecided');
  });

  test('an example goes on until its last metric is through', () => {
    expect(decide(separateContests(3), [constant(9), constant(-9), constant(0)])).toEqual(
      decided(total / 4, { text: 'right', image: 'wrong', group: 'undecided' }, 3),
    );
  });

  test('without contests nothing is ever decided', () => expect(decide([], [])).toBeUndefined());

  test('off its looks a test says nothing', () => {
    const asked = new SequentialTest(shared, subjectWith(single));
    for (const trials of [1, 2, 3, 5, 7, 9, 10, total])
      expect(asked.look(trials, () => constant(100))).toBeUndefined();
  });
});

test('the variances are those of means over redrawn noise', () => {
  const random = new Random(41);
  const looks = [4, 12, 32].map((trials) => ({ trials, squares: 0 }));
  let full = 0;
  const BANKS = 4000;
  for (let bank = 0; bank < BANKS; bank++) {
    const errors = differencesOf(random, plan, { mean: 0, sigma });
    const mean = meanOf(errors);
    full += mean ** 2;
    for (const look of looks) {
      const { weights } = shared.looks.get(look.trials)!;
      const prefix = weights.reduce((sum, weight, k) => sum + weight * errors[k]!, 0);
      look.squares += (prefix - mean) ** 2;
    }
  }
  // Standard error of a variance from so many: 2.2 %.
  expect(Math.abs(full / BANKS / shared.full.captions - 1)).toBeLessThan(0.08);
  for (const { trials, squares } of looks) {
    const { captions } = shared.looks.get(trials)!.variance;
    expect(Math.abs(squares / BANKS / captions - 1), `${trials} trials`).toBeLessThan(0.08);
  }
});

describe('alpha bounds the share of examples with a contest settled against the full plan’s sign', () => {
  const BANKS = 500;

  interface Simulated {
    contests: number;
    /** Of a contest, in standard errors of the full plan. */
    mean(random: Random): number;
    /** Of its deviation against the calibrated one. */
    scale(random: Random): number;
  }

  /**
   * Counts, over synthetic noise banks of one example with independent contests each: examples that the rule ended, and
   * those of them in which any contest is settled right though its mean over the full bank is not above 0, or wrong
   * though it is. As shares of all banks, those that ran the whole plan included.
   */
  function simulate(seed: number, { contests: count, mean, scale }: Simulated) {
    const contests = separateContests(count);
    const random = new Random(seed);
    let [ended, against, settled] = [0, 0, 0];
    for (let bank = 0; bank < BANKS; bank++) {
      const errors = contests.map(() => {
        const own = scale(random);
        const about = mean(random) * fullError * own;
        return differencesOf(random, plan, { mean: about, sigma: (t) => own * sigma(t) });
      });
      const decision = decide(contests, errors);
      if (!decision) continue;
      ended++;
      const states = contests.map(({ metric }) => decision.metrics[metric]!);
      settled += states.filter((state) => state !== 'undecided').length;
      const isAgainst = (state: string, k: number) =>
        state !== 'undecided' && (state === 'right') !== meanOf(errors[k]!) > 0;
      if (states.some(isAgainst)) against++;
    }
    return { ended: ended / BANKS, against: against / BANKS, settled };
  }

  const calibrated = () => 1;
  /** What the calibration's prior says of scales: s² = d / χ²_d. */
  const asPrior = (random: Random) => Math.sqrt(spread.dof / chiSquared(random, spread.dof));
  const none = () => 0;
  /** Small, middling and clear effects, in standard errors of the full plan. */
  const mixed = (random: Random) => [-12, -4, -1, 0.5, 2, 6, 20][random.below(7)]!;

  test.each<[string, number, Simulated]>([
    ['one contest without effect', 20, { contests: 1, mean: none, scale: calibrated }],
    [
      'one contest without effect, its scale drawn from the prior',
      26,
      { contests: 1, mean: none, scale: asPrior },
    ],
    ['one that scatters three times as much as its kind', 27, { contests: 1, mean: none, scale: () => 3 }],
    ['five without effect', 21, { contests: 5, mean: none, scale: calibrated }],
    ['five without effect, scales drawn from the prior', 22, { contests: 5, mean: none, scale: asPrior }],
    ['five with effects of all sizes', 23, { contests: 5, mean: mixed, scale: calibrated }],
    [
      'five with effects of all sizes, scales from the prior',
      24,
      { contests: 5, mean: mixed, scale: asPrior },
    ],
  ])('%s', (_, seed, simulated) => {
    const { ended, against, settled } = simulate(seed, simulated);
    expect(ended).toBeGreaterThan(0.3); // else the bound would be kept by doing nothing
    expect(settled).toBeGreaterThan(0);
    expect(against).toBeLessThanOrEqual(ALPHA);
  });

  test('2 x 2 examples whose contests share their pairs’ errors: verdicts against the full plan’s', () => {
    const example: Example = {
      id: 'x',
      images: [{ path: 'a.png' }, { path: 'b.png' }],
      captions: ['a', 'b'],
      truth: [
        [0, 0],
        [1, 1],
      ],
      tags: [],
    };
    const own = contestsOf(example, 'auto');
    const pairs = pairsOf(example, 'auto');
    // Independent errors of deviation σ per pair: two of them differ by √2 σ, four by 2 σ.
    const times = (factor: number): ErrorSpread => ({
      points: spread.points.map(([t, value]) => [t, factor * value]),
      dof: spread.dof,
    });
    const rule = { captions: times(Math.SQRT2), images: times(2), matchings: times(2) };
    const by = new SequentialPlan(plan, { rule: 'sequential', alpha: ALPHA, spread: rule });
    const random = new Random(25);
    let [ended, against] = [0, 0];
    for (let bank = 0; bank < BANKS; bank++) {
      const scale = asPrior(random);
      const lead = mixed(random) * fullError * scale;
      const errors = pairs.map(({ image, caption }) => {
        const mean = caption !== UNCONDITIONAL && image !== caption ? lead : 0;
        return differencesOf(random, plan, { mean, sigma: (t) => scale * sigma(t) });
      });
      const decision = decide(own, errors, by);
      if (!decision) continue;
      ended++;
      // Counted once per example: any metric settled other than the whole plan has it.
      const isAgainst = (metric: Contest['metric']) => {
        const right = own
          .filter((contest) => contest.metric === metric)
          .every(
            ({ terms }) => terms.reduce((sum, { slot, sign }) => sum + sign * meanOf(errors[slot]!), 0) > 0,
          );
        const state = decision.metrics[metric]!;
        return state !== 'undecided' && (state === 'right') !== right;
      };
      if ((['text', 'image', 'groupMatch'] as const).some(isAgainst)) against++;
    }
    expect(ended / BANKS).toBeGreaterThan(0.5);
    expect(against / BANKS).toBeLessThanOrEqual(ALPHA);
  });
});

describe('a decision depends on the errors alone', () => {
  const short = makePlan({ timesteps: uniformTimesteps(13, 1000), repeats: 3, seed: 2 });
  const rule = new SequentialPlan(short, ruleOf(spread));
  const situation = fc.record({
    seed: fc.nat(),
    means: fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 1, maxLength: 5 }),
    cut: fc.integer({ min: 0, max: short.trials.length }),
  });
  const errorsOf = (seed: number, means: readonly number[]) => {
    const random = new Random(seed);
    return means.map((mean) => differencesOf(random, short, { mean, sigma }));
  };

  /** Shows a course trials `[from, to)` until the example is left, or to the end. */
  function feed(course: Course, errors: readonly Float64Array[], [from, to]: [number, number]) {
    for (let trial = from; trial < to && !course.decision; trial++) {
      course.advance(
        () => trial + 1,
        (slot) => errors[slot]!.map((value, k) => (k <= trial ? value : Number.NaN)),
      );
    }
    return course.decision;
  }

  test('the same trial by trial, all at once, and gone on with in the middle', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(situation, ({ seed, means, cut }) => {
        const errors = errorsOf(seed, means);
        const subject = subjectWith(separateContests(means.length));
        const all = { errors: (slot: number) => errors[slot]!, done: short.trials.length };
        const stored = decisionWithin(rule, subject, all);
        const course = () => new Course(rule, subject, short.trials.length);
        expect(feed(course(), errors, [0, short.trials.length])).toEqual(stored);

        // Another session: shown again what was stored, then fed the rest.
        const resumed = course();
        const before = feed(resumed, errors, [0, cut]);
        expect(before ?? feed(resumed, errors, [cut, short.trials.length])).toEqual(stored);

        // Of what is not evaluated yet nothing is known, and nothing asked.
        const known = decisionWithin(rule, subject, {
          errors: (slot) => errors[slot]!.map((value, trial) => (trial < cut ? value : Number.NaN)),
          done: cut,
        });
        expect(known).toEqual(stored && stored.trials <= cut ? stored : undefined);
        expect(decisionWithin(rule, subject, { ...all, done: cut })).toEqual(known);
        for (const state of Object.values(stored?.metrics ?? {})) kinds.add(state);
      }),
      { numRuns: 300, seed: 3 },
    );
    expect([...kinds].sort()).toEqual(['right', 'undecided', 'wrong']);
  });

  test('the unit does not matter: errors and spread times any number', () => {
    fc.assert(
      fc.property(
        situation,
        fc.oneof(
          fc.integer({ min: -30, max: 30 }).map((power) => 2 ** power),
          fc.constantFrom(3.7, 1e-4, 12345),
        ),
        ({ seed, means }, factor) => {
          const errors = errorsOf(seed, means);
          const contests = separateContests(means.length);
          const points = spread.points.map(([t, value]): [number, number] => [t, value * factor]);
          const other = new SequentialPlan(short, ruleOf({ ...spread, points }));
          const scaled = errors.map((values) => values.map((value) => value * factor));
          expect(decide(contests, scaled, other)).toEqual(decide(contests, errors, rule));
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });

  test('signs turned round turn the verdicts round', () => {
    const turned: Record<string, string> = { right: 'wrong', wrong: 'right', undecided: 'undecided' };
    fc.assert(
      fc.property(situation, ({ seed, means }) => {
        const errors = errorsOf(seed, means);
        const contests = separateContests(means.length);
        const there = decide(contests, errors, rule);
        const back = decide(
          contests,
          errors.map((values) => values.map((value) => -value)),
          rule,
        );
        const wanted: Decision | undefined = there && {
          ...there,
          metrics: Object.fromEntries(
            Object.entries(there.metrics).map(([metric, state]) => [metric, turned[state]]),
          ) as Decision['metrics'],
        };
        expect(back).toEqual(wanted);
      }),
      { seed: 7 },
    );
  });
});

test('a smaller alpha never settles earlier', () => {
  const strict = new SequentialPlan(plan, ruleOf(spread, 1e-4));
  const random = new Random(31);
  for (let bank = 0; bank < 100; bank++) {
    const errors = [differencesOf(random, plan, { mean: 0.03, sigma })];
    const [loose, tight] = [decide(single, errors), decide(single, errors, strict)];
    if (tight?.metrics.text === 'right') expect(loose!.trials).toBeLessThanOrEqual(tight.trials);
  }
});
