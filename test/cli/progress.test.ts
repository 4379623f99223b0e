import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLines } from '../../src/cli/progress-lines.ts';
import { duration } from '../../src/report/duration.ts';
import type { RunEvent } from '../../src/run/events.ts';

/** A stream that only remembers what is written to it. */
class FakeStream {
  text = '';
  isTTY: boolean;
  columns: number | undefined;

  constructor(isTTY: boolean, columns?: number) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  /** What a terminal shows in the end: a carriage return with "erase line" begins the line anew. */
  get screen(): string[] {
    return this.text.split('\n').map((line) => line.split('\r\u001b[2K').at(-1)!);
  }
}

function linesTo(stream: FakeStream, quiet = false): ProgressLines {
  return new ProgressLines(stream as unknown as NodeJS.WriteStream, { quiet });
}

const begin: RunEvent = {
  type: 'begin',
  folder: 'runs/x',
  task: 'tiny-world',
  selected: 4,
  count: 200,
  scorers: [],
  resumed: false,
};
const phase = (name: 'load' | 'score'): RunEvent => ({ type: 'phase', scorer: 'diffusion', phase: name });
const progress = (done: number, fresh = done): RunEvent => ({
  type: 'progress',
  scorer: 'diffusion',
  done,
  total: 1000,
  fresh,
  examples: Math.floor(done / 250),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('TERM', 'xterm-256color');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test('without a terminal: plain lines, progress every ten seconds at most', () => {
  const stream = new FakeStream(false);
  const lines = linesTo(stream);
  for (const event of [begin, phase('load'), phase('score')]) lines.show(event);
  for (let done = 50; done <= 1000; done += 50) {
    vi.advanceTimersByTime(1500);
    lines.show(progress(done));
  }
  lines.end();
  expect(stream.text).toBe(
    [
      'tiny-world: 4 of 200 examples, results in runs/x',
      'diffusion: 35 %  350/1000 evaluations, 1 example, 33/s, 20 s left',
      'diffusion: 70 %  700/1000 evaluations, 2 examples, 33/s, 9 s left',
      'diffusion: 1000 evaluations, 4 examples in 30 s, 33/s',
      '',
    ].join('\n'),
  );
});

test('on a terminal: one line that changes, whole lines above it', () => {
  const stream = new FakeStream(true, 100);
  const lines = linesTo(stream);
  for (const event of [begin, phase('load')]) lines.show(event);
  expect(stream.screen).toEqual([
    'tiny-world: 4 of 200 examples, results in runs/x',
    'diffusion: loading the model',
  ]);
  lines.show(phase('score'));
  vi.advanceTimersByTime(1000);
  lines.show(progress(100));
  expect(stream.screen.at(-1)).toBe('diffusion: 10 %  100/1000 evaluations, 0 examples, 100/s, 9 s left');
  lines.show({ type: 'example-failed', scorer: 'diffusion', id: '7', message: 'the image is damaged' });
  lines.show(progress(200));
  lines.note('something else');
  lines.show(progress(1000));
  lines.end();
  expect(stream.screen).toEqual([
    'tiny-world: 4 of 200 examples, results in runs/x',
    'left out example 7: the image is damaged',
    'something else',
    'diffusion: 1000 evaluations, 4 examples in 1 s, 1000/s',
    '',
  ]);
});

test('an open line is ended once, so that the prompt begins a line of its own', () => {
  const stream = new FakeStream(true);
  const lines = linesTo(stream);
  lines.show(phase('load'));
  lines.end();
  lines.end();
  expect(stream.text.endsWith('diffusion: loading the model\n')).toBe(true);
});

test('a terminal line is cut to the width, 80 where it is unknown', () => {
  for (const [columns, most] of [
    [40, 39],
    [undefined, 79],
  ] as const) {
    const stream = new FakeStream(true, columns);
    linesTo(stream).show({ type: 'phase', scorer: 'x'.repeat(200), phase: 'load' });
    expect(stream.screen.at(-1)).toHaveLength(most);
  }
});

test('a resumed run counts its rate from what is fresh', () => {
  const stream = new FakeStream(true, 100);
  const lines = linesTo(stream);
  lines.show({ ...begin, resumed: true, selected: 200 });
  lines.show(phase('score'));
  vi.advanceTimersByTime(2000);
  lines.show(progress(600, 100));
  expect(stream.screen).toEqual([
    'tiny-world: 200 examples, going on in runs/x',
    'diffusion: 60 %  600/1000 evaluations, 2 examples, 50/s, 8 s left',
  ]);
});

test('a dumb terminal gets plain lines, quiet no progress but warnings and failures', () => {
  vi.stubEnv('TERM', 'dumb');
  const dumb = new FakeStream(true);
  const quiet = new FakeStream(true);
  for (const lines of [linesTo(dumb), linesTo(quiet, true)]) {
    for (const event of [begin, phase('load'), phase('score'), progress(500), progress(1000)])
      lines.show(event);
    lines.show({ type: 'warning', message: 'a caption is cut' });
    lines.note('left out');
    lines.end();
  }
  expect(dumb.text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(dumb.text).toContain('warning: a caption is cut\n');
  expect(quiet.text).toBe('warning: a caption is cut\nleft out\n');
});

test('names and messages cannot steer the terminal', () => {
  const stream = new FakeStream(false);
  const lines = linesTo(stream);
  lines.show({ ...begin, task: 'a\u001b[31m', folder: 'b\rc' });
  lines.show({ type: 'warning', message: 'd\n\u202ee' });
  lines.show({ type: 'example-failed', scorer: 's', id: 'f\u0007', message: 'g\u009b' });
  expect(stream.text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(stream.text.split('\n')).toHaveLength(4);
});

test('durations', () => {
  const told = [0, 0.4, 59.4, 59.6, 200, 3599.6, 7500, Number.NaN, Number.POSITIVE_INFINITY].map(duration);
  expect(told).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
    'unknown',
    'unknown',
  ]);
});
