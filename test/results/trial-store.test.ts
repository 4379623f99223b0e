import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResultsError } from '../../src/errors.ts';
import type { TrialColumns } from '../../src/results/arrow.ts';
import { TrialStore } from '../../src/results/trial-store.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { errorOf, makeExamples, rowsOf, shuffled, smallPlan } from './evaluations.ts';

const examples = makeExamples(4);
const plan = smallPlan();
const total = plan.trials.length;
const wholePlan = (index: number, done: (slot: number) => number) =>
  newStore()
    .pairs(index)
    .every((_, slot) => done(slot) === total);
const newStore = () => new TrialStore({ examples, plan, uncond: 'auto' });

interface Row {
  index: number;
  pair: number;
  trial: number;
}

/** Every row of the given examples and trials. */
function everyRow(indices = [0, 1, 2, 3], trials = total): Row[] {
  const store = newStore();
  return indices.flatMap((index) =>
    [...store.pairs(index).keys()].flatMap((pair) =>
      Array.from({ length: trials }, (_, trial) => ({ index, pair, trial })),
    ),
  );
}

function put(store: TrialStore, { index, pair, trial }: Row, numerics = 0, change = 0): void {
  const { image, caption, mse, mae, huber } = rowsOf(examples, plan, index, trial);
  const values = [mse[pair]! + change, mae[pair]!, huber[pair]!];
  store.put(index, numerics, { pair: { image: image[pair]!, caption: caption[pair]! }, trial, values });
}

/** Stored columns of the given rows, as a file of that numeric setting has them. */
function columnsOf(rows: readonly Row[], numerics = 0): TrialColumns {
  const store = newStore();
  for (const row of rows) put(store, row, numerics);
  return store.columns();
}

describe('TrialStore', () => {
  test('counts the trials that all pairs have, without a gap', () => {
    const store = newStore();
    expect(store.done(0)).toBe(0);
    const rows = everyRow([0]);
    for (const row of rows) if (row.trial !== 3) put(store, row);
    expect(store.done(0)).toBe(3);
    for (const row of rows) if (row.trial === 3 && row.pair > 0) put(store, row);
    expect(store.done(0)).toBe(3);
    put(store, { index: 0, pair: 0, trial: 3 });
    expect(store.done(0)).toBe(total);
    expect(store.done(1)).toBe(0);
  });

  test('gives errors by image and caption in the plan’s order, the empty caption apart', () => {
    const store = newStore();
    for (const row of everyRow()) put(store, row);
    const wanted = (index: number, pair: number) =>
      plan.trials.map(({ noise }) => errorOf(index, pair, noise));
    const { pairs, unconditional, done } = store.errors(0, 'mse');
    expect(done).toBe(total);
    expect(pairs.map((row) => row.map((values) => [...values]))).toEqual([
      [wanted(0, 0), wanted(0, 1)],
      [wanted(0, 3), wanted(0, 4)],
    ]);
    expect(unconditional!.map((values) => [...values])).toEqual([wanted(0, 2), wanted(0, 5)]);
    expect([...store.errors(0, 'mae').pairs[0]![0]!]).toEqual(wanted(0, 0).map(Math.sqrt));
    expect([...store.errors(0, 'huber').pairs[0]![0]!]).toEqual(wanted(0, 0).map((value) => value / 2));
    expect(store.errors(1, 'mse').unconditional).toBeUndefined();
  });

  test('errors of an example without any are NaN of the right shape', () => {
    const { pairs, done } = newStore().errors(2, 'mse');
    expect([pairs.length, pairs[0]!.length, done]).toEqual([3, 1, 0]);
    expect(pairs[0]![0]!.every(Number.isNaN)).toBe(true);
  });

  test('what is loaded gives the scores of what was put', () => {
    const [fresh, loaded] = [newStore(), newStore()];
    for (const row of everyRow()) put(fresh, row);
    loaded.load(fresh.columns(), 'x');
    loaded.settle(0, wholePlan);
    for (const index of examples.keys()) {
      expect(scoreExample(plan, loaded.errors(index, 'mse'), { factor: () => 1 })).toEqual(
        scoreExample(plan, fresh.errors(index, 'mse'), { factor: () => 1 }),
      );
    }
  });

  test('the order of the columns does not depend on the order in which rows came', () => {
    const rows = everyRow();
    const wanted = columnsOf(rows);
    const { example, image, caption, noise } = wanted;
    const place = (k: number) => [
      examples.findIndex(({ id }) => id === example[k]),
      image[k]!,
      caption[k]!,
      noise[k]!,
    ];
    expect(place(0)).toEqual([0, 0, 0, 0]);
    expect(place(1)).toEqual([0, 0, 0, 1]);
    expect(place(2 * total)).toEqual([0, 0, -1, 0]);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(columnsOf(shuffled(rows, seed))).toEqual(wanted);
      }),
      { numRuns: 20 },
    );
  });
});

