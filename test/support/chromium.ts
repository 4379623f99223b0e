/** A real browser for pages: Chromium as the system has it, one for all tests of a file. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { CHROMIUM } from './find-chromium.ts';

export { CHROMIUM };

if (!CHROMIUM) process.stderr.write('not run: chromium is missing\n');

/** A busy machine may take long over a page: milliseconds until something is held to fail. */
export const PATIENCE = 90_000;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Screens that pages are looked at on. */
export const SIZES = {
  phone: { width: 360, height: 740 },
  laptop: { width: 1366, height: 768 },
  print: { width: 718, height: 1000 },
} as const;

export interface Opened {
  page: Page;
  /** Errors and warnings of the console, exceptions, and whatever the page asked for that is not in it. */
  complaints: string[];
}

export interface OpenOptions {
  /** @default 'laptop' */
  size?: keyof typeof SIZES;
  /** @default 'light' */
  scheme?: 'light' | 'dark';
  /** What follows `#` in the address. */
  hash?: string;
}

/** Starts the browser before the file's tests and ends it after them. */
export function openBrowser(): { open(file: string, options?: OpenOptions): Promise<Opened> } {
  let browser: Browser;
  beforeAll(async () => {
    if (CHROMIUM) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => browser?.close());
  return {
    async open(file, { size = 'laptop', scheme = 'light', hash = '' } = {}) {
      const page = await browser.newPage({ viewport: SIZES[size], colorScheme: scheme });
      page.setDefaultTimeout(PATIENCE);
      const complaints: string[] = [];
      const address = pathToFileURL(file).href;
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        const url = request.url().replace(/#.*$/s, '');
        if (url !== address && !url.startsWith('data:')) complaints.push(`asked for ${url}`);
      });
      await page.goto(address + hash);
      if (size === 'print') {
        await page.emulateMedia({ media: 'print', colorScheme: scheme });
        await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      }
      return { page, complaints };
    },
  };
}

/** What axe-core finds wrong, a line per rule with the first element. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run(document)');
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.length}, as ${nodes[0]?.html} (${nodes[0]?.failureSummary})`,
  );
}

/** By how many pixels the page is wider than the window, and what sticks out. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 0.5 && !one.closest('.scroll, pre'))
      .slice(0, 3)
      .map((one) => one.outerHTML.slice(0, 120));
  })()`);
}
