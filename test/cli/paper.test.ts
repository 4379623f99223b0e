/** The paper in one command, at its smallest: what it writes, how it goes on, and what it says when it cannot. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { paperRuns, QUICK } from '../../src/cli/paper-runs.ts';
import { isAlive } from '../../src/hub/is-alive.ts';
import { PAPER_COLUMNS, paperParts, paperRows } from '../../src/report/paper/paper-parts.ts';
import type { PaperReport } from '../../src/report/paper/paper-report.ts';
import { csvOf, documentOf } from '../../src/report/tables.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { openRun } from '../../src/run/open-run.ts';
import type { Summary } from '../../src/run/summary-schema.ts';
import { CHROMIUM, openBrowser, overflow, violations } from '../support/chromium.ts';
import { type CliResult, runCli, runOk, startCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const out = join(temporaryFolder(), 'paper');
const SMALLEST = ['paper', '--quick', '--limit', '2', '--out', out];
const RUNS = paperRuns(QUICK).map(({ name }) => name);
const { open } = openBrowser();

/** When the trials of every run were last written. */
function written(): Record<string, number> {
  const files = RUNS.map((name) =>
    join(out, name, 'trials', `${name.endsWith('supervised') ? 'dit' : 'diffusion'}.arrow`),
  );
  return Object.fromEntries(files.map((file) => [file, statSync(file).mtimeMs]));
}

