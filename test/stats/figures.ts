/**
 * The figures of docs/statistics.md: `node test/stats/figures.ts <name>` prints one block of it, and
 * `document.test.ts` compares them with the document.
 */
import { aboveChance, leastAboveChance } from '../../src/stats/above-chance.ts';
import { bootstrapMean } from '../../src/stats/bootstrap.ts';
import { brierScore, expectedCalibrationError, logLoss, reliability } from '../../src/stats/calibration.ts';
import { detectableDifference, detectablePairedDifference } from '../../src/stats/detectable.ts';
import { holm } from '../../src/stats/holm.ts';
import { mcnemarExact, mcnemarMidP } from '../../src/stats/mcnemar.ts';
import { monteCarloFromRerun, rightProbability, scoreSpread } from '../../src/stats/monte-carlo-error.ts';
import { pairedBootstrap } from '../../src/stats/paired-bootstrap.ts';
import { Random } from '../../src/stats/random.ts';
import { type Choice, fitTemperature, softmax } from '../../src/stats/temperature.ts';
import { fisherExact, newcombeInterval, twoProportionTest } from '../../src/stats/two-proportions.ts';
import { pairingBounds } from '../../src/stats/unknown-pairing.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { normal } from './simulation.ts';

const percent = (fraction: number, digits = 1) => (100 * fraction).toFixed(digits);
const percents = (fractions: readonly number[]) =>
  fractions.map((fraction) => percent(fraction)).join(' to ');
const pValue = (p: number) => (p < 0.0001 ? 'below 0.0001' : p.toFixed(p < 0.01 ? 4 : 3));
const same = (count: number, chance: number) => new Array<number>(count).fill(chance);

/** Columns set flush, the first to the left. */
function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => String(row[column]).length));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(width(0)) : String(cell).padStart(width(column) + 2),
      )
      .join('')
      .trimEnd(),
  );
}

const [A, B, N] = [154, 132, 400] as const;

/** Two published counts as if they were from different examples. */
function counts(): string[] {
  const { z, p } = twoProportionTest(A, N, B, N);
  return table([
    ['A: 154 of 400, %', percent(A / N), `95 %: ${percents(wilsonInterval(A, N))}`],
    ['B: 132 of 400, %', percent(B / N), `95 %: ${percents(wilsonInterval(B, N))}`],
    ['A - B, points', percent((A - B) / N), `95 %: ${percents(newcombeInterval(A, N, B, N))}`],
    ['z-test', `z = ${z.toFixed(2)}`, `p = ${pValue(p)}`],
    ['Fisher', '', `p = ${pValue(fisherExact(A, N, B, N))}`],
    ['found with a power of 80 %', `${percent(detectableDifference(B / N, N)!)} points`, ''],
  ]);
}

/** The same counts on the same examples, for every pairing. */
function pairing(): string[] {
  const bounds = pairingBounds(A, B, N);
  const [from, to] = bounds.significant!;
  const lead = A - B;
  const shown = [
    from,
    60,
    to,
    to + 2,
    2 * Math.round(bounds.independentDiscordant / 2),
    bounds.mostDiscordant,
  ];
  const rows = shown.map((discordant) => {
    const bOnly = (discordant - lead) / 2;
    const [exact, midP] = [mcnemarExact(bOnly + lead, bOnly), mcnemarMidP(bOnly + lead, bOnly)];
    return [discordant, percent(discordant / N), bOnly + lead, bOnly, pValue(exact), pValue(midP)];
  });
  return [
    `A: ${A} of ${N}, B: ${B} of ${N}`,
    ...table([['discordant', '%', 'A only', 'B only', 'exact p', 'mid-p'], ...rows]),
    `p lies between ${pValue(bounds.p[0])} and ${pValue(bounds.p[1])}`,
    `significant at 0.05 where ${from} to ${to} examples are discordant, of ${bounds.leastDiscordant} to ${bounds.mostDiscordant} possible`,
    `expected if the two were independent: ${bounds.independentDiscordant.toFixed(1)}`,
  ];
}

/** Two versions of one publication, each from a run of its own on the same 400 examples. */
function versions(): string[] {
  const [first, third] = [136, 154];
  const bounds = pairingBounds(third, first, N);
  const { p } = twoProportionTest(third, N, first, N);
  return [
    ...table([
      ['v1', `${first} of ${N}`, percent(first / N), `95 %: ${percents(wilsonInterval(first, N))}`],
      ['v3', `${third} of ${N}`, percent(third / N), `95 %: ${percents(wilsonInterval(third, N))}`],
      [
        'v3 - v1',
        third - first,
        percent((third - first) / N),
        `95 %: ${percents(newcombeInterval(third, N, first, N))}`,
      ],
    ]),
    `z-test as if unpaired: p = ${pValue(p)}`,
    `McNemar's p lies between ${pValue(bounds.p[0])} and ${pValue(bounds.p[1])}`,
    `significant at 0.05 where ${bounds.significant![0]} to ${bounds.significant![1]} examples are discordant`,
  ];
}

