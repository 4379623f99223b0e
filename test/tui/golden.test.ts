/**
 * Every screen as text, at every size, in colour, without, and for a screen reader.
 *
 * `WINOSCOPE_UPDATE_GOLDENS=1 npx vitest run test/tui/golden.test.ts` writes them anew: look at what changed.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import type { RunModel } from '../../src/report/run-model.ts';
import { width } from '../../tui/text.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeController, press, type TuiOptions, textOf } from './render-tui.ts';
import { smallRun } from './runs.ts';

const GOLDEN = join(packageRoot(), 'fixtures', 'golden', 'tui');
const run = await smallRun(temporaryFolder());
/** Paths of temporary folders would be in the goldens. */
const model: RunModel = new Proxy(run, {
  get: (target, key) => {
    if (key === 'path') return 'runs/tiny-world-1234abcd';
    const value = Reflect.get(target, key, target);
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
const runs = (['complete', 'interrupted', 'running', 'torn', 'part', 'resumable'] as const).map(
  (state, k) => ({
    path: `runs/${state}`,
    name: state,
    state,
    task: state === 'torn' ? '' : 'tiny-world',
    scorers: state === 'torn' ? [] : ['diffusion', 'clip'],
    done: state === 'running' || state === 'torn' ? undefined : [24, 7, 0, 0, 12, 9][k],
    facts:
      state === 'torn'
        ? ''
        : `diffusion (tiny-world): ${8 + k} timesteps 62–937, seed ${k}, stop sequential 0.05, pruned to 4 by clip; clip (tiny-world)`,
    count: state === 'torn' ? 0 : 24,
    changed: Date.UTC(2026, 0, 1 + k),
    ...(state === 'torn' && { why: 'its run.json is missing' }),
  }),
);

const SCREENS: Record<string, readonly string[]> = {
  summary: ['1'],
  examples: ['2', 'j'],
  'examples-margin': ['2', 's', 'v'],
  'examples-tags': ['2', 't', 'j'],
  compare: ['3'],
  runs: ['4', 'j', 'j', 'j'],
  'runs-part': ['4', 'G', 'k'],
  help: ['2', '?'],
};
const LOOKS: Record<string, TuiOptions> = {
  plain: { level: 'none' },
  '16': { level: '16' },
  '256': { level: '256' },
  truecolor: { level: 'truecolor' },
};
const SIZES = [
  [60, 20],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

const picture = (keys: readonly string[], options: TuiOptions) =>
  textOf(press(makeController({ opened: [model], runs, ...options }), ...keys));

/** Coloured spaces at the end of a line are kept, others are not. */
const trimmed = (text: string) => text.replace(/ +$/gm, '');

function expectGolden(name: string, text: string): void {
  const path = join(GOLDEN, name);
  if (process.env.WINOSCOPE_UPDATE_GOLDENS) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
  expect(existsSync(path), `${path} is missing`).toBe(true);
  expect(`${text}\n`).toBe(readFileSync(path, 'utf8'));
}

describe.each(Object.entries(SCREENS))('%s', (screen, keys) => {
  test.each(SIZES)('%i × %i without colours', (columns, rows) => {
    const text = picture(keys, { columns, rows });
    expect(text.split('\n').length).toBeLessThanOrEqual(rows);
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
    expectGolden(`${screen}.${columns}x${rows}.txt`, text);
  });

  test.each(Object.entries(LOOKS))('colours say nothing that the text does not: %s', (look, options) => {
    const text = picture(keys, options);
    const plain = picture(keys, {});
    expect(trimmed(stripVTControlCharacters(text))).toBe(trimmed(plain));
    expect(text.includes('\u001b')).toBe(look !== 'plain');
    if (look !== 'plain') expectGolden(`${screen}.80x24.${look}.txt`, text);
  });

  test('for a screen reader: sentences, no bars, no frames', () => {
    const text = picture(keys, { linear: true, columns: 1000 });
    expect(text).not.toMatch(/[●━┊█░─│▶]/);
    expectGolden(`${screen}.screen-reader.txt`, text);
  });
});
