import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResultsError } from '../../src/errors.ts';
import { DiffusionResults } from '../../src/results/diffusion-results.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { makeExamples, mapsOf, rowsOf, shuffled, smallPlan } from './evaluations.ts';

const examples = makeExamples(3);
const everyone = [...examples.keys()];
const plan = smallPlan();
const total = plan.trials.length;

function newFolder(): RunFolder {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  return folder;
}

interface Opening {
  session?: number;
  numerics?: number;
  maps?: boolean;
  identity?: string;
}

function open(folder: RunFolder, { session = 1, numerics = 0, maps = true, identity = 'abc' }: Opening = {}) {
  return new DiffusionResults({
    folder,
    scorer: 'sd',
    examples,
    plan,
    uncond: 'auto',
    maps,
    identity,
    session,
    numerics,
  });
}

/** Hands in the trials `[from, to)` of an example, each written at once as a batch of its own. */
function feed(results: DiffusionResults, index: number, from: number, to: number): void {
  for (let k = from; k < to; k++) {
    results.accept(rowsOf(examples, plan, index, k));
    results.flush();
  }
}

/** Does what is pending, as a run would, with a checkpoint of the maps in the middle. */
function finish(results: DiffusionResults, maps = true): void {
  for (const { index, start, maps: before } of results.pending()) {
    const middle = Math.floor((start + total) / 2);
    feed(results, index, start, middle);
    const checkpoint = mapsOf(examples, { index, trials: middle, start, before });
    if (maps) results.accept(checkpoint);
    feed(results, index, middle, total);
    if (maps)
      results.accept(mapsOf(examples, { index, trials: total, start: middle, before: checkpoint.sums }));
  }
}

/** The compacted files' bytes. */
function filesOf(folder: RunFolder): (Buffer | undefined)[] {
  return [folder.trialsFile('sd'), folder.mapsFile('sd')].map((path) =>
    existsSync(path) ? readFileSync(path) : undefined,
  );
}

/** The files of a run that nothing disturbed. */
function undisturbed(maps = true): (Buffer | undefined)[] {
  const folder = newFolder();
  const results = open(folder, { maps });
  finish(results, maps);
  results.close();
  results.compact();
  return filesOf(folder);
}

describe('what is pending', () => {
  test('everything at first, nothing at the end', () => {
    const results = open(newFolder());
    expect(results.pending()).toEqual(everyone.map((index) => ({ index, start: 0 })));
    finish(results);
    expect(results.pending()).toEqual([]);
    expect(everyone.map((index) => results.isDone(index))).toEqual([true, true, true]);
    expect(everyone.map((index) => results.evaluations(index))).toEqual([6 * total, 3 * total, 6 * total]);
  });

  test('without maps: goes on after the last whole trial', () => {
    const folder = newFolder();
    const first = open(folder, { maps: false });
    feed(first, 0, 0, 3);
    feed(first, 1, 0, total);
    first.close();
    const second = open(folder, { maps: false, session: 2 });
    expect(second.pending()).toEqual([
      { index: 0, start: 3 },
      { index: 2, start: 0 },
    ]);
    expect([second.isDone(0), second.isDone(1), second.evaluations(0)]).toEqual([false, true, 18]);
  });

  test('with maps: goes on from their last checkpoint, with its sums', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, 2);
    first.accept(mapsOf(examples, { index: 0, trials: 2 }));
    feed(first, 0, 2, 4);
    const { sums } = mapsOf(examples, { index: 0, trials: 4 });
    first.accept(mapsOf(examples, { index: 0, trials: 4 }));
    feed(first, 0, 4, 7);
    feed(first, 1, 0, 5);
    first.close();
    expect(open(folder, { session: 2 }).pending()).toEqual([
      { index: 0, start: 4, maps: sums },
      { index: 1, start: 0 },
      { index: 2, start: 0 },
    ]);
  });

  test('with maps: an example is not done before they are, though its trials are', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, total);
    first.close();
    const second = open(folder, { session: 2 });
    expect(second.pending()[0]).toEqual({ index: 0, start: 0 });
    finish(second);
    expect(second.pending()).toEqual([]);
  });

  test('maps that are ahead of their trials are not gone on from', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, 4);
    first.accept(mapsOf(examples, { index: 0, trials: 4 }));
    first.close();
    const [segment] = folder.segmentFiles('sd', 'trials');
    truncateSync(segment!, readFileSync(segment!).length - 100);
    expect(open(folder, { session: 2 }).pending()[0]).toEqual({ index: 0, start: 0 });
  });

  test('maps are never on disk before the trials they sum over', () => {
    const folder = newFolder();
    const killed = open(folder);
    for (let k = 0; k < 3; k++) killed.accept(rowsOf(examples, plan, 0, k));
    killed.accept(mapsOf(examples, { index: 0, trials: 3 }));
    expect(open(folder, { session: 2 }).pending()[0]).toMatchObject({ index: 0, start: 3 });
    killed.close();
  });

  test('rows wait in memory no longer than 256 of them, and count at once', () => {
    const folder = newFolder();
    const results = open(folder, { maps: false });
    results.accept(rowsOf(examples, plan, 0, 0));
    expect(results.store.done(0)).toBe(1);
    expect(folder.segmentFiles('sd', 'trials')).toEqual([]);
    for (let k = 0; k < 43; k++) results.accept(rowsOf(examples, plan, 0, k % total));
    expect(folder.segmentFiles('sd', 'trials')).toHaveLength(1);
  });
});

