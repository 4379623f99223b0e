import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EMBEDDED_MODELS } from '../../src/hub/resolve-ref.ts';
import { describeClassifier } from '../../src/models/classifier-folder.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openClassifierScorer } from '../../src/scoring/classifier-scorer.ts';
import { openDiffusionScorer } from '../../src/scoring/diffusion-scorer.ts';
import type { Example } from '../../src/scoring/example.ts';
import type { ScorerOutput, TrialRows } from '../../src/scoring/scorer.ts';

const WORLD = fileURLToPath(new URL('../../fixtures/tiny-world/', import.meta.url));
const CPU = { name: 'cpu', id: 0 } as const;
const names = Object.values(describeDiffusion(join(WORLD, 'dit')).labels!.whole).flat();

interface Golden {
  example: number;
  timesteps: number[];
  rows: { caption: number; timestep: number; mse: number; mae: number; kl: number; nll: number }[];
}

function exampleOf(kind: string, line: number): Example {
  const text = readFileSync(join(WORLD, `probes/${kind}/examples.jsonl`), 'utf8').split('\n')[line]!;
  const { images, captions, truth } = JSON.parse(text) as {
    images: string[];
    captions: string[];
    truth: [number, number][];
  };
  return {
    id: `${line}`,
    images: images.map((name) => ({ path: join(WORLD, `probes/${kind}/images/${name}.png`) })),
    captions,
    truth,
    tags: [],
  };
}

async function outputsOf(
  scorer: Awaited<ReturnType<typeof openClassifierScorer>>,
  example: Example,
): Promise<ScorerOutput[]> {
  const outputs: ScorerOutput[] = [];
  await scorer.evaluate([{ index: 0, example, start: 0 }], (output) => outputs.push(output));
  await scorer.release();
  return outputs;
}

it('the embedded DiT knows the twenty classes of the probe', () => expect(names.length).toBe(20));

it("a trial's errors and parts of the bound equal the PyTorch port of Li et al.'s", async () => {
  const golden = (
    JSON.parse(readFileSync(new URL('../../fixtures/golden/bound/bound.json', import.meta.url), 'utf8')) as {
      trials: Golden;
    }
  ).trials;
  const scorer = await openDiffusionScorer({
    kind: 'diffusion',
    description: describeDiffusion(join(WORLD, 'dit')),
    plan: { timesteps: golden.timesteps, repeats: 1, seed: 0 },
    batch: 24,
    threads: 1,
    device: CPU,
    resize: 'crop',
    uncond: 'never',
    maps: false,
  });
  const rows = (await outputsOf(scorer, exampleOf('classes', 0))).filter(
    (output): output is TrialRows => output.type === 'trials',
  );
  const found = rows.flatMap(({ caption, trial, mse, mae, kl, nll }) =>
    Array.from(caption, (own, r) => ({
      caption: own,
      trial: trial[r]!,
      mse: mse[r]!,
      mae: mae[r]!,
      kl: kl![r]!,
      nll: nll![r]!,
    })),
  );
  for (const expected of golden.rows) {
    // The noise of a trial is that of its timestep's rank, whatever the order of evaluation.
    const match = found.find(
      (row) => row.caption === expected.caption && Math.abs(row.mse - expected.mse) < 1e-4 * expected.mse,
    );
    expect(match, `timestep ${expected.timestep}, class ${expected.caption}`).toBeDefined();
    for (const part of ['mae', 'kl', 'nll'] as const)
      expect(
        Math.abs(match![part] - expected[part]),
        `${part} at timestep ${expected.timestep}`,
      ).toBeLessThan(1e-3 * Math.abs(expected[part]) + 1e-6);
  }
});

describe.each(Object.entries(EMBEDDED_MODELS.classifier))('the embedded classifier %s', (_name, folder) => {
  const settings = {
    kind: 'classifier' as const,
    description: describeClassifier(join(WORLD, folder)),
    threads: 1,
    device: CPU,
    resize: 'crop' as const,
  };

  it('gives every class of a picture its log-probability, the same twice', async () => {
    const example = exampleOf('classes', 3);
    const [first] = await outputsOf(await openClassifierScorer(settings), example);
    const [second] = await outputsOf(await openClassifierScorer(settings), example);
    if (first?.type !== 'scores' || second?.type !== 'scores') throw new Error('no scores');
    expect(first.scores).toEqual(second.scores);
    const total = first.scores[0]!.reduce((sum, log) => sum + Math.exp(log), 0);
    expect(total).toBeCloseTo(1, 6);
  });

  it('refuses captions that name no class, and goes on', async () => {
    const example = { ...exampleOf('classes', 0), captions: ['a blue circle', 'two stars'] };
    const [output] = await outputsOf(await openClassifierScorer(settings), example);
    expect(output).toMatchObject({ type: 'failed', message: expect.stringContaining('"two stars"') });
  });
});