/** Which scores are above chance. */
function chance(): string[] {
  const least = (list: readonly number[]) => leastAboveChance(list)!;
  const row = (name: string, list: readonly number[]) => [
    name,
    list.length,
    least(list),
    percent(least(list) / list.length),
  ];
  const mixed = [...same(300, 0.25), ...same(100, 0.5)];
  return [
    ...table([
      ['chance', 'examples', 'least right', '%'],
      row('1/4', same(400, 0.25)),
      row('1/6', same(400, 1 / 6)),
      row('1/2', same(400, 0.5)),
      row('1/4', same(60, 0.25)),
      row('300 of 1/4, 100 of 1/2', mixed),
    ]),
    `110 of 400 against 1/4: p = ${pValue(aboveChance(110, same(400, 0.25)))}`,
    `132 of 400 against 1/4: p = ${pValue(aboveChance(132, same(400, 0.25)))}`,
  ];
}

/** Least differences that are found with a probability of 80 %, in points. */
function detectable(): string[] {
  const points = (difference: number | undefined) => (difference === undefined ? '-' : percent(difference));
  const rows = [60, 171, 400, 1000, 4000].map((count) => [
    count,
    points(detectableDifference(0.33, count)),
    ...[0.1, 0.2, 0.4].map((discordant) => points(detectablePairedDifference(discordant, count))),
  ]);
  return table([['examples', 'unpaired from 33 %', 'paired, 10 % discordant', '20 %', '40 %'], ...rows]);
}

/** Verdicts of two scorers on 300 examples, three of each template; made up, but the same each time. */
function clusters(): string[] {
  const random = new Random(1);
  const [a, b, groups]: [number[], number[], number[]] = [[], [], []];
  for (let group = 0; group < 100; group++) {
    const easy = random.uniform() < 0.5;
    for (let member = 0; member < 3; member++) {
      a.push(Number(random.uniform() < (easy ? 0.95 : 0.15)));
      b.push(Number(random.uniform() < (easy ? 0.85 : 0.1)));
      groups.push(group);
    }
  }
  const right = a.filter(Boolean).length;
  const bounds = ({ lo, hi }: { lo: number; hi: number }) => percents([lo, hi]);
  return table([
    [`A: ${right} of 300, Wilson`, percents(wilsonInterval(right, 300))],
    ['A, BCa', bounds(bootstrapMean(a))],
    ['A, BCa of 100 groups', bounds(bootstrapMean(a, { clusters: groups }))],
    ['A - B, BCa', bounds(pairedBootstrap(a, b))],
    ['A - B, BCa of 100 groups', bounds(pairedBootstrap(a, b, { clusters: groups }))],
  ]);
}

/** A benchmark whose margins are known to within an error: 200 examples, made up. */
function noise(): string[] {
  const random = new Random(2);
  const margins = Array.from({ length: 200 }, () => 0.5 + 2 * normal(random));
  const rows = [4, 16, 64].map((noises) => {
    const error = 2 / Math.sqrt(noises);
    const { score, monteCarlo, examples, total } = scoreSpread(
      margins.map((margin) => rightProbability(margin, error)),
    );
    return [noises, error.toFixed(2), ...[score, monteCarlo, examples, total].map((value) => percent(value))];
  });
  return [
    ...table([['noises', 'error', 'score %', 'by noise', 'by examples', 'both'], ...rows]),
    `18 of 200 verdicts differ in a second run: by noise ${percent(monteCarloFromRerun(18, 200))}`,
  ];
}

/** Scores of 500 choices between two, made up so that T = 0.02 is true. */
function calibration(): string[] {
  const random = new Random(3);
  const choices = Array.from({ length: 500 }, (): Choice => {
    const scores = [0.25 + 0.03 * normal(random), 0.25 + 0.03 * normal(random)];
    return { scores, truth: random.uniform() < softmax(scores, 0.02)[0]! ? 0 : 1 };
  });
  const [fitting, held] = [choices.slice(0, 250), choices.slice(250)];
  const { temperature } = fitTemperature(fitting);
  const rows = [0.01, temperature].map((t) => {
    const predictions = {
      probabilities: held.map(({ scores }) => softmax(scores, t)[0]!),
      outcomes: held.map(({ truth }) => truth === 0),
    };
    const ece = expectedCalibrationError(reliability(predictions, 10, 'count'));
    return [
      t.toFixed(4),
      ...[ece, brierScore(predictions), logLoss(predictions)].map((value) => value.toFixed(3)),
    ];
  });
  return table([['T', 'ECE', 'Brier', 'log loss'], ...rows]);
}

/** Four comparisons of one report. */
function many(): string[] {
  const p = [0.012, 0.03, 0.04, 0.2];
  return table([
    ['p', ...p.map(pValue)],
    ['adjusted', ...holm(p).map(pValue)],
  ]);
}

export const figures: Record<string, () => string[]> = {
  counts,
  pairing,
  versions,
  chance,
  detectable,
  clusters,
  noise,
  calibration,
  many,
};

if (import.meta.main) {
  for (const name of process.argv.slice(2))
    console.log(figures[name]?.().join('\n') ?? `no figures '${name}'`);
}
