/**
 * How often intervals hold the truth, and how often tests reject a true null hypothesis. Seeded, so every number is
 * the same each time; bounds leave three standard errors of the simulation.
 */
import { describe, expect, test } from 'vitest';
import { aboveChance } from '../../src/stats/above-chance.ts';
import { binomialPmf } from '../../src/stats/binomial.ts';
import { bootstrapMean } from '../../src/stats/bootstrap.ts';
import { mcnemarExact, mcnemarMidP } from '../../src/stats/mcnemar.ts';
import { pairedBootstrap } from '../../src/stats/paired-bootstrap.ts';
import { Random } from '../../src/stats/random.ts';
import { fisherExact, newcombeInterval, twoProportionTest } from '../../src/stats/two-proportions.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { normal } from './simulation.ts';

const ALPHA = 0.05;
/** Largest share that may be seen if the true one is `rate`. */
const atMost = (rate: number, times: number) => rate + 3 * Math.sqrt((rate * (1 - rate)) / times);

/** Share of `times` trials that hold. */
function share(times: number, trial: () => boolean): number {
  let count = 0;
  for (let k = 0; k < times; k++) if (trial()) count++;
  return count / times;
}

const bits = (random: Random, count: number, p: number) =>
  Array.from({ length: count }, () => Number(random.uniform() < p));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const holds = (truth: number, { lo, hi }: { lo: number; hi: number }) => lo <= truth && truth <= hi;

/** Exact probability of an event that depends on a count of `n` trials of probability `p`. */
function probability(n: number, p: number, event: (k: number) => boolean): number {
  let total = 0;
  for (let k = 0; k <= n; k++) if (event(k)) total += binomialPmf(k, n, p);
  return total;
}

describe('95 % intervals hold the truth', () => {
  test.each([50, 171, 400])('Wilson, %i examples', (n) => {
    const coverage = Array.from({ length: 81 }, (_, k) => 0.1 + k / 100).map((p) =>
      probability(n, p, (k) => {
        const [lo, hi] = wilsonInterval(k, n);
        return lo <= p && p <= hi;
      }),
    );
    expect(Math.min(...coverage)).toBeGreaterThan(0.92);
    expect(sum(coverage) / coverage.length).toBeGreaterThan(0.945);
    const random = new Random(n);
    const simulated = share(2000, () => {
      const [lo, hi] = wilsonInterval(sum(bits(random, n, 0.3)), n);
      return lo <= 0.3 && 0.3 <= hi;
    });
    expect(simulated).toBeGreaterThan(0.93);
  });

  test('Newcombe, 60 and 80 examples', () => {
    const random = new Random(1);
    const coverage = share(2000, () => {
      const [lo, hi] = newcombeInterval(sum(bits(random, 60, 0.4)), 60, sum(bits(random, 80, 0.55)), 80);
      return holds(-0.15, { lo, hi });
    });
    expect(coverage).toBeGreaterThan(0.935);
  });

  test.each([
    ['verdicts', 0.7, (random: Random) => Number(random.uniform() < 0.7)],
    ['normal margins', 0.2, (random: Random) => 0.2 + normal(random)],
    ['mixed margins', 0.2, (random: Random) => (random.uniform() < 0.8 ? 0 : 1) + 0.3 * normal(random)],
  ])('BCa, 60 %s', (_, truth, draw) => {
    const random = new Random(2);
    const coverage = share(1000, () => {
      const values = Array.from({ length: 60 }, () => draw(random));
      return holds(truth, bootstrapMean(values, { resamples: 999, seed: random.next() }));
    });
    expect(coverage).toBeGreaterThan(0.93);
  });

  test('BCa comes short for few and very skewed values', () => {
    const random = new Random(3);
    const coverage = share(500, () => {
      const values = Array.from({ length: 50 }, () => Math.exp(normal(random)));
      return holds(Math.exp(0.5), bootstrapMean(values, { resamples: 999, seed: random.next() }));
    });
    expect(coverage).toBeGreaterThan(0.87);
    expect(coverage).toBeLessThan(0.95);
  });

  test('BCa of groups that agree within, where ignoring the groups fails', () => {
    const random = new Random(4);
    let [grouped, plain] = [0, 0];
    const times = 600;
    for (let k = 0; k < times; k++) {
      const values: number[] = [];
      const clusters: number[] = [];
      for (let group = 0; group < 60; group++) {
        // Right throughout with probability 0.6, or else hardly ever: correlated within the group.
        const p = random.uniform() < 0.6 ? 0.9 : 0.15;
        for (let member = 1 + random.below(8); member > 0; member--) {
          values.push(Number(random.uniform() < p));
          clusters.push(group);
        }
      }
      const truth = 0.6 * 0.9 + 0.4 * 0.15;
      const seed = random.next();
      if (holds(truth, bootstrapMean(values, { clusters, resamples: 999, seed }))) grouped++;
      const [lo, hi] = wilsonInterval(sum(values), values.length);
      if (holds(truth, { lo, hi })) plain++;
    }
    expect(grouped / times).toBeGreaterThan(0.93);
    expect(plain / times).toBeLessThan(0.85);
  });
});

