/** `winoscope paper`: scores what is missing, then reads every table and figure from the stored runs. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf, ResultsError } from '../errors.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { packageRoot } from '../hub/package-root.ts';
import { visible } from '../report/format.ts';
import { paperReport } from '../report/paper/assemble.ts';
import type { Material } from '../report/paper/material.ts';
import {
  findingLines,
  leadSentences,
  PAPER_COLUMNS,
  PAPER_TITLE,
  paperParts,
  paperRows,
} from '../report/paper/paper-parts.ts';
import type { PaperReport, PaperRun } from '../report/paper/paper-report.ts';
import { shellWord } from '../report/shell-word.ts';
import { csvOf, documentOf } from '../report/tables.ts';
import { openRun, type StoredRun } from '../run/open-run.ts';
import { writeOutput } from './output.ts';
import type { PaperFlags } from './paper-command.ts';
import {
  DISCRIMINATIVE,
  DIT,
  FULL,
  PARTS,
  type PaperRunSpec,
  paperRuns,
  paperSavings,
  QUICK,
  SETS,
  SWAPS,
} from './paper-runs.ts';

const ENDINGS = { html: 'html', md: 'md', latex: 'tex', csv: 'csv', json: 'json', text: 'txt' } as const;

/** Carries out `winoscope paper`; see `docs/paper.md`. @throws WinoscopeError for what the user can mend. */
export async function paper(flags: PaperFlags): Promise<void> {
  const { out, quick = false, quiet = false, format, limit } = flags;
  const size = { ...(quick ? QUICK : FULL), ...(limit !== undefined && { limit }) };
  makeFolder(out);
  const specs = paperRuns(size);
  for (const [k, spec] of specs.entries()) {
    if (!quiet) process.stderr.write(`${k + 1} of ${specs.length}: ${spec.name}\n`);
    const code = await scoreApart(commandOf(spec, out), quiet);
    if (code !== 0) {
      process.stderr.write(
        `winoscope: the run "${spec.name}" ended with exit code ${code}, so there is no report; what was scored is kept in ${visible(out)}, and the same command goes on.\n`,
      );
      process.exitCode = code;
      return;
    }
  }
  const runs = new Map(specs.map(({ name }) => [name, openRun(join(out, name))]));
  const report = paperReport(materialOf(runs), {
    ...paperSavings(size.timesteps),
    runs: specs.map((spec) => aboutRun(spec, out, runs.get(spec.name)!)),
    reduced: quick || limit !== undefined,
  });
  const path = flags.output ?? join(out, `report.${ENDINGS[format]}`);
  writeOutput(path, await textOf(report, format), 'the report');
  process.stdout.write(
    `${[...leadSentences(report), '', ...findingLines(report), '', `Report: ${visible(path)}`].join('\n')}\n`,
  );
}

function commandOf({ name, task, args }: PaperRunSpec, out: string): string[] {
  return ['score', task, ...args, '--out', join(out, name)];
}

/** A process of its own, as if typed: the command that the report prints is the one that ran. */
function scoreApart(args: readonly string[], quiet: boolean): Promise<number> {
  const bin = join(packageRoot(), 'bin', 'winoscope.js');
  const child = spawn(process.execPath, [bin, ...args, '--plain', ...(quiet ? ['--quiet'] : [])], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // The terminal tells both; the child keeps what it has, and its exit code says so.
  const wait = () => {};
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new ResultsError({ what: 'a run could not be started', got: messageOf(error), cause: error })),
    );
    child.on('close', (code) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code ?? 1);
    });
  });
}

function materialOf(runs: ReadonlyMap<string, StoredRun>): Material {
  return {
    swaps: SWAPS.map(({ label, name }) => ({ label, run: runs.get(name)! })),
    sets: SETS.map(({ label, name }) => ({
      label,
      zeroShot: runs.get(name)!,
      supervised: runs.get(`${name}-supervised`)!,
    })),
    parts: PARTS,
    discriminative: DISCRIMINATIVE,
    dit: DIT,
  };
}

function aboutRun(spec: PaperRunSpec, out: string, run: StoredRun): PaperRun {
  const scorers = Object.values(run.last?.scorers ?? {});
  return {
    name: spec.name,
    folder: join(out, spec.name),
    task: spec.task,
    identity: run.manifest.identityHash,
    command: ['winoscope', ...commandOf(spec, out)].map(shellWord).join(' '),
    evaluations: scorers.reduce((sum, { evaluations }) => sum + evaluations, 0),
    seconds: scorers.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

async function textOf(report: PaperReport, format: PaperFlags['format']): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('../report/html/paper-page.ts')).paperPage(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'csv':
      return csvOf(PAPER_COLUMNS, paperRows(report));
    default:
      return documentOf(PAPER_TITLE, paperParts(report), format);
  }
}