describe('rows that contradict', () => {
  test('a trial may come twice with the same bits', () => {
    const store = newStore();
    store.load(columnsOf(everyRow([0])), 'a');
    store.load(columnsOf(everyRow([0])), 'b');
    store.settle(0, wholePlan);
    put(store, { index: 0, pair: 0, trial: 0 });
    expect(store.done(0)).toBe(total);
  });

  test('another last bit is refused, with the place of the trial', () => {
    const store = newStore();
    put(store, { index: 1, pair: 2, trial: 5 });
    const again = () => put(store, { index: 1, pair: 2, trial: 5 }, 0, 2 ** -50);
    expect(again).toThrow(ResultsError);
    expect(again).toThrow(/two results of one trial differ.*"ex_c0_i0 猫", image 0, caption 2, trial 5/);
  });

  test('another file with another last bit is refused by its name', () => {
    const columns = columnsOf(everyRow([0]));
    const store = newStore();
    store.load(columns, 'first.arrows');
    columns.huber[7]! += 2 ** -50;
    expect(() => store.load(columns, 'second.arrows')).toThrow(ResultsError);
    expect(() => store.load(columns, 'second.arrows')).toThrow(/differ: second\.arrows/);
  });

  test('the same trial under another numeric setting is no contradiction', () => {
    const store = newStore();
    put(store, { index: 0, pair: 0, trial: 0 }, 0);
    expect(() => put(store, { index: 0, pair: 0, trial: 0 }, 1, 1e-7)).not.toThrow();
  });

  test.each<[string, (columns: TrialColumns) => void, RegExp]>([
    ['example', (columns) => (columns.example[0] = 'other'), /not of this run.*"other"/],
    ['timestep', (columns) => (columns.timestep[0] = 6), /not of this run.*timestep 6/],
    ['noise', (columns) => (columns.noise[0] = 99), /not of this run.*noise 99/],
    ['image', (columns) => (columns.image[0] = 2), /pair that the example does not have.*image 2/],
    ['caption', (columns) => (columns.caption[0] = 2), /pair that the example does not have.*caption 2/],
  ])('a foreign %s is refused', (_, change, pattern) => {
    const columns = columnsOf(everyRow([0]));
    change(columns);
    expect(() => newStore().load(columns, 'x.arrow')).toThrow(ResultsError);
    expect(() => newStore().load(columns, 'x.arrow')).toThrow(/x\.arrow/);
    expect(() => newStore().load(columns, 'x.arrow')).toThrow(pattern);
  });
});

describe('settle', () => {
  /** A store of example 0 with so many trials under setting 0 and under setting 1. */
  function storeWith(underZero: number, underOne: number, current: number): TrialStore {
    const store = newStore();
    if (underZero) store.load(columnsOf(everyRow([0], underZero), 0), 'a');
    if (underOne) store.load(columnsOf(everyRow([0], underOne), 1), 'b');
    store.settle(current, wholePlan);
    return store;
  }

  test.each([
    ['nothing stored', 0, 0, 1, -1, 0],
    ['begun under the current setting', 0, 3, 1, 1, 3],
    ['begun under another one: begun anew', 3, 0, 1, -1, 0],
    ['begun under both: the current one goes on, though it is behind', 5, 3, 1, 1, 3],
    ['complete under another one: it counts', total, 0, 1, 0, total],
    ['complete under another one, begun under the current one', total, 3, 1, 0, total],
    ['complete under both: the current one', total, total, 1, 1, total],
    ['complete under both, the other current', total, total, 0, 0, total],
  ])('%s', (_, underZero, underOne, current, numerics, done) => {
    const store = storeWith(underZero, underOne, current);
    expect([store.numericsOf(0), store.done(0)]).toEqual([numerics, done]);
  });

  test('what was computed under a setting that does not count is stored on too', () => {
    const { numerics, example } = storeWith(total, 3, 1).columns();
    expect([...numerics].filter((setting) => setting === 0)).toHaveLength(6 * total);
    expect([...numerics].filter((setting) => setting === 1)).toHaveLength(6 * 3);
    expect(example).toHaveLength(6 * (total + 3));
  });

  test('a NaN that a model gave is a result like any other', () => {
    const store = newStore();
    for (const row of everyRow([0])) put(store, row, 0, row.trial === 2 ? Number.NaN : 0);
    expect(store.done(0)).toBe(total);
    const loaded = newStore();
    loaded.load(store.columns(), 'x');
    loaded.settle(0, wholePlan);
    expect(loaded.done(0)).toBe(total);
    expect(loaded.errors(0, 'mse').pairs[0]![0]![2]).toBeNaN();
  });

  test('a setting that does not repeat its bits keeps its first result', () => {
    const store = new TrialStore({ examples, plan, uncond: 'auto', repeats: (setting) => setting === 0 });
    const row = { index: 0, pair: 0, trial: 0 };
    put(store, row, 1);
    const before = store.errors(0, 'mse').pairs[0]![0]![0];
    put(store, row, 1, 1e-7);
    expect(store.errors(0, 'mse').pairs[0]![0]![0]).toBe(before);
    put(store, row, 0);
    expect(() => put(store, row, 0, 1e-7)).toThrow(ResultsError);
  });
});
