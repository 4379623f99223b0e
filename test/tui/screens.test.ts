/** What keys do to the screens, without a terminal. */

import { describe, expect, test } from 'vitest';
import { contest } from '../../src/report/contest.ts';
import { comparisonLines, percent } from '../../src/report/format.ts';
import type { RunEntry } from '../../src/report/list-runs.ts';
import type { RunModel } from '../../src/report/run-model.ts';
import type { Controller } from '../../tui/controller.ts';
import type { ExamplesState } from '../../tui/screens/examples/state.ts';
import type { PairState } from '../../tui/screens/pair/state.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeController, press, textOf } from './render-tui.ts';
import { smallRun } from './runs.ts';

const folder = temporaryFolder();
const model = await smallRun(folder);
const other = await smallRun(folder, { seed: 8 });

const examples = (controller: Controller) => controller.picture().app.states.examples as ExamplesState;
const pair = (controller: Controller) => controller.picture().app.states.pair as PairState;
const current = (controller: Controller) => controller.picture().app.current;
/** Ids listed, in order. */
const listed = (controller: Controller) =>
  textOf(controller)
    .split('\n')
    .slice(4, 20)
    .map((line) => line.slice(2).trim().split(/\s+/)[0]!)
    .filter((id) => /^\d+$/.test(id));

describe('the frame', () => {
  test('digits and Tab walk the screens, the header names the one that is shown', () => {
    const controller = makeController({ opened: [model] });
    const seen = ['2', '3', '4', '1', 'tab', 'tab', 'shift-tab'].map((key) => {
      press(controller, key);
      return /\[\d (\w+)\]/.exec(textOf(controller))?.[1];
    });
    expect(seen).toEqual(['Examples', 'Compare', 'Runs', 'Summary', 'Examples', 'Compare', 'Examples']);
  });

  test('? shows help and leads back, from any screen', () => {
    const controller = makeController({ opened: [model] });
    for (const key of ['1', '2', '3', '4']) {
      press(controller, key);
      const before = current(controller);
      press(controller, '?');
      expect(current(controller)).toBe('help');
      press(controller, key === '1' ? '?' : 'escape');
      expect(current(controller)).toBe(before);
    }
  });

  test('q leaves a stored run without a question, Ctrl-C at once', () => {
    const quits: boolean[] = [];
    const controller = makeController({ opened: [model], onQuit: (force) => quits.push(force) });
    press(controller, 'q', 'ctrl-c');
    expect(quits).toEqual([false, true]);
  });

  test('a terminal that is too small gets one sentence, and the screen again once it has grown', () => {
    const controller = makeController({ opened: [model], columns: 59, rows: 24 });
    expect(textOf(controller).trim()).toBe('The dashboard needs 60×20; this is 59×24. q quits.');
    controller.resize({ columns: 60, rows: 20 });
    expect(textOf(controller)).toContain('[1 Summary]');
  });

  test('a key that means nothing changes nothing', () => {
    const controller = makeController({ opened: [model] });
    const before = textOf(controller);
    press(controller, 'é', 'Z', 'delete', 'ctrl-z');
    expect(textOf(controller)).toBe(before);
  });
});