describe('another numeric setting', () => {
  test('begins anew what the first one left unfinished, and keeps what it finished', () => {
    const folder = newFolder();
    const first = open(folder, { maps: false });
    feed(first, 0, 0, total);
    feed(first, 1, 0, 5);
    first.close();
    const second = open(folder, { maps: false, session: 2, numerics: 1 });
    expect(second.pending()).toEqual([
      { index: 1, start: 0 },
      { index: 2, start: 0 },
    ]);
    finish(second, false);
    expect(second.pending()).toEqual([]);
    expect(everyone.map((index) => second.store.numericsOf(index))).toEqual([0, 1, 1]);
  });

  test('does not go on from the other one’s maps', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, 4);
    first.accept(mapsOf(examples, { index: 0, trials: 4 }));
    feed(first, 0, 4, total);
    first.close();
    const second = open(folder, { session: 2, numerics: 1 });
    expect(second.pending()[0]).toEqual({ index: 0, start: 0 });
    finish(second);
    expect(second.pending()).toEqual([]);
    expect(second.isDone(0)).toBe(true);
    second.close();
    const third = open(folder, { session: 3, numerics: 1 });
    expect(third.pending()).toEqual([]);
    expect(third.store.numericsOf(0)).toBe(1);
  });

  test('that comes back goes on where it was', () => {
    const folder = newFolder();
    for (const [session, numerics, to] of [
      [1, 0, 4],
      [2, 1, 2],
    ] as const) {
      const results = open(folder, { session, numerics });
      feed(results, 0, 0, to);
      results.accept(mapsOf(examples, { index: 0, trials: to }));
      results.close();
    }
    expect(open(folder, { session: 3, numerics: 0 }).pending()[0]).toMatchObject({ index: 0, start: 4 });
    expect(open(folder, { session: 3, numerics: 1 }).pending()[0]).toMatchObject({ index: 0, start: 2 });
  });
});

