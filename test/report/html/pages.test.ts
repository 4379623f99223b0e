/** Pages in a real browser: sizes, colour schemes, keyboard, filters, and text that would be markup. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openBrowser, overflow, PATIENCE, SIZES, violations } from '../../support/chromium.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { HOSTILE, hostileTask, made, writeComparison, writeReport } from './made-pages.ts';

const COUNT = 45;
/** What the page comes to show, however busy the machine is. */
const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: PATIENCE });
const folder = temporaryFolder();
const { open } = openBrowser();
const files = { report: '', comparison: '' };

beforeAll(async () => {
  const task = await hostileTask(COUNT);
  const [a, b] = [made(folder, 'first', { task, done: 44 }), made(folder, 'second', { task, seed: 8 })];
  files.report = await writeReport(folder, [a]);
  files.comparison = await writeComparison(folder, a, b);
});

test.each(['report', 'comparison'] as const)(
  'contents of the %s call sections what their headings do',
  (name) => {
    const text = readFileSync(files[name], 'utf8');
    const [, contents] = /<nav class="contents"[^>]*><ol>(.*?)<\/ol>/.exec(text)!;
    const links = [...contents!.matchAll(/<a href="#(.*?)">(.*?)<\/a>/g)].map(([, id, title]) => [id, title]);
    const headings = [...text.matchAll(/<h2 id="(.*?)-title">(.*?)<\/h2>/g)].map(([, id, title]) => [
      id,
      title,
    ]);
    expect(links).toContainEqual(['margins', 'Scorers against each other']);
    expect(links).toEqual(headings);
  },
);

