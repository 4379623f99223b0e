/** The pair screen as it is seen, of a made run: goldens at three sizes, with and without colours, and in words. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { createElement } from 'react';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/hub/package-root.ts';
import type { RunModel } from '../../../src/report/run-model.ts';
import { scoreText } from '../../../tui/components/score-matrix.ts';
import { Painter } from '../../../tui/images/painter.ts';
import { PAIR_KEYS } from '../../../tui/pair-keys.ts';
import { lineOf } from '../../../tui/screens/pair/line-editor.ts';
import { enterPair, initialPair, reducePair } from '../../../tui/screens/pair/reduce.ts';
import { pairSentences } from '../../../tui/screens/pair/sentences.ts';
import type { PairState, Panel } from '../../../tui/screens/pair/state.ts';
import { PairView, pairLines } from '../../../tui/screens/pair/view.tsx';
import { width } from '../../../tui/text.ts';
import type { ColorLevel } from '../../../tui/theme.ts';
import { EXAMPLES, flatImage, madeContext, madeModel } from './made-model.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const GOLDEN = join(packageRoot(), 'fixtures', 'golden', 'screens');

/** The state of an example with its images loaded. */
function looking(at: number, model: RunModel, changes: Partial<PairState> = {}): PairState {
  const context = madeContext({ columns: 120, rows: 40 }, model);
  const { state } = enterPair(initialPair(context), { order: [...EXAMPLES.keys()], at }, context);
  const images = Object.fromEntries(EXAMPLES[at]!.images.map((_, k) => [k, { image: flatImage(64, 64) }]));
  return { ...state, images, ...changes };
}

function draw(
  state: PairState,
  [columns, rows]: readonly [number, number],
  level: ColorLevel,
  model: RunModel,
): string[] {
  const context = madeContext({ columns, rows, level }, model);
  return pairLines(state, context, new Painter(context.theme, undefined));
}

const model = madeModel();

describe.each(SIZES)('at %i × %i', (columns, rows) => {
  const size = [columns, rows] as const;

  // What 256 colours change is seen at one size.
  const levels: ColorLevel[] = columns === 80 ? ['none', '256', 'truecolor'] : ['none', 'truecolor'];
  test.each(levels)('looks as it did, colours: %s', async (level) => {
    const lines = draw(looking(0, model, { timestep: 531 }), size, level, model);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
      join(GOLDEN, `pair-${columns}x${rows}-${level}.txt`),
    );
  });

  const panels: readonly Panel[] = ['timesteps', 'running', 'clean'];
  test.each(panels.flatMap((panel) => EXAMPLES.map((example, at) => [panel, at, example.id] as const)))(
    'no line is wider and there are as many as there is room for: %s of example %i (%j)',
    (panel, at) => {
      for (const level of ['none', '16', '256', 'truecolor'] as const) {
        for (const changes of [
          {},
          { zoom: true },
          { heat: 'off' as const },
          { heat: 'beside' as const },
          { caption: EXAMPLES[at]!.captions.length - 1 },
        ]) {
          const lines = draw(looking(at, model, { panel, ...changes }), size, level, model);
          expect(lines).toHaveLength(rows - 3);
          for (const line of lines) expect(width(line), line).toBeLessThanOrEqual(columns);
        }
      }
    },
  );
});

describe.each([
  [60, 20],
  [80, 24],
  [100, 30],
  [140, 40],
] as const)('scores at %i × %i', (columns, rows) => {
  const levels = ['none', '16', '256', 'truecolor'] as const;
  test.each(levels)('stand whole beneath the heads of their captions: %s', (level) => {
    for (const heat of ['over', 'beside', 'off'] as const) {
      const lines = draw(looking(0, model, { heat }), [columns, rows], level, model).map(
        stripVTControlCharacters,
      );
      const heads = lines.flatMap((line) => (/ A 0 +B 1/.test(line) ? [line.indexOf('B 1') + 3] : []));
      const scores = /image \d(−∅)? +−?\d\.\d{5}[*^ ]{2} +−?\d\.\d{5}(?=[*^ ]{2})/;
      const ends = lines.flatMap((line) => {
        const found = scores.exec(line);
        return found ? [found.index + found[0].length] : [];
      });
      expect(heads, lines.join('\n')).toHaveLength(2);
      expect(ends.length, lines.join('\n')).toBeGreaterThanOrEqual(4);
      expect(new Set([...heads, ...ends]).size, lines.join('\n')).toBe(1);
    }
  });
});

