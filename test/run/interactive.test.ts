/** Re-scoring and reconstruction with the embedded models, against a run that the real command line stored. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { storedRunModel } from '../../src/report/stored-run-model.ts';
import { sealedFile } from '../../src/results/seal.ts';
import { openInteractive } from '../../src/run/interactive.ts';
import type { Interactive, RescoreEvent, RescoreRequest } from '../../src/run/interactive-events.ts';
import { openRun } from '../../src/run/open-run.ts';
import { runOk } from '../support/run-cli.ts';
import { alteredModel, modelFile, worldImage, worldRecords } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const analysis = { loss: 'mse', errorSpace: 'native' } as const;
const run = join(folder, 'run');
const opened: Interactive[] = [];

/** Models of a run that no case has asked anything yet; closed when the case is over, so that no workers pile up. */
function open(path = run): Interactive {
  const interactive = openInteractive(path, analysis);
  opened.push(interactive);
  return interactive;
}

/** The run's models, opened by the first case that asks: for cases that any earlier request may precede. */
let shared: Interactive | undefined;
function warm(): Interactive {
  shared ??= openInteractive(run, analysis);
  return shared;
}

afterEach(async () => {
  for (const interactive of opened.splice(0)) await interactive.close();
});
afterAll(() => shared?.close());

/** The first example as it was scored, with other captions where given. */
function request(captions?: string[], force = false): RescoreRequest {
  const { caption_0, caption_1 } = worldRecords(1)[0]!;
  return {
    images: [{ path: worldImage(0, 0) }, { path: worldImage(0, 1) }],
    captions: captions ?? [caption_0, caption_1],
    truth: [
      [0, 0],
      [1, 1],
    ],
    force,
  };
}

