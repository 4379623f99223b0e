/**
 * Makes the README's pictures: a real run of the embedded models, the real dashboard in a real terminal (tmux), its
 * screens as SVG; and its report in a real browser (Chromium), as PNG.
 *
 *     npm run pictures                 writes docs/pictures
 *     npm run pictures -- --run DIR    of a stored run instead of a fresh one
 */

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { packageRoot } from '../../src/hub/package-root.ts';
import { CHROMIUM } from '../support/find-chromium.ts';
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
    if (values.only === undefined || values.only.split(',').includes('report')) {
      const file = join(values.out, 'report.png');
      writeFileSync(file, await takeReport(run, work));
      console.log(`${file}: ${Math.round(statSync(file).size / 1024)} kB`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The report's first screen. */
async function takeReport(run: string, work: string): Promise<Buffer> {
  const page = join(work, 'report.html');
  await runOk(['report', run, '--format', 'html', '--output', page]);
  if (!CHROMIUM) throw new Error('Chromium is missing');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1180, height: 720 } });
    await tab.goto(pathToFileURL(page).href);
    await tab.locator('.example').first().waitFor();
    return await tab.screenshot();
  } finally {
    await browser.close();
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