test('where maps have no room beside both images, i shows the other one', () => {
  const context = madeContext({ columns: 60, rows: 20, level: 'none' });
  const labels = (state: PairState) => draw(state, [60, 20], 'none', model)[3]!.slice(0, 20).trim();
  const command = (state: PairState, name: 'map' | 'next-image') =>
    reducePair(state, { type: 'command', command: name }, context).state;
  const beside = command(looking(0, model), 'map');
  expect(labels(beside)).toMatch(/^image 0 +where/);
  const other = command(beside, 'next-image');
  expect(labels(other)).toMatch(/^image 1 +where/);
  const off = command(other, 'map');
  expect(labels(off)).toMatch(/^image 0 +image 1/);
  expect(labels(command(command(off, 'map'), 'map'))).toMatch(/^image 0 +where/);
});

test('the smallest terminal has room for everything', () => {
  const text = draw(looking(0, model), [60, 20], 'none', model).join('\n');
  for (const part of ['a [cat] on a [dog]', 'diffusion', 'image 0', 'timestep', '++ A better, -- B'])
    expect(text).toContain(part);
});

test('a key has one name: that of its panel is the hint', () => {
  const hints = new Map(PAIR_KEYS.map(({ keys: [key], hint }) => [key!, hint!]));
  expect(new Set(hints.values()).size).toBe(hints.size);
  const head = draw(looking(0, model), [120, 40], 'none', model).find((line) => line.includes('[t '))!;
  for (const key of ['t', 'r', 'x', 'd']) expect(head).toContain(`${key} ${hints.get(key)}`);
});

test('a screen reader hears it all in sentences', async () => {
  const context = madeContext({ columns: 80, rows: 24, linear: true, level: 'none' });
  const state = looking(0, model);
  const text = renderToString(createElement(PairView, { state, context }), { columns: 400 });
  await expect(`${text}\n`).toMatchFileSnapshot(join(GOLDEN, 'pair-screen-reader.txt'));
});

test('a screen reader is told what m has chosen', () => {
  const context = madeContext({ columns: 80, rows: 24, linear: true, level: 'none' });
  const told = (['over', 'beside', 'off'] as const).map((heat) =>
    pairSentences(looking(0, model, { heat }), context).filter((line) => line.startsWith('Heat maps ')),
  );
  expect(told).toEqual([
    ['Heat maps lie over the images.'],
    ['Heat maps stand beside the images.'],
    ['Heat maps are not drawn.'],
  ]);
});

