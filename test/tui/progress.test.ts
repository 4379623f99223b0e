import { describe, expect, test } from 'vitest';
import type { RunModel } from '../../src/report/run-model.ts';
import type { RunEvent } from '../../src/run/events.ts';
import type { LiveModel } from '../../tui/controller.ts';
import { advance, NO_PROGRESS, rateOf, secondsLeft } from '../../tui/progress.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeController, press, textOf } from './render-tui.ts';
import { smallRun } from './runs.ts';

const begin: Extract<RunEvent, { type: 'begin' }> = {
  type: 'begin',
  folder: 'runs/x',
  task: 'tiny-world',
  selected: 24,
  count: 24,
  resumed: false,
  scorers: [
    {
      name: 'diffusion',
      kind: 'diffusion',
      workers: 2,
      batch: 24,
      evaluations: 1000,
      stored: 200,
      spared: 0,
    },
    { name: 'clip', kind: 'clip', workers: 1, batch: 1, evaluations: 96, stored: 96, spared: 0 },
  ],
};
const progress = (done: number, fresh: number, total = 1000): RunEvent => ({
  type: 'progress',
  scorer: 'diffusion',
  done,
  total,
  fresh,
  examples: 5,
});

describe('the picture of a run', () => {
  const events: [RunEvent, number][] = [
    [begin, 0],
    [{ type: 'phase', scorer: 'diffusion', phase: 'load' }, 1000],
    [{ type: 'phase', scorer: 'diffusion', phase: 'score' }, 3000],
  ];
  const scoring = events.reduce((state, [event, now]) => advance(state, event, now), NO_PROGRESS);
  const first = (state: typeof scoring) => state.scorers[0]!;

  test('goes through loading, encoding and scoring; what was stored is done', () => {
    const phases = events.map(
      (_, k) =>
        first(events.slice(0, k + 1).reduce((state, [event, now]) => advance(state, event, now), NO_PROGRESS))
          .phase,
    );
    expect(phases).toEqual(['waiting', 'load', 'encode']);
    expect(scoring.scorers[1]!.phase).toBe('done');
    expect(first(advance(scoring, progress(300, 100), 4000)).phase).toBe('score');
  });

  test("rate and time left count this session's evaluations since scoring began", () => {
    const state = advance(scoring, progress(400, 200), 5000);
    expect(rateOf(first(state), 5000)).toBe(100);
    expect(secondsLeft(first(state), 5000)).toBe(6);
    expect(rateOf(first(scoring), 5000)).toBeUndefined();
    const done = advance(state, progress(1000, 800), 11_000);
    expect([first(done).phase, rateOf(first(done), 99_999)]).toEqual(['done', 100]);
  });

  test('what a rule stopped in an earlier session is done, not waiting', () => {
    const stopped = { ...begin.scorers[0]!, stored: 400, spared: 600 };
    const state = advance(NO_PROGRESS, { ...begin, scorers: [stopped] }, 0);
    expect(first(state)).toMatchObject({ phase: 'done', done: 400, total: 400, planned: 1000 });
  });

  test('evaluations that a rule spares count against the plan that was made', () => {
    const state = advance(scoring, progress(400, 200, 700), 5000);
    expect([first(state).planned, first(state).total]).toEqual([1000, 700]);
  });
});

/** A stored run in place of one that is going on. */
const touchable = (model: RunModel): LiveModel =>
  new Proxy(model as LiveModel, {
    get: (target, key) => {
      if (key === 'touch') return () => {};
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

describe('while a run goes on', async () => {
  const model = await smallRun(temporaryFolder());
  const live = () => {
    const quits: boolean[] = [];
    const controller = makeController({ live: true, onQuit: (force) => quits.push(force) });
    for (const event of [begin, { type: 'phase', scorer: 'diffusion', phase: 'score' }] as const)
      controller.push(event);
    controller.attach(model as LiveModel);
    return { controller, quits };
  };

  test('q asks, any key but y goes on, y and Ctrl-C stop', () => {
    const { controller, quits } = live();
    press(controller, 'q');
    expect(textOf(controller)).toContain('Stop the run? What is done is kept.');
    press(controller, 'n');
    expect(textOf(controller)).not.toContain('Stop the run?');
    press(controller, 'q', 'y', 'ctrl-c');
    expect(quits).toEqual([true, true]);
    controller.dispose();
  });

  test('examples are counted within what the session works on, though earlier ones did more', () => {
    const controller = makeController({ live: true, columns: 120 });
    controller.push({ ...begin, selected: 6 });
    controller.attach(touchable(model));
    expect(textOf(controller)).toContain('6 of 6 examples');
    controller.push(progress(300, 100));
    controller.resize({ columns: 120, rows: 30 });
    expect(textOf(controller)).toContain('5 of 6 examples');
    controller.dispose();
  });

  test('warnings and left-out examples stay in sight, with their number', () => {
    const { controller } = live();
    controller.push({ type: 'warning', message: 'a caption is cut' });
    controller.push({ type: 'warning', message: 'a second \u001b[2Jcaption is cut' });
    controller.push({ type: 'example-failed', id: '7', message: 'the image is damaged' });
    controller.resize({ columns: 100, rows: 30 });
    expect(textOf(controller)).toContain('! warning (2) a second \\u001b[2Jcaption is cut');
    expect(textOf(controller)).toContain('! left out 7: the image is damaged');
    controller.dispose();
  });

  test('ten thousand events make no more than a few pictures', async () => {
    const { controller } = live();
    let pictures = 0;
    controller.subscribe(() => pictures++);
    const started = performance.now();
    for (let k = 1; k <= 10_000; k++) controller.push(progress(200 + (k % 700), 1 + (k % 700)));
    await new Promise<void>((resolve) => {
      const stop = controller.subscribe(() => {
        stop();
        resolve();
      });
    });
    expect(pictures).toBeLessThanOrEqual(2 + (performance.now() - started) / 100);
    controller.dispose();
  });

  test('the end shows the summary of the run; the screen says so on others too', () => {
    const { controller } = live();
    controller.push({ type: 'end', summary: model.summary(), interrupted: false });
    expect(textOf(controller)).toContain('complete');
    press(controller, '2');
    expect(textOf(controller).split('\n')[0]).toContain('done');
    controller.dispose();
  });
});
