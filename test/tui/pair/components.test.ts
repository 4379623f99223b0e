/** Matrices, plots, legends and pictures as lines of text. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { judgementOf } from '../../../src/run/judgement.ts';
import { BrailleCanvas } from '../../../tui/components/braille.ts';
import { errorPlot, signed, spanOf } from '../../../tui/components/error-plot.ts';
import { heatLegend } from '../../../tui/components/heat-map.ts';
import { beside, exactly } from '../../../tui/components/lines.ts';
import { pictureLines } from '../../../tui/components/picture.ts';
import {
  matrixHeight,
  matrixLines,
  scoreText,
  verdictLine,
  winnersOf,
} from '../../../tui/components/score-matrix.ts';
import { Painter } from '../../../tui/images/painter.ts';
import { width } from '../../../tui/text.ts';
import { makeTheme } from '../../../tui/theme.ts';
import { flatImage } from './made-model.ts';

const plain = makeTheme({ level: 'none' });
const colored = makeTheme({ level: 'truecolor' });
const EXAMPLE = {
  id: 'x',
  images: [{ path: 'a' }, { path: 'b' }],
  captions: ['a', 'b'],
  truth: [
    [0, 0],
    [1, 1],
  ] as const,
  tags: [],
};
const judged = (raw: number[][], normalized?: number[][]) =>
  judgementOf(normalized ? { raw, normalized } : { raw }, EXAMPLE);

describe('score matrices', () => {
  test('captions win rows by raw scores, images win columns by normalized ones', () => {
    const judgement = judged(
      [
        [-1, -2],
        [-3, -2.5],
      ],
      [
        [0.1, -0.9],
        [-0.4, 0.2],
      ],
    );
    expect(winnersOf(judgement)).toEqual({ captions: [0, 1], images: [0, 1] });
    expect(
      winnersOf(
        judged([
          [-1, -2],
          [-0.5, -2.5],
        ]),
      ),
    ).toEqual({ captions: [0, 0], images: [1, 0] });
  });

  test('a tie or NaN has no winner', () => {
    expect(
      winnersOf(
        judged([
          [1, 1],
          [Number.NaN, 2],
        ]),
      ),
    ).toEqual({ captions: [undefined, undefined], images: [undefined, 1] });
  });

  test('marks stand beside the winning cells, and what they decide beneath', () => {
    const options = {
      theme: plain,
      columns: 60,
      images: [0, 1],
      captions: [
        { caption: 0, label: 'A 0' },
        { caption: 1, label: 'B 1' },
      ],
      both: true,
    };
    const judgement = judged(
      [
        [-1, -2],
        [-3, -3.5],
      ],
      [
        [0.1, -0.9],
        [-0.4, 0.2],
      ],
    );
    expect(matrixLines('diffusion', { judgement, example: EXAMPLE }, options)).toEqual([
      'diffusion         A 0         B 1  ',
      ' image 0     −1.00000*   −2.00000  ',
      ' image 1     −3.00000*   −3.50000  ',
      ' image 0−∅    0.10000^   −0.90000  ',
      ' image 1−∅   −0.40000     0.20000^ ',
      ' text ✗ image ✓ group ✗ GroupMatch ✓',
    ]);
    const narrow = matrixLines('diffusion', { judgement, example: EXAMPLE }, { ...options, both: false });
    expect(narrow[1]).toBe(' image 0−∅    0.10000*^  −0.90000  ');
    expect(narrow).toHaveLength(4);
    for (const both of [true, false])
      expect(matrixHeight('diffusion', judgement, { images: 2, both })).toBe(both ? 6 : 4);
    expect(matrixLines('clip', { judgement: undefined, example: EXAMPLE }, options)).toEqual([
      'clip',
      'not scored yet',
    ]);
  });

  test('a caption that was not evaluated is pruned, no number', () => {
    expect(scoreText(Number.NEGATIVE_INFINITY)).toBe('pruned');
    expect(scoreText(-0.5)).toBe('−0.50000');
  });

  test('winners are green where true and red where false', () => {
    const options = {
      theme: colored,
      columns: 60,
      images: [0],
      captions: [
        { caption: 0, label: 'A' },
        { caption: 1, label: 'B' },
      ],
      both: false,
    };
    const right = matrixLines(
      's',
      {
        judgement: judged([
          [2, 1],
          [1, 2],
        ]),
        example: EXAMPLE,
      },
      options,
    )[1]!;
    const wrong = matrixLines(
      's',
      {
        judgement: judged([
          [1, 2],
          [2, 1],
        ]),
        example: EXAMPLE,
      },
      options,
    )[1]!;
    expect(right).toContain(colored.paint('good', '    2.00000*^'.slice(1)));
    expect(wrong).toContain(colored.paint('bad', '    2.00000*^'.slice(1)));
  });

  test('verdicts say their margins where there is room, and what is undecided first', () => {
    const close = {
      ...judged([
        [1, 0.5],
        [0, 2],
      ]),
      undecided: true,
    };
    expect(verdictLine(close, plain, 80)).toBe(
      ' undecided text ✓ +0.50 image ✓ +1.0 group ✓ GroupMatch ✓ +2.5',
    );
    expect(verdictLine(close, plain, 30)).toBe(' undecided text ✓ image ✓');
    const nobody = judgementOf({ raw: [[1, 2]] }, { ...EXAMPLE, truth: [] });
    expect(verdictLine(nobody, plain, 80)).toBe(' nothing to decide: no pair is known to be true');
  });

  test('numbers keep their width whatever they are', () => {
    expect([-0.5, 0.25, Number.NaN, undefined].map(scoreText)).toEqual(['−0.50000', '0.25000', 'NaN', '']);
    expect([0, 0.00012, -12, 1234, 0.5].map(signed)).toEqual(['0', '+1e-4', '−12', '+1e+3', '+0.50']);
  });
});

describe('plots', () => {
  const curve = {
    band: 'neighbours' as const,
    points: [0, 1, 2, 3].map((x) => ({ x, value: x - 1, low: x - 1.5, high: x - 0.5 })),
  };
  const options = {
    width: 30,
    height: 6,
    theme: plain,
    from: 0,
    to: 3,
    axis: 'trials',
    span: spanOf([curve]),
  };

  test('have the zero line, the ends of the scale and both ends of the axis', () => {
    const lines = errorPlot(curve, options);
    expect(lines).toHaveLength(6);
    expect(lines.map(width)).toEqual(new Array(6).fill(30));
    expect(lines[0]).toMatch(/^ +\+2\.6 /);
    expect(lines.slice(0, 5).filter((line) => /^ +0 /.test(line))).toHaveLength(1);
    expect(lines[4]).toMatch(/^ +−1\.6 /);
    expect(lines[5]).toBe('        0       trials       3');
  });

  test('are orange above zero and blue below', () => {
    const text = errorPlot(curve, { ...options, theme: colored }).join('\n');
    const [first, second] = (['first', 'second'] as const).map(
      (role) => colored.paint(role, 'x').split('x')[0]!,
    );
    expect(text.indexOf(first!)).toBeGreaterThanOrEqual(0);
    expect(text.indexOf(first!)).toBeLessThan(text.indexOf(second!));
  });

  test('a band much wider than the values does not flatten them', () => {
    const wild = { ...curve, points: curve.points.map((point) => ({ ...point, low: -1e6, high: 1e6 })) };
    expect(spanOf([wild])).toBeLessThan(13);
    expect(errorPlot(wild, { ...options, span: spanOf([wild]) })).toHaveLength(6);
  });

  test('nothing, one point, equal values and numbers that are none are drawn without a fault', () => {
    for (const values of [[], [0], [5, 5, 5], [Number.NaN, 1], [Number.POSITIVE_INFINITY]]) {
      const odd = { band: 'none' as const, points: values.map((value, x) => ({ x, value })) };
      const lines = errorPlot(odd, { ...options, span: spanOf([odd]) });
      expect(lines.map(width)).toEqual(new Array(6).fill(30));
    }
  });

  test('dots stand where they are set, also at the edges', () => {
    const canvas = new BrailleCanvas(2, 1);
    canvas.dot(0, 0, 'first');
    canvas.dot(3, 3, 'first');
    canvas.dot(4, 0, 'first');
    canvas.dot(0, -1, 'first');
    expect(canvas.lines(plain)).toEqual(['⠁⢀']);
  });
});

describe('heat maps on screen', () => {
  const heat = {
    maps: [{ width: 2, height: 2, values: Float32Array.from([3, -3, 0.1, 0]) }],
    extent: 3,
    trials: 32,
  };
  const legend = { columns: 100, mode: 'over', scorer: 'diffusion' } as const;

  test('the legend names both ends, the numbers and the trials; without colours the signs', () => {
    expect(heatLegend(heat, { theme: plain, ...legend })).toBe(
      '++ + A better by +2.0, +0.75  . less  - -- B better; mean of 32 trials, diffusion',
    );
    expect(heatLegend(heat, { theme: plain, ...legend, columns: 40 })).toBe(
      '++ A better by +2.0, -- B; 32 trials',
    );
    const line = heatLegend(heat, { theme: colored, ...legend });
    expect(line).toContain('A better +3.0');
    expect(line).toContain('−3.0 B better');
    expect(line).toContain('mean of 32 trials, diffusion');
    for (const theme of [plain, colored]) {
      for (let columns = 10; columns <= 100; columns++)
        expect(width(heatLegend(heat, { theme, ...legend, columns }))).toBeLessThanOrEqual(columns);
    }
    const short = (columns: number) =>
      stripVTControlCharacters(heatLegend(heat, { theme: colored, ...legend, columns }));
    expect([60, 45, 39, 24, 18, 8].map(short)).toEqual([
      'A better +3.0 ████████████ −3.0 B better  mean of 32 trials',
      'A better +3.0 ████████████ −3.0 B better',
      'A better +3.0 ████████ −3.0 B better',
      'A +3.0 ██████ −3.0 B',
      'A ████ B ±3.0',
      'A ██ B',
    ]);
    expect(heatLegend(heat, { theme: plain, ...legend, mode: 'off' })).toBe('heat map off; m shows it');
  });

  test('without colours signs fill the picture’s place', () => {
    const painter = new Painter(plain, undefined);
    const lines = pictureLines(undefined, {
      space: { columns: 12, rows: 4 },
      painter,
      heat: { heat, image: 0, mode: 'over' },
    });
    expect(lines).toEqual(['++++----', '++++----', '. . . . ', '. . . . ']);
  });

  test('an image that is missing says why, and its map is drawn all the same', () => {
    const space = { columns: 20, rows: 4 };
    const missing = { missing: 'The task "x" is not here any more.' };
    const plainLines = pictureLines(missing, { space, painter: new Painter(plain, undefined) });
    expect(plainLines).toEqual(['The task "x" is not', 'here any more.', '', '']);
    const drawn = pictureLines(missing, {
      space,
      painter: new Painter(colored, undefined),
      heat: { heat, image: 0, mode: 'over' },
    });
    expect(drawn[0]).toContain('▀');
  });

  test('the overlay of an image is made once', () => {
    const graphics = {
      placed: [] as unknown[],
      place: (image: unknown) => void graphics.placed.push(image),
      hold() {},
      release() {},
      clear() {},
    };
    const image = flatImage(8, 8);
    for (let k = 0; k < 2; k++) {
      const painter = new Painter(colored, graphics);
      pictureLines(
        { image },
        { space: { columns: 8, rows: 4 }, painter, heat: { heat, image: 0, mode: 'over' } },
      );
    }
    expect(graphics.placed[0]).toBe(graphics.placed[1]);
  });
});

test('blocks beside each other keep their columns, colours aside', () => {
  const lines = beside(
    [
      { lines: ['a', colored.paint('good', 'bc')], columns: 3 },
      { lines: ['x'], columns: 1 },
    ],
    1,
  );
  expect(lines.map(width)).toEqual([5, 4]);
  expect(exactly(['a'], 3)).toEqual(['a', '', '']);
  expect(exactly(['a', 'b'], 1)).toEqual(['a']);
});
