/** The figure of effective robustness in a real browser. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHROMIUM, openBrowser, overflow, violations } from '../../support/chromium.ts';
import { runOk } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const { open } = openBrowser();
const HOSTILE = '<script>alert(1)</script>';
const CSV = `model,id_accuracy,ood_accuracy,id_count,ood_count,group
one,0.56,0.44,10000,10000,standard
two,0.70,0.57,10000,10000,standard
three,0.81,0.69,10000,10000,standard
four,0.84,0.73,10000,10000,standard
${HOSTILE},0.62,0.58,400,400,diffusion
a model with a name that is rather long for its place,0.86,0.80,400,400,diffusion
perfect,1,1,100,100,diffusion
`;

describe.skipIf(!CHROMIUM)('in Chromium', () => {
  test.each([
    ['laptop', 'light'],
    ['phone', 'dark'],
  ] as const)(
    'the figure on a %s in %s colours has no complaint, no overflow, and passes axe-core',
    async (size, scheme) => {
      const [table, file] = [join(folder, 'models.csv'), join(folder, `${size}.html`)];
      writeFileSync(table, CSV);
      const { stdout } = await runOk(['robustness', table, '--format', 'html', '--output', file]);
      expect(stdout).toBe('');
      const { page, complaints } = await open(file, { size, scheme });
      const figure = page.locator(size === 'phone' ? '#figure .narrow svg' : '#figure .wide svg');
      expect(await figure.locator('circle').count()).toBe(4);
      const box = (await figure.boundingBox())!;
      for (const name of await figure.locator('text').all()) {
        const { x, width } = (await name.boundingBox())!;
        expect(x, (await name.textContent()) ?? '').toBeGreaterThanOrEqual(box.x - 4);
        expect(x + width, (await name.textContent()) ?? '').toBeLessThanOrEqual(box.x + box.width + 20);
      }
      expect(await page.locator('#table tbody th').allTextContents()).toContain(HOSTILE);
      expect(await overflow(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
