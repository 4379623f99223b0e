/** Nothing that only says when or where a trial is computed may move a stored bit. */

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runOk } from '../support/run-cli.ts';
import {
  mapsByExample,
  resultHashes,
  scoresByLabel,
  type TrialRow,
  trialRows,
} from '../support/run-files.ts';
import { type SmallRecord, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);

/** Five examples of 2 x 2 and one each of 1 x 2 and 2 x 1, so that calls hold rows of several examples. */
function records(): SmallRecord[] {
  const pairs = worldRecords(5).map(
    ({ id, image_0, image_1, caption_0, caption_1 }): SmallRecord => ({
      id: `pair-${id}`,
      images: [image_0, image_1],
      captions: [caption_0, caption_1],
    }),
  );
  const { images, captions } = pairs[0]!;
  pairs.splice(3, 0, { id: 'choice', images: images.slice(0, 1), captions, truth: [[0, 0]] });
  pairs.splice(5, 0, { id: 'retrieval', images, captions: captions.slice(1), truth: [[1, 0]] });
  return pairs;
}

const score = (run: string, ...args: string[]) =>
  runOk(['score', out('probe'), '--timesteps', '6', '--out', out(run), ...args]);

let reference: Record<string, string>;

beforeAll(async () => {
  writeProbe(out('probe'), records());
  writeProbe(out('reversed'), records().toReversed());
  await score('reference', '--workers', '1');
  reference = resultHashes(out('reference'));
});

test('the number of workers: equal files', async () => {
  await score('two-workers', '--workers', '2');
  expect(resultHashes(out('two-workers'))).toEqual(reference);
});

test('the order of examples: equal rows, maps and scores per example', async () => {
  await runOk(['score', out('reversed'), '--timesteps', '6', '--out', out('backwards')]);
  const byExample = (run: string) => {
    const groups: Record<string, TrialRow[]> = {};
    for (const row of trialRows(out(run))) {
      groups[row.example] ??= [];
      groups[row.example]!.push(row);
    }
    return groups;
  };
  const [forwards, backwards] = [byExample('reference'), byExample('backwards')];
  expect(Object.keys(backwards)).toEqual(Object.keys(forwards).toReversed());
  expect(backwards).toEqual(forwards);
  expect(mapsByExample(out('backwards'))).toEqual(mapsByExample(out('reference')));
  for (const scorer of ['clip', 'diffusion']) {
    expect(scoresByLabel(out('backwards'), scorer)).toEqual(scoresByLabel(out('reference'), scorer));
  }
});

test('scoring in pieces, in any order: equal files', async () => {
  for (const piece of ['7', '1', '3-5', '2-7']) await score('pieces', '--limit', piece);
  expect(resultHashes(out('pieces'))).toEqual(reference);
});