async function all(events: AsyncIterable<RescoreEvent>): Promise<RescoreEvent[]> {
  const list: RescoreEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const ofType = <T extends RescoreEvent['type']>(events: readonly RescoreEvent[], type: T, scorer?: string) =>
  events.filter(
    (event): event is Extract<RescoreEvent, { type: T }> =>
      event.type === type && (scorer === undefined || event.scorer === scorer),
  );

beforeAll(async () => {
  await runOk(['score', '--limit', '2', '--out', run, '--quiet']);
});

describe('an unedited example', () => {
  let events: RescoreEvent[];
  const model = () => storedRunModel(openRun(run));

  beforeAll(async () => {
    events = await all(warm().score(request()));
  });

  test.each(['diffusion', 'clip'])('gets the scores of the stored run by %s, bit for bit', (scorer) => {
    const { judgement } = ofType(events, 'scored', scorer)[0]!.result;
    expect(judgement).toEqual(model().judge(scorer, 0));
  });

  test('gets the stored errors and maps too', () => {
    const { errors, maps } = ofType(events, 'scored', 'diffusion')[0]!.result;
    expect(errors).toEqual(model().errors('diffusion', 0));
    expect(maps).toEqual(model().maps('diffusion', 0));
  });

  test('has its trials told as they come, each count once and rising', () => {
    const trials = ofType(events, 'trials', 'diffusion');
    expect(trials.length).toBeGreaterThan(1);
    const done = trials.map((event) => event.done);
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
    expect(trials.every(({ total, result }) => total === 32 && result.errors!.done <= 32)).toBe(true);
  });

  test('needs no note: the models are those of the run', () => {
    expect([
      ...ofType(events, 'note'),
      ...ofType(events, 'refused'),
      ...ofType(events, 'unavailable'),
    ]).toEqual([]);
  });

  test('is scored at once the second time: the models stay open', async () => {
    expect(ofType(events, 'loading')).toHaveLength(2);
    const again = await all(warm().score(request()));
    expect(ofType(again, 'loading')).toEqual([]);
    expect(ofType(again, 'scored', 'clip')).toEqual(ofType(events, 'scored', 'clip'));
  });
});

test('a run that stops examples early stops this one at the same trial', async () => {
  const stopped = join(folder, 'stopped');
  const flags = ['--timesteps', '64', '--stop', 'sequential', '--diffusion', 'tiny-world'];
  await runOk(['score', '--limit', '1', ...flags, '--out', stopped, '--quiet']);
  const stored = storedRunModel(openRun(stopped));
  const { result } = ofType(await all(open(stopped).score(request())), 'scored', 'diffusion')[0]!;
  expect(result.judgement.trials).toBeLessThan(64);
  expect(result.judgement).toEqual(stored.judge('diffusion', 0));
  expect(result.errors).toEqual(stored.errors('diffusion', 0));
});

describe('an example whose captions left one by one', () => {
  const FLAGS = ['--limit', '1', '--quiet', '--diffusion', 'tiny-world', '--timesteps', '12'];
  const RULES: Record<string, string[]> = {
    stages: [...FLAGS.slice(0, -2), '--stop', 'stages', '--keep', '4,1', '--samples', '4,12'],
    ttest: [...FLAGS, '--stop', 'ttest', '--least', '4', '--alpha', '0.01'],
  };

  test.each(Object.entries(RULES))(
    'is shown as far as it ran, and scored again alike: %s',
    async (rule, flags) => {
      const left = join(folder, rule);
      await runOk(['score', 'tiny-world-choices', ...flags, '--out', left]);
      const stored = openRun(left);
      const model = storedRunModel(stored);
      const view = stored.views.get('diffusion')!;
      if (view.kind !== 'diffusion') throw new Error('never');
      const ran = view.results.trialsOf(0);
      expect(new Set(ran).size).toBeGreaterThan(1);
      const judgement = model.judge('diffusion', 0)!;
      expect(judgement.trials).toBe(Math.max(...ran));
      const counts = model.errors('diffusion', 0)!.errors[0]!.map((byTimestep) => byTimestep.flat().length);
      expect(counts).toEqual(ran);
      const { images, captions, truth } = model.examples[0]!;
      const image = await model.image(0, 0);
      if ('missing' in image || images.length > 1) throw new Error('never');
      const asked = { images: [image], captions: [...captions], truth, force: false };
      const { result } = ofType(await all(open(left).score(asked)), 'scored', 'diffusion')[0]!;
      expect(result.judgement).toEqual(judgement);
      expect(result.errors).toEqual(model.errors('diffusion', 0));
      expect(result.maps).toEqual(model.maps('diffusion', 0));
    },
  );

  test('is shown without what CLIP pruned', async () => {
    const pruned = join(folder, 'pruned');
    await runOk([
      ...['score', 'tiny-world-choices', ...FLAGS, '--clip', 'tiny-world', '--prune', '3', '--out', pruned],
    ]);
    const model = storedRunModel(openRun(pruned));
    expect(model.judge('diffusion', 0)!.trials).toBe(12);
    const counts = model.errors('diffusion', 0)!.errors[0]!.map((byTimestep) => byTimestep.flat().length);
    expect(counts.filter((count) => count > 0)).toEqual([12, 12, 12]);
    const maps = model.maps('diffusion', 0)!.pairs[0]!;
    expect(maps.map(({ trials }) => trials)).toEqual(counts);
  });
});

test('a model that is told a guidance scale is told the run’s', async () => {
  const guided = join(folder, 'guided');
  const lcm = fileURLToPath(new URL('../../fixtures/parts/diffusion/lcm-c', import.meta.url));
  const flags = ['--limit', '1', '--timesteps', '2', '--guidance', '1', '--diffusion', lcm];
  await runOk(['score', ...flags, '--out', guided, '--quiet']);
  const { result } = ofType(await all(open(guided).score(request())), 'scored', 'diffusion')[0]!;
  expect(result.judgement).toEqual(storedRunModel(openRun(guided)).judge('diffusion', 0));
});

test('an edited caption changes its own scores and no other', async () => {
  const interactive = warm();
  const { caption_0, caption_1 } = worldRecords(1)[0]!;
  const before = await all(interactive.score(request()));
  const after = await all(interactive.score(request([caption_0, 'a blue square above a green cross'])));
  for (const scorer of ['diffusion', 'clip']) {
    const [a, b] = [before, after].map(
      (events) => ofType(events, 'scored', scorer)[0]!.result.judgement.scores.raw,
    );
    expect(b!.map((row) => row[0])).toEqual(a!.map((row) => row[0]));
    for (const image of [0, 1]) expect(b![image]![1], caption_1).not.toBe(a![image]![1]);
  }
});

test('foreign words are refused in one sentence before a model is loaded, and scored when forced', async () => {
  const interactive = open();
  const captions = ['a cat above a dog', 'a dog above a cat'];
  const refused = await all(interactive.score(request(captions)));
  expect(refused.map(({ type }) => type)).toEqual(['refused', 'refused']);
  for (const event of ofType(refused, 'refused')) {
    expect(event.message).toBe('The tiny world model does not know the words "cat", "dog".');
  }
  const forced = await all(interactive.score(request(captions, true)));
  expect(
    ofType(forced, 'scored')
      .map(({ scorer }) => scorer)
      .sort(),
  ).toEqual(['clip', 'diffusion']);
});

test('a caption that is too long is told by its number: the edited example has no name', async () => {
  const long = Array.from({ length: 60 }, () => 'red').join(' ');
  const events = await all(warm().score(request([long, 'a red circle'], true)));
  const notes = ofType(events, 'note').map(({ message }) => message);
  expect(notes.length).toBeGreaterThan(0);
  for (const note of notes) {
    expect(note).toMatch(/longer than \w+ can read: caption 0 /);
    expect(note).not.toMatch(/example "|variant/);
  }
});

test('aborting ends the stream with its reason, and the next request is answered in full', async () => {
  const interactive = warm();
  const controller = new AbortController();
  const reason = new Error('the caption was edited again');
  let trials = 0;
  const reading = (async () => {
    for await (const event of interactive.score(request(), controller.signal)) {
      if (event.type === 'trials' && ++trials === 2) controller.abort(reason);
    }
  })();
  await expect(reading).rejects.toBe(reason);
  expect(trials).toBe(2);
  const after = await all(interactive.score(request()));
  expect(
    ofType(after, 'scored')
      .map(({ scorer }) => scorer)
      .sort(),
  ).toEqual(['clip', 'diffusion']);
});

test('an abort before the start evaluates nothing', async () => {
  const signal = AbortSignal.abort(new Error('not needed'));
  await expect(all(open().score(request(), signal))).rejects.toThrow('not needed');
});

describe('drawings', () => {
  test('of two captions from one noise, with every step told, and stopped at once when left', async () => {
    const captions = ['a red star', 'a blue circle'];
    const told: { done: number; total: number }[] = [];
    const interactive = warm();
    const pictures = await interactive.draw(
      'diffusion',
      { captions, seed: 0 },
      { onProgress: (progress) => told.push(progress) },
    );
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [64, 64],
    ]);
    expect(pictures[0]!.data).not.toEqual(pictures[1]!.data);
    expect(told.at(-1)).toEqual({ done: 100, total: 100 });
    const controller = new AbortController();
    const left = interactive.draw(
      'diffusion',
      { captions, seed: 1 },
      { signal: controller.signal, onProgress: () => controller.abort(new Error('left')) },
    );
    await expect(left).rejects.toThrow('left');
    await expect(interactive.draw('diffusion', { captions: ['a dragon'], seed: 0 })).rejects.toThrow(
      /does not know the word "dragon"/,
    );
    await expect(interactive.draw('clip', { captions, seed: 0 })).rejects.toThrow(
      'a CLIP model draws nothing',
    );
  });
});

