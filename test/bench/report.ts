/** How long an HTML report of many examples takes to write, how large it is, and how soon it answers in a browser. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { loadTask } from '../../tasks/registry.ts';
import { CHROMIUM } from '../support/find-chromium.ts';
import { makeRun } from '../support/made-run.ts';
import { runOk } from '../support/run-cli.ts';

/** A page of so many examples. */
export interface ReportCost {
  examples: number;
  /** `report --format html`, the whole process. */
  seconds: number;
  megabytes: number;
  /** Until the first examples are there, and from a key to the examples that it asks for; null without Chromium. */
  openMs: number | null;
  searchMs: number | null;
  /** Until a page of all examples found is laid out, as before printing; null without Chromium. */
  nextPageMs: number | null;
}

const COUNTS = [210, 1000, 10_000];
const TIMESTEPS = 16;

/** Measures pages of made runs: 2 × 2 examples with maps, a diffusion scorer and a CLIP. */
export async function measureReport(): Promise<ReportCost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  try {
    const task = await loadTask('tiny-world');
    const costs: ReportCost[] = [];
    for (const examples of COUNTS) {
      const run = makeRun(join(folder, `${examples}`), {
        task,
        count: examples,
        timesteps: TIMESTEPS,
        maps: true,
      });
      const file = join(folder, `${examples}.html`);
      const begun = performance.now();
      await runOk(['report', run, '--format', 'html', '--output', file]);
      const seconds = (performance.now() - begun) / 1000;
      costs.push({ examples, seconds, megabytes: statSync(file).size / 1e6, ...(await answers(file)) });
    }
    return costs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answers(file: string): Promise<Pick<ReportCost, 'openMs' | 'searchMs' | 'nextPageMs'>> {
  if (!CHROMIUM) return { openMs: null, searchMs: null, nextPageMs: null };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    const begun = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.locator('.example').first().waitFor();
    const openMs = performance.now() - begun;
    // Measured within the page: the way to it costs more than what is measured.
    const nextPageMs = await page.evaluate<number>(`(() => {
      const begun = performance.now();
      document.querySelector('#pager button:last-child').click();
      document.body.offsetHeight;
      return performance.now() - begun;
    })()`);
    const searchMs = await page.evaluate<number>(`new Promise((resolve) => {
      const found = document.querySelector('#found');
      const search = document.querySelector('input[name=search]');
      const begun = performance.now();
      new MutationObserver(() => { document.body.offsetHeight; resolve(performance.now() - begun); })
        .observe(found, { childList: true, characterData: true, subtree: true });
      search.value = 'orange star';
      search.dispatchEvent(new InputEvent('input', { bubbles: true }));
    })`);
    return { openMs, searchMs, nextPageMs };
  } finally {
    await browser.close();
  }
}

/** The table. */
export function reportLines(costs: readonly ReportCost[]): string[] {
  const ms = (value: number | null) => (value === null ? '(no Chromium)' : `${value.toFixed(0)} ms`);
  return [
    '',
    'HTML reports: made runs of 2 x 2 examples, 16 timesteps, diffusion and CLIP; small pictures, each once',
    ...costs.map(
      ({ examples, seconds, megabytes, openMs, searchMs, nextPageMs }) =>
        `  ${`${examples}`.padStart(6)} examples: written in ${seconds.toFixed(1)} s, ${megabytes.toFixed(1)} MB; opens in ${ms(openMs)}, a search answers in ${ms(searchMs)}, a page turns in ${ms(nextPageMs)}`,
    ),
  ];
}