describe('examples', () => {
  const open = () => press(makeController({ opened: [model] }), '2');

  test('the cursor moves by rows, pages and to both ends, and never leaves the list', () => {
    const controller = open();
    const selectedAfter = (...keys: string[]) => {
      press(controller, ...keys);
      return examples(controller).selected;
    };
    expect(selectedAfter('up')).toBe(0);
    expect(selectedAfter('j', 'j', 'k')).toBe(1);
    expect(selectedAfter('pagedown')).toBe(15);
    expect(selectedAfter('G', 'j')).toBe(23);
    expect(selectedAfter('g')).toBe(0);
  });

  test('sorting by margin puts what is most wrong first, by disagreement what scorers differ on', () => {
    const controller = press(open(), 's');
    const margins = listed(controller).map((id) => model.judge('diffusion', Number(id))!.margins.group!);
    expect(margins).toEqual([...margins].sort((a, b) => a - b));
    expect(examples(controller).selected).toBe(Number(listed(controller)[0]));
    press(controller, 's');
    const spread = (scorer: string) => {
      const values = model.examples.map((_, k) => model.judge(scorer, k)!.margins.group!);
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    };
    const [a, b] = [spread('diffusion'), spread('clip')];
    const gaps = listed(controller).map((id) => {
      const margin = (scorer: string) => model.judge(scorer, Number(id))!.margins.group!;
      return Math.abs(margin('diffusion') / a - margin('clip') / b);
    });
    expect(gaps).toEqual([...gaps].sort((x, y) => y - x));
    const rows = textOf(controller).split('\n');
    expect(rows[3]).toContain('disagree');
    expect(rows[4]).toContain(gaps[0]!.toFixed(2));
    press(controller, 's');
    expect(listed(controller).slice(0, 3)).toEqual(['0', '1', '2']);
  });

  test('filters by verdict, disagreement and tag add up, and x takes them all away', () => {
    const controller = press(open(), 'v');
    const wrong = model.examples.flatMap(({ id }, k) =>
      model.judge('diffusion', k)!.verdict.group ? [] : [id],
    );
    expect(wrong.length).toBeGreaterThan(0);
    expect(listed(controller)).toEqual(wrong);
    press(controller, 'v');
    expect(listed(controller)).not.toContain(wrong[0]);
    press(controller, 'x', 'd');
    const differing = model.examples.flatMap(({ id }, k) =>
      model.judge('diffusion', k)!.verdict.group !== model.judge('clip', k)!.verdict.group ? [id] : [],
    );
    expect(listed(controller)).toEqual(differing);
    press(controller, 'x', 't', 'down', 'return');
    expect(examples(controller).tag).toBe('Object');
    expect(listed(controller)).toEqual(
      model.examples.flatMap(({ id, tags }) => (tags.includes('Object') ? [id] : [])),
    );
    press(controller, 'escape');
    expect(listed(controller)).toHaveLength(15);
  });

  test('search finds every word in captions, while it is typed; letters are text then', () => {
    const controller = press(open(), '/', ...'q small');
    expect(textOf(controller)).toContain('/q small▏');
    press(controller, 'backspace', ...Array(6).fill('backspace'), ...'SMALL cross', 'return');
    const found = model.examples.flatMap(({ id, captions }) =>
      captions.some((text) => text.includes('small')) && captions.some((text) => text.includes('cross'))
        ? [id]
        : [],
    );
    expect(found.length).toBeGreaterThan(1);
    expect(listed(controller)).toEqual(found);
    press(controller, '/', 'escape');
    expect(examples(controller)).toMatchObject({ query: '', searching: false });
  });

  test('what finds nothing says how to get back', () => {
    const controller = press(open(), '/', ...'zzz', 'return');
    expect(textOf(controller)).toContain('No example fits. x takes all filters away.');
    press(controller, 'down', 'return', 'x');
    expect(listed(controller)).toHaveLength(15);
  });

  test('Enter opens the pair, n and p walk the list in its order, Esc leads back to it', () => {
    const controller = press(open(), 's', 'j', 'return');
    const order = listed(press(makeController({ opened: [model] }), '2', 's'));
    const shownId = () => model.examples[pair(controller).order[pair(controller).at]!]!.id;
    expect([current(controller), shownId()]).toEqual(['pair', order[1]]);
    press(controller, 'n', 'n');
    expect(shownId()).toBe(order[3]);
    press(controller, 'p');
    expect(shownId()).toBe(order[2]);
    press(controller, 'escape');
    expect(current(controller)).toBe('examples');
  });
});