describe('winoscope paper', () => {
  let first: CliResult;
  let again: CliResult;
  let report: PaperReport;
  const times: Record<string, number>[] = [];
  beforeAll(async () => {
    first = await runOk(SMALLEST);
    times.push(written());
    again = await runOk([...SMALLEST, '--quiet', '--format', 'json']);
    times.push(written());
    report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as PaperReport;
  }, 600_000);

  it('scores six runs, says how far it is, and names its report', () => {
    for (const [k, name] of RUNS.entries()) expect(first.stderr).toContain(`${k + 1} of 6: ${name}\n`);
    expect(first.stdout).toMatch(/^\d+ checks of the paper's findings on this small world: /);
    expect(first.stdout).toContain('fewer examples and trials than the report is meant for');
    expect(first.stdout).toContain(`Report: ${join(out, 'report.html')}`);
  });

  it('fills every table and figure, and says that it is a short one', () => {
    expect(report.reduced).toBe(true);
    expect(report.tables.map(({ id }) => id)).toEqual([
      'zero-shot',
      'swaps-1',
      'swaps-2',
      'supervised',
      'loss',
      'objective',
      'elimination',
      'spread',
    ]);
    for (const { id, head, rows } of report.tables)
      for (const { name, cells } of rows) {
        expect(cells, `${id}, ${name}`).toHaveLength(head.length - 1);
        // Two examples of swaps are of one category.
        if (!id.startsWith('swaps'))
          expect(cells.filter(Boolean), `${id}, ${name}`).toHaveLength(cells.length);
      }
    for (const { id, lines } of report.figures)
      for (const { name, points } of lines) expect(points.length, `${id}, ${name}`).toBeGreaterThan(0);
    expect(report.findings.length).toBeGreaterThan(20);
  });

  it("takes its tables from the runs: each cell is the run's own score", async () => {
    const [table] = report.tables;
    const names = ['synthetic', 'features', 'linear', 'diffusion', 'clip'];
    const space = ['--error-space', 'epsilon', '--format', 'json'];
    for (const [column, run] of ['classes', 'classes-shifted'].entries()) {
      // The paper's errors are of the noise.
      const { scorers } = JSON.parse((await runOk(['report', join(out, run), ...space])).stdout) as Summary;
      for (const [k, name] of names.entries())
        expect(table!.rows[k + 1]!.cells[column], `${name} of ${run}`).toMatchObject({
          correct: scorers[name]!.metrics.accuracy!.correct,
          count: 2,
        });
    }
    const supervised = openRun(join(out, 'classes-shifted-supervised')).last!.scorers;
    expect(report.tables[3]!.rows.map(({ cells }) => cells[1])).toMatchObject(
      ['resnet-small', 'resnet', 'dit'].map((name) => ({
        correct: supervised[name]!.metrics.accuracy!.correct,
        count: 2,
      })),
    );
  });

  it('scores nothing again, whatever form is asked for', () => {
    expect(again.stderr).toBe('');
    expect(times[1]).toEqual(times[0]);
  });

  it('says of every saving what its row of the table says', () => {
    const table = report.tables.find(({ id }) => id === 'elimination')!;
    const row = table.rows.find(({ name }) => name === "CLIP's first 5")!;
    const [share, evaluations] = row.cells as [{ correct: number }, { text: string }];
    const finding = report.findings.find(({ claim, on }) => claim.startsWith('Pruning') && on === 'classes')!;
    expect(finding.measured).toContain(
      `${share.correct} of 2 right with ${evaluations.text} evaluations per image`,
    );
    expect(evaluations.text).toBe(`${5 * QUICK.timesteps}`);
  });

  it('has the same numbers as Markdown, LaTeX, text and CSV', () => {
    for (const format of ['md', 'latex', 'text'] as const) {
      const text = documentOf('All', paperParts(report), format);
      for (const { title } of report.tables) expect(text, format).toContain(title);
      expect(text, format).not.toMatch(/^##? *$|undefined|NaN|\[object/m);
    }
    const rows = csvOf(PAPER_COLUMNS, paperRows(report)).split(/\r?\n/);
    expect(rows[0]).toBe('table,row,column,score,correct,count,low,high,text');
    expect(rows.some((row) => row.startsWith('zero-shot,CLIP,classes,'))).toBe(true);
    expect(rows.some((row) => /^swaps-1,CLIP,in the paper: Winoground,.*27\.0 \/ 25\.8/.test(row))).toBe(
      true,
    );
  });

  it('ends with a sentence where a run cannot be made', async () => {
    const other = temporaryFolder();
    writeFileSync(join(other, 'swaps'), 'no folder');
    const { code, stderr, stdout } = await runCli(['paper', '--quick', '--quiet', '--out', other]);
    expect(stdout).toBe('');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/the run "swaps" ended with exit code \d+, so there is no report/);
  }, 240_000);

  it('passes an interruption on and says how to go on', async () => {
    const { child, stderr, result } = startCli(['paper', '--quick', '--out', temporaryFolder()]);
    await expect.poll(stderr, { timeout: 180_000 }).toContain('1 of 6: swaps\n');
    child.kill('SIGTERM');
    const { code, stdout } = await result;
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr()).toContain('what was scored is kept in');
  }, 240_000);

  it('leaves no run at work when it is killed, and what was scored is put together', async () => {
    const folder = temporaryFolder();
    const { child, result } = startCli(['paper', '--quick', '--out', folder]);
    const run = new RunFolder(join(folder, 'swaps'));
    const isStored = () => run.segmentFiles('diffusion', 'trials').length > 0;
    await expect.poll(isStored, { timeout: 180_000 }).toBe(true);
    const { pid } = run.holder()!;
    expect(pid).not.toBe(child.pid);
    child.kill('SIGKILL');
    await result;
    await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
    expect(openRun(run.path).last?.scorers.diffusion?.evaluations).toBeGreaterThan(0);
  }, 240_000);

  it.skipIf(!CHROMIUM).each([
    ['laptop', 'light'],
    ['phone', 'dark'],
  ] as const)('is a page without complaint on a %s in %s colours', async (size, scheme) => {
    const { page, complaints } = await open(join(out, 'report.html'), { size, scheme });
    expect(await page.locator('ol.findings > li').count()).toBeGreaterThan(10);
    expect(await page.locator('figure').count()).toBe(report.figures.length + 1);
    expect(await overflow(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
