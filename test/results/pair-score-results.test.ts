import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PairScoreResults } from '../../src/results/pair-score-results.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import type { Example } from '../../src/scoring/example.ts';
import { temporaryFolder } from '../temporary.ts';

const examples: Example[] = [
  { id: 'a', images: [{ path: 'a.png' }], captions: ['one', 'two', 'three'], truth: [[0, 0]], tags: [] },
];

test('a score that JSON cannot hold is a NaN at once, as it will be read again, and not missing', () => {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  const open = (session: number) => new PairScoreResults({ folder, scorer: 'other', examples, session });
  const results = open(1);
  results.accept({
    type: 'scores',
    index: 0,
    scores: [[1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
  });
  results.close();
  const expected = [[1, Number.NaN, Number.NaN]];
  expect(results.scores(0)).toEqual(expected);
  expect(open(2).scores(0)).toEqual(expected);
  results.compact();
  expect(open(3).scores(0)).toEqual(expected);
  expect(open(3).pending()).toEqual([]);
});