describe('a run of part of the task', async () => {
  const part = await smallRun(folder, { done: 12, seed: 10 });
  const open = () => press(makeController({ opened: [part], columns: 120 }), '2');

  test('lists what is scored alone, says how many there are, and counts them by tag', () => {
    const controller = open();
    expect(textOf(controller)).toContain('24 examples (12 scored), by id');
    press(controller, 'v', 'v', 'v', 'v');
    expect(textOf(controller)).toMatch(/12 of 24 examples .*; scored/);
    expect(listed(controller)).toEqual(part.examples.slice(0, 12).map(({ id }) => id));
    press(controller, 'v');
    expect(textOf(controller)).toMatch(/; not done/);
    expect(listed(controller)).toEqual(part.examples.slice(12).map(({ id }) => id));
    press(controller, 'x', 't');
    const scored = part.examples.slice(0, 12).filter(({ tags }) => tags.includes('Object')).length;
    const all = part.examples.filter(({ tags }) => tags.includes('Object')).length;
    expect(textOf(controller)).toMatch(new RegExp(`Object +${scored} of ${all}`));
    expect(textOf(controller)).toMatch(/all tags +12 of 24/);
  });

  test('in a whole run nothing is said of that', () => {
    const controller = press(makeController({ opened: [model] }), '2');
    expect(textOf(controller)).not.toMatch(/scored/);
    expect(textOf(press(controller, 't'))).toMatch(/all tags +24\n/);
  });

  test('the summary says on how many examples each scorer stands, and so do tags', () => {
    const whole = part.standings();
    const { clip } = model.standings().scorers;
    const uneven = { ...whole, scorers: { diffusion: whole.scorers.diffusion!, clip: clip! } };
    const made = new Proxy(part, {
      get: (target, key) => {
        if (key === 'standings') return () => uneven;
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const text = textOf(makeController({ opened: [made], columns: 120, rows: 40 }));
    expect(text).toContain('Examples counted: diffusion 12, clip 24.');
    const count = (name: 'diffusion' | 'clip') => uneven.scorers[name].byTag.Object!.group!.count;
    expect(count('diffusion')).not.toBe(count('clip'));
    expect(text).toMatch(
      new RegExp(`Object +${count('diffusion')} +\\d+\\.\\d.* ${count('clip')} +\\d+\\.\\d`),
    );
    // Every column of the table stands under its head.
    const rows = text.split('\n');
    const head = rows.find((row) => row.startsWith(' tag '))!;
    const object = rows.find((row) => row.startsWith(' Object '))!;
    for (const name of ['diffusion', 'clip'] as const) {
      const at = head.indexOf(name);
      const n = head.lastIndexOf('n ', at - 1);
      const { count: own, score } = uneven.scorers[name].byTag.Object!.group!;
      expect(object.slice(n, at).trim()).toBe(`${own}`);
      expect(object.slice(at)).toMatch(new RegExp(`^${percent(score)} `));
    }
    expect(head.match(/ n /g)).toHaveLength(2);
    const even = textOf(makeController({ opened: [part], columns: 120, rows: 40 }));
    expect(even.match(/ tag .*/)![0].match(/ n /g)).toHaveLength(1);
    const told = textOf(makeController({ opened: [made], columns: 1000, linear: true }));
    expect(told).toContain('Examples counted: diffusion 12, clip 24.');
    expect(textOf(makeController({ opened: [part] }))).not.toContain('Examples counted');
  });
});

describe('several runs', () => {
  test('two of them open on Compare, and the header names the folder that is seen', () => {
    const controller = makeController({ opened: [model, other], columns: 120 });
    expect(current(controller)).toBe('compare');
    expect(textOf(press(controller, '1')).split('\n')[0]).toContain('run-7-24  tiny-world');
    expect(textOf(makeController({ opened: [model, other] })).split('\n')[0]).toContain('run-7-24');
    const three = makeController({ opened: [model, other, model] });
    expect(current(three)).toBe('summary');
    expect(textOf(makeController({ opened: [model] })).split('\n')[0]).not.toContain('run-7-24');
  });
});

describe('modes', () => {
  const footer = (controller: Controller) => textOf(controller).split('\n').at(-1)!.trim();

  test('the line at the bottom holds the keys of the mode, and those of the screen again afterwards', () => {
    const controller = press(makeController({ opened: [model] }), '2');
    const before = footer(controller);
    expect(before).toMatch(/^\? help {2}q quit/);
    expect(footer(press(controller, '/'))).toMatch(/^Enter keeps the list {2}Esc ends the search/);
    expect(footer(press(controller, 'escape', 't'))).toMatch(/^Enter chooses {2}Esc cancels/);
    expect(footer(press(controller, 'escape'))).toBe(before);
    press(controller, 'return');
    const ofPair = footer(controller);
    expect(footer(press(controller, 'e'))).toMatch(/^Enter scores {2}Esc cancels/);
    expect(footer(press(controller, 'escape'))).toBe(ofPair);
    press(controller, 'e', '!', 'return');
    expect(footer(press(controller, 's'))).toMatch(/^Enter saves {2}Esc cancels/);
  });

  test('a screen reader hears them too', () => {
    const controller = press(makeController({ opened: [model], linear: true }), '2', '/');
    expect(textOf(controller).replace(/\s+/g, ' ')).toMatch(
      /Enter: keeps the list\. Escape: ends the search\./,
    );
  });
});

describe('edits', () => {
  test('are marked in the list and shown again, also after a look at another run', () => {
    const entries = [model, other].map(({ path }) => ({
      path,
      name: path,
      state: 'complete' as const,
      task: 'tiny-world',
      scorers: [],
      done: 24,
      count: 24,
      facts: '',
      changed: 0,
    }));
    const controller = makeController({ opened: [model, other], runs: entries });
    press(controller, '2', 'j', 'return');
    const caption = model.examples[1]!.captions[0]!;
    press(controller, 'e', ' ', 's', 'o', 'o', 'n', 'return', 'escape');
    const row = () =>
      textOf(controller)
        .split('\n')
        .find((line) => /^[▶ ].1 /.test(line))!;
    expect(row()).toMatch(/^▶✎1 /);
    expect(row()).not.toContain('soon');
    press(controller, '4', 'j', 'return');
    expect(controller.picture().context.model).toBe(other);
    expect(textOf(press(controller, '2'))).not.toContain('✎');
    press(controller, '4', 'k', 'return', '2');
    expect(textOf(controller)).toContain('✎1 ');
    press(controller, 'return', 'n');
    expect(textOf(controller)).toContain('[soon] (edited)');
    expect(textOf(controller)).toContain('1 to undo');
    press(controller, 'u', 'escape');
    expect(pair(controller).variants).toEqual([]);
    expect(textOf(controller)).not.toContain('✎');
    expect(caption).not.toContain('soon');
  });
});

describe('compare', () => {
  test('shows the table of two scorers and jumps from a flip to its pair', () => {
    const controller = press(makeController({ opened: [model] }), '3');
    const sides = [
      { model, scorer: 'diffusion' },
      { model, scorer: 'clip' },
    ] as const;
    const { both, aOnly, bOnly, neither, flips } = contest(sides[0], sides[1], 'group');
    const text = textOf(controller);
    expect(text).toMatch(new RegExp(`A right +${both} +${aOnly}\\n A wrong +${bOnly} +${neither}\\n`));
    expect(both + aOnly + bOnly + neither).toBe(24);
    press(controller, 'j', 'return');
    expect(pair(controller).order[pair(controller).at]).toBe(flips[1]!.a);
    press(controller, 'escape', 'f');
    expect(textOf(controller)).toContain(`Only A right: ${aOnly}`);
    press(controller, 'm');
    expect(textOf(controller)).toContain('GroupMatch');
  });

  test('has the difference and its interval as reports of the run have them', async () => {
    const more = await smallRun(folder, { count: 120, done: 120, seed: 11 });
    const reported = comparisonLines(more.summary()).find((line) => line.startsWith('group: '))!;
    const [, interval] = /= (\S+ \[.+\]) points/.exec(reported)!;
    const shown = /A − B (.+) points (\[.+\]),/.exec(textOf(press(makeController({ opened: [more] }), '3')))!;
    expect(`${shown[1]} ${shown[2]}`).toBe(interval);
  });

  test('of two runs, compares the same scorer; a and b choose other sides and never the same twice', () => {
    const controller = press(makeController({ opened: [model, other] }), '3');
    const sides = () =>
      textOf(controller)
        .split('\n')
        .slice(2, 4)
        .map((line) => line.trim());
    expect(sides()).toEqual(
      [`A diffusion in ${model.path}`, `B diffusion in ${other.path}`].map((line) => line.slice(0, 78)),
    );
    for (const key of ['a', 'a', 'b', 'a', 'b', 'b']) {
      press(controller, key);
      expect(sides()[0]!.slice(2)).not.toBe(sides()[1]!.slice(2));
    }
  });

  test('sides that are turned about have the same difference, turned about', async () => {
    const more = await smallRun(folder, { count: 120, done: 120, seed: 12 });
    const told = more.summary().comparisons.find(({ metric }) => metric === 'group')!;
    const side = (scorer: string) => ({ model: more, scorer });
    expect(contest(side(told.a), side(told.b), 'group').difference).toEqual(told.difference);
    const { estimate, ci95 } = contest(side(told.b), side(told.a), 'group').difference!;
    expect(estimate).toBe(-told.difference!.estimate);
    expect(ci95).toEqual([-told.difference!.ci95[1], -told.difference!.ci95[0]]);
  });

  test('examples of two runs are matched by id, and only what both have done counts', async () => {
    const less = await smallRun(folder, { done: 10, seed: 9 });
    const found = contest({ model, scorer: 'clip' }, { model: less, scorer: 'clip' }, 'text');
    expect(found.both + found.aOnly + found.bOnly + found.neither).toBe(10);
  });
});

describe('runs', () => {
  const entry = (name: string, state: RunEntry['state']): RunEntry => ({
    path: `runs/${name}`,
    name,
    state,
    task: 'tiny-world',
    scorers: ['diffusion'],
    done: 3,
    count: 24,
    facts: `diffusion: seed ${name}`,
    changed: 0,
    ...(state === 'torn' && { why: 'its run.json is missing' }),
  });
  const runs = [entry('one', 'complete'), entry('two', 'torn'), entry('three', 'interrupted')];

  test('is what is seen where no run was named; Enter opens one', () => {
    const asked: string[] = [];
    const openRun = (path: string): RunModel => {
      asked.push(path);
      return model;
    };
    const controller = makeController({ runs, openRun });
    const text = textOf(controller);
    for (const state of ['✓ complete', '✗ torn', '‖ interrupted']) expect(text).toContain(state);
    press(controller, 'return');
    expect(asked).toEqual(['runs/one']);
    expect([current(controller), controller.picture().context.model]).toEqual(['summary', model]);
  });

  test('the selected run says what tells it from others', () => {
    const controller = makeController({ runs });
    expect(textOf(controller)).toContain('diffusion: seed one');
    expect(textOf(press(controller, 'G'))).toContain('diffusion: seed three');
  });

  test('a torn or damaged run is a sentence at the bottom', () => {
    const controller = press(makeController({ runs }), 'down', 'return');
    expect(textOf(controller)).toContain('This run cannot be opened: its run.json is missing.');
    press(controller, 'down', 'return');
    expect(textOf(controller)).toContain('no run runs/three.');
    expect(current(controller)).toBe('runs');
  });
});
