/**
 * Makes the README's pictures: a real run of the embedded models, the real dashboard in a real terminal (tmux), its
 * screens as SVG.
 *
 *     npm run pictures                 writes docs/pictures/*.svg
 *     npm run pictures -- --run DIR    of a stored run instead of a fresh one
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/hub/package-root.ts';
import { BIN, runOk } from '../support/run-cli.ts';
import { TmuxSession } from '../support/tmux-session.ts';
import { readCells } from './ansi-cells.ts';
import { cellsSvg } from './cells-svg.ts';

/** One picture: what to press, and what must be seen before it is taken. */
interface Shot {
  name: string;
  columns: number;
  rows: number;
  steps: readonly Step[];
}
type Step = { press: readonly string[] } | { type: string } | { see: string | RegExp };

const press = (...keys: string[]): Step => ({ press: keys });
const see = (what: string | RegExp): Step => ({ see: what });

/** An example that CLIP gets wrong, found by its disagreement. */
const TO_DISAGREEMENT = [
  see('[1 Summary]'),
  press('2'),
  see('[2 Examples]'),
  press('d'),
  press('Enter'),
  see('A better'),
];

const SHOTS: readonly Shot[] = [
  { name: 'summary', columns: 112, rows: 32, steps: [see('[1 Summary]')] },
  {
    name: 'examples',
    columns: 112,
    rows: 28,
    steps: [see('[1 Summary]'), press('2'), see('[2 Examples]'), press('s')],
  },
  { name: 'pair', columns: 112, rows: 38, steps: TO_DISAGREEMENT },
  {
    name: 'reconstruction',
    columns: 112,
    rows: 38,
    steps: [...TO_DISAGREEMENT, press('x'), see(/A 0\.\d+/), see(/noised 1 .*A \d/)],
  },
  {
    name: 'edit',
    columns: 112,
    rows: 38,
    steps: [
      ...TO_DISAGREEMENT,
      press('e', 'C-w'),
      { type: 'square' },
      press('Enter'),
      see(/diffusion +scored/),
      see('A better'),
    ],
  },
  { name: 'compare', columns: 112, rows: 28, steps: [see('[1 Summary]'), press('3'), see('[3 Compare]')] },
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      run: { type: 'string' },
      out: { type: 'string', default: join(packageRoot(), 'docs', 'pictures') },
      only: { type: 'string' },
    },
  });
  const work = mkdtempSync(join(tmpdir(), 'winoscope-pictures-'));
  try {
    const run = values.run === undefined ? join(work, 'run') : resolve(values.run);
    if (values.run === undefined) {
      console.log('scoring the embedded probe …');
      await runOk(['score', '--out', run, '--quiet']);
    }
    mkdirSync(values.out, { recursive: true });
    for (const shot of SHOTS) {
      if (values.only !== undefined && !values.only.split(',').includes(shot.name)) continue;
      const svg = await take(shot, run, work);
      const file = join(values.out, `${shot.name}.svg`);
      writeFileSync(file, svg);
      console.log(`${file}: ${Math.round(svg.length / 1024)} kB`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function take({ name, columns, rows, steps }: Shot, run: string, cwd: string): Promise<string> {
  const session = new TmuxSession([process.execPath, BIN, 'view', run], { columns, rows, cwd });
  try {
    for (const step of steps) {
      if ('press' in step) session.keys(...step.press);
      else if ('type' in step) session.type(step.type);
      else await session.waitFor(step.see);
    }
    const lines = readCells(await stillScreen(session));
    return cellsSvg(lines, columns, `winoscope view, the ${name} screen`);
  } finally {
    session.kill();
  }
}

/** The screen once two looks at it are the same. */
async function stillScreen(session: TmuxSession): Promise<string> {
  let last = session.colored();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const next = session.colored();
    if (next === last) return next;
    last = next;
  }
}

await main();