describe.skipIf(!CHROMIUM)('in Chromium', () => {
  const looks = (Object.keys(SIZES) as (keyof typeof SIZES)[]).flatMap((size) =>
    (['light', 'dark'] as const)
      // Paper is light whatever the screen is: once is enough, from the scheme that could shine through.
      .filter((scheme) => size !== 'print' || scheme === 'dark')
      .map((scheme) => ['report', size, scheme] as const),
  );
  const others = [
    ['comparison', 'laptop', 'light'],
    ['comparison', 'phone', 'dark'],
  ] as const;

  test.each([...looks, ...others])(
    'the %s on %s in %s colours has no complaint, no request, no overflow, and passes axe-core',
    async (name, size, scheme) => {
      const { page, complaints } = await open(files[name], { size, scheme });
      await page.locator('.example').first().waitFor();
      expect(await overflow(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test('captions, tags and ids that hold markup show as the text that they are', async () => {
    const { page, complaints } = await open(files.report, { hash: '#example=0' });
    const card = page.locator('.example').first();
    await card.waitFor();
    expect(await card.locator('.captions li').allTextContents()).toEqual([
      `A${HOSTILE.caption}`,
      `B${HOSTILE.comment}`,
    ]);
    expect(await card.locator('.tag-list li').last().textContent()).toBe(HOSTILE.tag);
    // Counted as everywhere else.
    expect(await card.locator('.matrix').first().locator('tbody th').allTextContents()).toEqual([
      'Image 0',
      'Image 1',
    ]);
    expect(await page.locator('#tags tbody th').allTextContents()).toContain(HOSTILE.tag);
    expect(await page.locator('select[name=tag] option').allTextContents()).toContain(HOSTILE.tag);
    expect(await page.title()).toBe('Tiny world, swaps · Winoscope');
    expect(await page.locator('img[src="x"], svg[onload], i[onclick]').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('nothing in a text turns what stands about it, and one without end does not fill the page', async () => {
    const { page, complaints } = await open(files.report, { hash: '#example=1%5Cu202e' });
    const card = page.locator('.example').nth(1);
    await card.waitFor();
    expect(await card.locator('h3').textContent()).toBe('Example 1\\u202e');
    const [turned, endless] = await card.locator('.captions li span:last-child').allTextContents();
    expect(turned).toBe('one \\u202estar\\u202c left of a square');
    expect(endless).toMatch(/^(?:a red star ){100}.*… \(97001 more characters, in the run\)$/);
    // The whole file, whatever is in attributes, titles and data: where it is, says the failure.
    expect(readFileSync(files.report, 'utf8')).not.toMatch(/.{0,60}(?:\u202e|\\u000a)/);
    expect(await page.locator('select[name=tag] option').allTextContents()).not.toContain(HOSTILE.turned);
    expect(await page.locator('.manifest').textContent()).toMatch(/^\{\n {2}"format": 1,\n/);
    const height = await card.evaluate((element) => element.getBoundingClientRect().height);
    expect(height).toBeLessThan(3000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('filters, search and orders find what they say', async () => {
    const { page } = await open(files.report);
    const found = page.locator('#found');
    const cards = page.locator('.example');
    await soon(() => found.textContent()).toBe(`${COUNT} examples`);
    expect(await cards.count()).toBe(20);

    await page.locator('select[name=scorer-0]').selectOption('wrong');
    await soon(() => found.textContent()).toMatch(/^\d+ of 45 examples$/);
    expect(await cards.count()).toBeGreaterThan(0);
    for (const card of await cards.all())
      expect(await card.locator('.matrix').first().locator('.verdicts').textContent()).toContain(
        '✕ group wrong',
      );

    await page.locator('select[name=scorer-0]').selectOption('not scored');
    await soon(() => found.textContent()).toBe('1 of 45 examples');
    expect(await cards.textContent()).toContain('diffusion has not scored this example.');

    await page.getByRole('button', { name: 'Clear' }).click();
    await soon(() => found.textContent()).toBe(`${COUNT} examples`);
    await page.getByLabel('Search').fill('ONERROR quoted');
    await soon(() => found.textContent()).toBe('1 of 45 examples');
    await page.getByLabel('Search').fill('');
    await page.getByLabel('only where verdicts differ').check();
    await soon(() => found.textContent()).toMatch(/^\d+ of 45 examples$/);
    for (const card of await cards.all()) {
      const verdicts = await card.locator('.verdicts').allTextContents();
      expect(new Set(verdicts.map((text) => text.includes('✓ group right'))).size, verdicts.join(' / ')).toBe(
        2,
      );
    }
    await page.close();
  });

  test('pages of examples turn, and the last has what is left', async () => {
    const { page } = await open(files.report);
    const next = page.getByRole('button', { name: 'Next' });
    await next.click();
    expect(await page.locator('#pager span').textContent()).toBe('Page 2 of 3');
    await next.click();
    expect(await page.locator('.example').count()).toBe(5);
    expect(await next.isDisabled()).toBe(true);
    await page.close();
  });

  test('a point of the scatter plot, and an address, lead to their example', async () => {
    const { page } = await open(files.report);
    await page.getByLabel('Search').fill('no such words');
    await soon(() => page.locator('#found').textContent()).toBe(`0 of ${COUNT} examples`);
    const point = page.locator('#margins [data-example="41"]').first();
    const title = await point.locator('title').textContent();
    await point.dispatchEvent('click');
    const focused = page.locator('.example:focus');
    await focused.waitFor();
    expect(title).toContain(`${(await focused.locator('h3').textContent())!.replace('Example ', '')}: `);
    expect(page.url()).toContain('#example=41');
    await page.close();
  });

  test('everything can be reached and worked with the keyboard', async () => {
    const { page } = await open(files.report);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the report');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
    const summary = page.locator('#scores summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#scores details').first().getAttribute('open')).toBe('');
    await page.getByLabel('Search').focus();
    await page.keyboard.type('star');
    await soon(() => page.locator('#found').textContent()).toMatch(/ of 45 examples$/);
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    await page.getByRole('button', { name: 'Next' }).press('Enter');
    expect(await page.locator('.example:focus h3').textContent()).toBe('Example 20');
    await page.close();
  });

  test('the colours that were chosen stay, whatever the system prefers', async () => {
    const { page } = await open(files.report, { scheme: 'dark' });
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.getByRole('button', { name: 'Light colours' }).click();
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await background()).toBe(light);
    expect(await page.getByRole('button', { name: 'Dark colours' }).count()).toBe(1);
    await page.close();
  });

  test('paper shows every example that the filter asks for, in light colours, and the screen its page again', async () => {
    const { page } = await open(files.report, { scheme: 'dark' });
    await page.locator('.example').first().waitFor();
    await page.evaluate(
      'addEventListener("beforeprint", () => { window.printed = document.querySelectorAll(".example").length; });',
    );
    await page.pdf({ format: 'A4' });
    expect(await page.evaluate('window.printed')).toBe(COUNT);
    await soon(() => page.locator('.example').count()).toBe(20);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('#filters').isVisible()).toBe(false);
    await page.close();
  });

  test('the command to repeat a run is copied, or selected where copying is not allowed', async () => {
    const { page } = await open(files.report);
    const button = page.locator('button.copy');
    await button.click();
    await soon(() => button.textContent()).toMatch(/Copied|Selected/);
    const code = await page.locator('.command code').textContent();
    expect(code).toBe(
      'winoscope score tiny-world --diffusion diffusion=tiny-world --clip clip=tiny-world --timesteps 12 --seed 0',
    );
    await page.close();
  });

  test('a comparison begins with the examples on which the two runs disagree', async () => {
    const { page } = await open(files.comparison);
    await page.locator('.example').first().waitFor();
    const verdicts = await page.locator('.example').first().locator('.verdicts').allTextContents();
    const rights = verdicts.map((text) => text.includes('✓ group right'));
    // first: diffusion, clip; second: diffusion, clip
    expect(rights[0] !== rights[2] || rights[1] !== rights[3]).toBe(true);
    await page.close();
  });

  test('scores on the page are those of the summary', async () => {
    const { page } = await open(files.report);
    const rows = await page.locator('#scores table').last().locator('tbody tr').allTextContents();
    const text = rows.join('\n').replace(/\s+/g, ' ');
    const summary = JSON.parse(readFileSync(`${folder}/first/summary.json`, 'utf8'));
    for (const { metrics } of Object.values<{ metrics: Record<string, { score: number; ci95: number[] }> }>(
      summary.scorers,
    ))
      for (const { score, ci95 } of Object.values(metrics))
        expect(text).toContain(
          `${(100 * score).toFixed(1)} [${ci95.map((x) => (100 * x).toFixed(1)).join(', ')}]`,
        );
    await page.close();
  });
});
