/** Makes a run folder of many examples without evaluating anything, through the code that stores real ones. */

import { readFileSync } from 'node:fs';
import { DiffusionResults } from '../../src/results/diffusion-results.ts';
import { identityHash, type Manifest } from '../../src/results/manifest.ts';
import { PairScoreResults } from '../../src/results/pair-score-results.ts';
import { RunFolder, writeAtomically } from '../../src/results/run-folder.ts';
import { readExamples, writeExamples } from '../../src/results/stored-examples.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import type { Example } from '../../src/scoring/example.ts';
import { makePlan } from '../../src/scoring/plan.ts';
import { Random } from '../../src/stats/random.ts';

/**
 * Multiplies a stored run with one diffusion scorer `diffusion` and one CLIP `clip` to `count` examples: captions are
 * the run's own with a number behind, errors and similarities are drawn.
 * @param from a run folder; @param to where the new one goes.
 */
export function makeLargeRun(from: string, to: string, count: number): void {
  const source = new RunFolder(from);
  const stored = source.readManifest()!;
  const few = readExamples(readFileSync(source.examplesFile, 'utf8'), source.examplesFile);
  const examples: Example[] = Array.from({ length: count }, (_, index) => {
    const model = few[index % few.length]!;
    return { ...model, id: `${index}`, captions: model.captions.map((text) => `${text}, number ${index}`) };
  });
  const identity = { ...stored.identity, task: { ...stored.identity.task, count } };
  const manifest: Manifest = { ...stored, identity, identityHash: identityHash(identity) };
  const folder = new RunFolder(to);
  folder.create();
  folder.writeManifest(manifest);
  const diffusion = identity.scorers.diffusion;
  if (diffusion?.kind !== 'diffusion') throw new Error('the run has no scorer "diffusion"');
  const random = new Random(7);
  const uniform = () => random.uniform();
  const plan = makePlan(diffusion.plan);
  const trials = new DiffusionResults({
    folder,
    scorer: 'diffusion',
    examples,
    plan,
    uncond: diffusion.uncond,
    maps: false,
    identity: manifest.identityHash,
    session: 1,
    numerics: 0,
  });
  const scores = new PairScoreResults({ folder, scorer: 'clip', examples, session: 1 });
  for (const [index, example] of examples.entries()) {
    const rows = pairsOf(example, diffusion.uncond).flatMap((pair) =>
      plan.trials.map((_, trial) => ({ ...pair, trial })),
    );
    const isTrue = ({ image, caption }: { image: number; caption: number }) =>
      example.truth.some(([i, c]) => i === image && c === caption);
    // About one example in five comes out wrong.
    const lead = 0.02 * (uniform() - 0.1);
    const mse = Float64Array.from(rows, (row) => 0.2 + 0.01 * uniform() - (isTrue(row) ? lead : 0));
    trials.accept({
      type: 'trials',
      index: new Int32Array(rows.length).fill(index),
      image: Int16Array.from(rows, (row) => row.image),
      caption: Int16Array.from(rows, (row) => row.caption),
      trial: Int32Array.from(rows, (row) => row.trial),
      mse,
      mae: mse.map(Math.sqrt),
      huber: mse.map((value) => value / 2),
    });
    scores.accept({
      type: 'scores',
      index,
      scores: example.images.map((_, image) =>
        example.captions.map((_, caption) => 0.2 + 0.1 * uniform() + (isTrue({ image, caption }) ? 0.03 : 0)),
      ),
    });
  }
  for (const results of [trials, scores]) {
    results.close();
    results.compact();
  }
  const hashes = examples.map(({ images }) => images.map((image) => ('name' in image ? image.name : '')));
  writeAtomically(folder.examplesFile, writeExamples(examples, hashes, true));
}