describe('what is shown', () => {
  const text = (state: PairState, of: RunModel = model) => draw(state, [120, 40], 'none', of).join('\n');

  test('control characters of captions, never carried out; wide, right-to-left and combining ones keep their place', () => {
    const shown = text(looking(1, model));
    const controls = [...shown].filter((char) => /\p{Cc}/u.test(char) && char !== '\n');
    expect(controls).toEqual([]);
    expect(shown).toContain('a cat\\u0007 under a dog');
    expect(shown).toContain('odd \\u001b[31mred');
    expect(shown).toContain('猫が犬の上にいる');
  });

  test('scores beside captions where there are more than two, the best one marked', () => {
    const lines = draw(looking(1, model), [120, 40], 'none', model).slice(1, 5);
    for (const line of lines) expect(line).toMatch(/−0\.\d{5}[* ] +0\.\d{5}[* ]$/);
    expect(lines.filter((line) => /−0\.\d{5}\*/.test(line))).toHaveLength(1);
  });

  test('every scorer, the later ones in brief where there are many', () => {
    const names = ['diffusion', 'clip', 'a-scorer-with-a-long-name', 'third', 'fourth'];
    const many = madeModel({ scorers: names.map((name) => ({ name, kind: 'clip' as const })) });
    const judge: RunModel['judge'] = (_, index) => model.judge('clip', index);
    const lines = draw(looking(0, many), [80, 24], 'none', { ...many, judge });
    for (const name of names)
      expect(
        lines.filter((line) => line.includes(name)),
        name,
      ).toHaveLength(1);
    expect(lines.join('\n').match(/GroupMatch/g)).toHaveLength(5);
  });

  test('that maps were off, and that nothing is scored yet', () => {
    const off = madeModel({ maps: false });
    expect(text(looking(0, off), off)).toContain('Maps were off in this run.');
    expect(text(looking(3, model))).toContain('Not scored yet.');
    expect(text(looking(3, model))).toContain('No trial of this example is in yet.');
  });

  test('that a run without diffusion has neither', () => {
    const clip = madeModel({ scorers: [{ name: 'clip', kind: 'clip' }] });
    expect(text(looking(0, clip), clip)).toContain('No scorer of this run has maps.');
    expect(text(looking(0, clip), clip)).toContain('No scorer of this run has trials.');
  });

  test('repeats as the source of the band', () => {
    const repeated = madeModel({ repeats: 3 });
    expect(text(looking(0, repeated), repeated)).toContain('band: noises of 3 timesteps');
    expect(text(looking(0, model))).toContain('band: successive differences');
  });

  test('the caption that is edited with its cursor, however long it is', () => {
    const long = `a ${'very '.repeat(60)}long caption`;
    const state = looking(0, model, {
      prompt: { of: 'caption', line: { text: long, cursor: long.length - 3 } },
    });
    const [, line] = draw(state, [80, 24], 'none', model);
    expect(line).toContain('long capt[i]on');
    expect(width(line!)).toBeLessThanOrEqual(80);
    const folder = looking(0, model, { prompt: { of: 'folder', line: lineOf('./x') } });
    expect(draw(folder, [80, 24], 'none', model)[0]).toContain('Save the edited example into: ./x[ ]');
  });

  test('how far each scorer is with an edit, and what the edit did', () => {
    const judgement = model.judge('diffusion', 0)!;
    const turned = { ...judgement, verdict: { ...judgement.verdict, text: !judgement.verdict.text } };
    const state = looking(0, model, {
      variants: [
        {
          captions: ['a cow on a dog', 'a dog on a cat'],
          force: false,
          standings: {
            diffusion: { state: 'done', done: 16, total: 16, notes: [], result: { judgement: turned } },
            clip: {
              state: 'refused',
              done: 0,
              total: 0,
              notes: [],
              message: 'The model does not know the word "cow".',
            },
          },
        },
      ],
    });
    const shown = text(state);
    expect(shown).toMatch(/diffusion {3}scored, 16 trials; text [✓✗] → [✓✗]/);
    expect(shown).toContain('f scores it all the same: The model does not know the word "cow".');
    expect(shown).toContain('a [cow] on a dog (edited)');
    expect(shown).toContain('edited, 1 to undo');
    const waiting = { ...state, variants: [{ ...state.variants[0]!, standings: {} }] };
    expect(text(waiting)).toContain('waiting …');
    expect(text(waiting)).toContain('No trial of the edited captions is in yet.');
  });

  test('why an edit was refused, in whole sentences, and no promise of maps or trials', () => {
    const words = ['marmalade', 'saxophone', 'trampoline', 'umbrella'].map((word) => `"${word}"`);
    const message = `The tiny world model does not know the words ${words.join(', ')}.`;
    const refused = { state: 'refused' as const, done: 0, total: 0, notes: [], message };
    const variant = {
      captions: ['a cow on a dog', 'a dog on a cat'],
      force: false,
      standings: { diffusion: refused, clip: refused },
    };
    const state = looking(0, model, { variants: [variant] });
    const lines = draw(state, [80, 24], 'none', model);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(80);
    const shown = lines.join(' ').replace(/ +/g, ' ');
    expect(shown.split(message)).toHaveLength(3);
    expect(shown).toContain('Not scored, so no maps.');
    expect(shown).toContain('There are no trials: the edited captions were not scored.');
    const problem = { ...variant, standings: {}, problem: 'The task is not here any more.' };
    const whole = text(looking(0, model, { variants: [problem] }));
    expect(whole).toContain('The task is not here any more.');
    expect(whole).not.toMatch(/come with|is in yet|scored yet/);
    const waiting = text(looking(0, model, { variants: [{ ...variant, standings: {} }] }));
    expect(waiting).toContain('Maps come with the last trial.');
  });

  test('the rows that decide between images hold their mark, with the map beside the image too', () => {
    const { normalized, raw } = model.judge('diffusion', 0)!.scores;
    for (const heat of ['over', 'beside', 'off'] as const) {
      for (const size of [
        [60, 20],
        [80, 24],
      ] as const) {
        const lines = draw(looking(0, model, { heat }), size, 'none', model);
        const rows = (ending: string) => lines.filter((line) => line.includes(`image 0${ending} `));
        expect(rows('−∅'), `${heat} ${size}`).toHaveLength(1);
        expect(rows('−∅')[0]).toContain(scoreText(normalized![0]![0]));
        // Beneath `image 0` of the captions and of the pictures only raw rows of scorers without ∅ may say `^`.
        for (const line of lines.filter((other) => other.includes(scoreText(raw[0]![0]))))
          expect(line).not.toContain('^');
        const clip = lines.filter((line) => line.includes('clip'));
        const isWhole = lines.some((line) =>
          line.includes(scoreText(model.judge('clip', 0)!.scores.raw[0]![0])),
        );
        expect(isWhole || clip[0]?.includes('enlarge'), `${heat} ${size}`).toBe(true);
      }
    }
  });

  test('the mark of the better reconstruction has room beside ∅ in 80 columns', () => {
    const picture = flatImage(8, 8);
    const pictures = [picture, picture, picture];
    const result = { original: picture, noisy: picture, pictures, errors: [0.0125, 0.0518, 0.0251] };
    const clean = { timestep: 531, captions: ['a cat on a dog', 'a dog on a cat', ''], result };
    const state = looking(0, model, { panel: 'clean', timestep: 531, clean: { 0: clean, 1: clean } });
    for (const size of [
      [80, 24],
      [80, 40],
      [120, 40],
    ] as const) {
      const shown = draw(state, size, 'none', model).join('\n');
      expect(shown.match(/A\* 0\.01/g), `${size}`).toHaveLength(2);
    }
  });

  test('reconstructions with their errors, or why there are none', () => {
    const picture = flatImage(8, 8);
    const result = {
      original: picture,
      noisy: picture,
      pictures: [picture, picture, picture],
      errors: [0.125, 0.5, 0.25],
    };
    const asked = { timestep: 531, captions: ['a cat on a dog', 'a dog on a cat', ''] };
    const state = looking(0, model, {
      panel: 'clean',
      timestep: 531,
      clean: { 0: { ...asked, result }, 1: { ...asked, message: 'The model has no VAE decoder.' } },
    });
    const shown = draw(state, [200, 60], 'none', model).join('\n');
    for (const part of [
      'noised 0',
      'A* 0.125',
      'B 0.500',
      '∅ 0.250',
      'The model has no VAE decoder.',
      'timestep 531',
    ])
      expect(shown).toContain(part);
  });
});