describe('torn segments', () => {
  test.each([true, false])(
    'cut anywhere, they cost their tail and change no byte of the result (maps: %s)',
    (maps) => {
      const wanted = undisturbed(maps);
      const folder = newFolder();
      const first = open(folder, { maps });
      finish(first, maps);
      first.close();
      const segments = (['trials', 'maps'] as const).flatMap((what) => folder.segmentFiles('sd', what));
      const cut = fc.double({ min: 0, max: 1, noNaN: true });
      const root = temporaryFolder();
      let copies = 0;
      fc.assert(
        fc.property(cut, cut, fc.boolean(), (ofTrials, ofMaps, again) => {
          const copy = new RunFolder(join(root, `${copies++}`));
          copy.create();
          for (const [k, path] of segments.entries()) {
            const torn = path.replace(folder.path, copy.path);
            copyFileSync(path, torn);
            truncateSync(torn, Math.round(readFileSync(path).length * (k === 0 ? ofTrials : ofMaps)));
          }
          let session = 2;
          if (again) {
            // Killed before it closed its segments.
            const interrupted = open(copy, { maps, session: session++ });
            for (const { index, start } of interrupted.pending())
              feed(interrupted, index, start, Math.min(total, start + 2));
          }
          const results = open(copy, { maps, session });
          for (const { index, start } of results.pending())
            expect(start).toBeLessThanOrEqual(results.store.done(index));
          finish(results, maps);
          expect(results.pending()).toEqual([]);
          results.close();
          results.compact();
          expect(filesOf(copy)).toEqual(wanted);
        }),
        { numRuns: 40 },
      );
    },
  );

  test.each(['trialsFile', 'mapsFile'] as const)(
    'a torn final file is damage, and is left as it is: %s',
    (which) => {
      const folder = newFolder();
      const results = open(folder);
      finish(results);
      results.close();
      results.compact();
      const path = folder[which]('sd');
      for (const length of [readFileSync(path).length - 40, 100]) {
        truncateSync(path, length);
        expect(() => open(folder, { session: 2 })).toThrow(ResultsError);
        expect(() => open(folder, { session: 2 })).toThrow(/results file is damaged: .*sd.arrow/);
        expect(readFileSync(path)).toHaveLength(length);
      }
    },
  );
});

describe('compaction', () => {
  test('leaves one file of each kind and no segment, and they hold everything', () => {
    const folder = newFolder();
    const results = open(folder);
    finish(results);
    results.close();
    results.compact();
    expect(readdirSync(join(folder.path, 'segments'))).toEqual([]);
    expect(readdirSync(join(folder.path, 'trials'))).toEqual(['sd.arrow']);
    const again = open(folder, { session: 2 });
    expect(again.pending()).toEqual([]);
    expect(again.errors(0, 'mse')).toEqual(results.errors(0, 'mse'));
    again.compact();
    expect(filesOf(folder)).toEqual(undisturbed());
  });

  test('without maps writes none', () => {
    const [trials, maps] = undisturbed(false);
    expect(trials).toBeDefined();
    expect(maps).toBeUndefined();
  });

  test('gives the same bytes whatever order results came in, and over however many sessions', () => {
    const wanted = undisturbed();
    const root = temporaryFolder();
    let runs = 0;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, sessions) => {
        const folder = new RunFolder(join(root, `${runs++}`));
        folder.create();
        const trials = everyone.flatMap((index) => plan.trials.map((_, k) => ({ index, k })));
        const parts = shuffled(trials, seed);
        for (let session = 1; session <= sessions; session++) {
          const results = open(folder, { session });
          for (const { index, k } of parts.filter((_, at) => at % sessions === session - 1)) {
            results.accept(rowsOf(examples, plan, index, k));
          }
          if (session === sessions) {
            for (const index of shuffled(everyone, seed))
              results.accept(mapsOf(examples, { index, trials: total }));
          }
          results.close();
        }
        open(folder, { session: 9 }).compact();
        expect(filesOf(folder)).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a file that does not belong here', () => {
  test.each(['segment', 'file'])('a %s of another run is refused by its name', (what) => {
    const folder = newFolder();
    const results = open(folder, { identity: 'another run' });
    finish(results);
    results.close();
    if (what === 'file') results.compact();
    expect(() => open(folder, { session: 2 })).toThrow(ResultsError);
    expect(() => open(folder, { session: 2 })).toThrow(
      /results file is of another run: .*sd.*arrow.*expected identity abc, got another run/,
    );
  });

  test('two results of one trial that differ are refused, by the file of the second', () => {
    const folder = newFolder();
    const [first, second] = [open(folder), open(folder, { session: 2 })];
    const rows = rowsOf(examples, plan, 0, 0);
    first.accept(rows);
    second.accept({ ...rows, mse: rows.mse.map((value) => value * 2) });
    first.close();
    second.close();
    expect(() => open(folder, { session: 3 })).toThrow(ResultsError);
    expect(() => open(folder, { session: 3 })).toThrow(
      /two results of one trial differ: .*sd\.0002\.trials\.arrows/,
    );
  });
});