describe('tests reject a true null hypothesis seldom enough', () => {
  /** Share of rejections of McNemar's test, exactly: over the number discordant, then over who is right. */
  const size = (n: number, discordant: number, p: (b: number, c: number) => number) => {
    let total = 0;
    for (let m = 0; m <= n; m++) {
      const weight = binomialPmf(m, n, discordant);
      if (weight > 1e-12) total += weight * probability(m, 0.5, (b) => p(b, m - b) <= ALPHA);
    }
    return total;
  };

  test.each([20, 60, 171])('McNemar, %i examples: all discordances', (n) => {
    for (const discordant of [0.05, 0.1, 0.2, 0.35, 0.5, 0.8]) {
      const [exact, midP] = [size(n, discordant, mcnemarExact), size(n, discordant, mcnemarMidP)];
      expect(exact).toBeLessThanOrEqual(ALPHA);
      expect(midP).toBeGreaterThanOrEqual(exact);
      // No guarantee, but above the level by hardly more than a tenth of a percentage point.
      expect(midP).toBeLessThan(0.0515);
    }
  });

  /** Two scorers equally good, right together more often than by accident. */
  const pair = (random: Random, n: number): [number[], number[]] => {
    const a = bits(random, n, 0.5);
    return [a, a.map((value) => (random.uniform() < 0.7 ? value : 1 - value))];
  };
  const table = ([a, b]: [number[], number[]]): [number, number] => [
    a.filter((value, k) => value > b[k]!).length,
    a.filter((value, k) => value < b[k]!).length,
  ];

  test.each([
    ['exact', mcnemarExact],
    ['mid-p', mcnemarMidP],
  ])('McNemar, %s, on verdicts', (_, p) => {
    const random = new Random(5);
    const rate = share(4000, () => p(...table(pair(random, 100))) <= ALPHA);
    expect(rate).toBeLessThanOrEqual(atMost(ALPHA, 4000));
  });

  test('the paired bootstrap, plain and of groups', () => {
    const random = new Random(6);
    const misses = share(1000, () => {
      const [a, b] = pair(random, 100);
      return !holds(0, pairedBootstrap(a, b, { resamples: 999, seed: random.next() }));
    });
    expect(misses).toBeLessThanOrEqual(atMost(ALPHA, 1000));
    const grouped = share(600, () => {
      const [a, b] = pair(random, 60);
      const [clusters, left, right]: [number[], number[], number[]] = [[], [], []];
      for (let group = 0; group < 60; group++) {
        for (let member = random.below(4); member >= 0; member--) {
          clusters.push(group);
          left.push(a[group]!);
          right.push(b[group]!);
        }
      }
      return !holds(0, pairedBootstrap(left, right, { clusters, resamples: 999, seed: random.next() }));
    });
    // Groups of unequal size make the interval a little short: 6 to 7 % instead of 5 in longer simulations.
    expect(grouped).toBeLessThanOrEqual(atMost(0.067, 600));
  });

  test('above chance, equal and different chances', () => {
    const random = new Random(7);
    const chances = Array.from({ length: 120 }, (_, k) => [0.25, 0.5, 1 / 6][k % 3]!);
    for (const list of [chances, new Array<number>(120).fill(0.25)]) {
      const rate = share(3000, () => {
        const right = list.filter((chance) => random.uniform() < chance).length;
        return aboveChance(right, list) <= ALPHA;
      });
      expect(rate).toBeLessThanOrEqual(atMost(ALPHA, 3000));
    }
  });

  test('two proportions: Fisher always, the z-test about', () => {
    for (const p of [0.1, 0.35, 0.5]) {
      const outcomes = Array.from({ length: 61 * 81 }, (_, k): [number, number] => [
        k % 61,
        Math.floor(k / 61),
      ]);
      const rate = (pValue: (a: number, b: number) => number) =>
        sum(
          outcomes.map(([a, b]) =>
            pValue(a, b) <= ALPHA ? binomialPmf(a, 60, p) * binomialPmf(b, 80, p) : 0,
          ),
        );
      expect(rate((a, b) => fisherExact(a, 60, b, 80))).toBeLessThanOrEqual(ALPHA);
      expect(rate((a, b) => twoProportionTest(a, 60, b, 80).p)).toBeLessThan(0.06);
    }
  });
});