describe('reconstructions', () => {
  test('that nobody waits for any more are given up', async () => {
    const controller = new AbortController();
    const asked = warm().reconstruct(
      'diffusion',
      { image: { path: worldImage(0, 0) }, captions: ['a star'], timestep: 484, noise: 15 },
      controller.signal,
    );
    controller.abort(new Error('another timestep'));
    await expect(asked).rejects.toThrow('another timestep');
  });

  test('come as pictures of the model’s size, for every caption and ∅', async () => {
    const { caption_0, caption_1 } = worldRecords(1)[0]!;
    const found = await warm().reconstruct('diffusion', {
      image: { path: worldImage(0, 0) },
      captions: [caption_0, caption_1, ''],
      timestep: 484,
      noise: 15,
    });
    expect(found.pictures.map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [64, 64],
      [64, 64],
    ]);
    expect(found.errors[0]!).toBeLessThan(found.errors[1]!);
  });

  test('of CLIP there are none', async () => {
    const asked = warm().reconstruct('clip', {
      image: { path: worldImage(0, 0) },
      captions: ['a star'],
      timestep: 484,
      noise: 15,
    });
    await expect(asked).rejects.toThrow('a CLIP model reconstructs nothing.');
  });
});

describe('models that are not as they were', () => {
  const ownRun = join(folder, 'own-run');
  const model = join(folder, 'my-model');

  beforeAll(async () => {
    alteredModel('diffusion', model, { vae_decoder: null });
    await runOk([
      'score',
      '--limit',
      '1',
      '--timesteps',
      '4',
      '--diffusion',
      model,
      '--out',
      ownRun,
      '--quiet',
    ]);
  });

  test('without a decoder scores come and reconstructions say why not', async () => {
    const interactive = open(ownRun);
    expect(ofType(await all(interactive.score(request())), 'scored')).toHaveLength(1);
    const asked = interactive.reconstruct('diffusion', {
      image: { path: worldImage(0, 0) },
      captions: ['a star'],
      timestep: 125,
      noise: 0,
    });
    await expect(asked).rejects.toThrow(
      /^the model has no VAE decoder, so its reconstructions cannot be shown/,
    );
  });

  test('a changed file is told with its name, and the numbers still come', async () => {
    const changed = join(folder, 'changed-run');
    cpSync(ownRun, changed, { recursive: true });
    const config = join(model, 'model_index.json');
    const text = modelFile('diffusion', 'model_index.json').toString();
    alteredModel('diffusion', join(folder, 'other'), { vae_decoder: null, 'model_index.json': `${text}\n` });
    expect(existsSync(config)).toBe(true);
    const manifest = join(changed, 'run.json');
    sayElsewhere(manifest, { from: model, to: join(folder, 'other') });
    const events = await all(open(changed).score(request()));
    expect(ofType(events, 'note').map(({ message }) => message)).toEqual([
      'The model of "diffusion" is not the one of the run any more (model_index.json): its numbers do not compare.',
    ]);
    expect(ofType(events, 'scored')).toHaveLength(1);
  });

  test('an absent folder is one sentence', async () => {
    const lost = join(folder, 'lost-run');
    cpSync(ownRun, lost, { recursive: true });
    const manifest = join(lost, 'run.json');
    sayElsewhere(manifest, { from: model, to: './nowhere' });
    const interactive = open(lost);
    const sentence =
      /^The model of "diffusion" is not here, so it cannot score again: \.\/nowhere\. Start from the folder where the run was made, or put the model back\.$/;
    const events = await all(interactive.score(request()));
    expect(events).toHaveLength(1);
    expect(ofType(events, 'unavailable')[0]!.message).toMatch(sentence);
    const asked = interactive.reconstruct('diffusion', {
      image: { path: worldImage(0, 0) },
      captions: [''],
      timestep: 1,
      noise: 0,
    });
    await expect(asked).rejects.toThrow(sentence);
  });
});

test('closing in the middle of an evaluation lets it end', async () => {
  const interactive = openInteractive(run, analysis);
  const stream = interactive.score(request());
  const first = await stream.next();
  expect(first.value?.type).toBe('loading');
  await interactive.close();
  const rest = await all(stream);
  expect(ofType(rest, 'unavailable').every(({ message }) => message.endsWith('.'))).toBe(true);
});

/** Lets a run say that its model lies elsewhere. */
function sayElsewhere(manifest: string, { from, to }: { from: string; to: string }): void {
  const { sha256: _, ...stored } = JSON.parse(readFileSync(manifest, 'utf8').replaceAll(from, to));
  writeFileSync(manifest, sealedFile(stored));
}
