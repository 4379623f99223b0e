/** `winoscope paper`: scores what is missing, then reads every table and figure from the stored runs. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf, ResultsError, withFiles } from '../errors.ts';
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
import { jsonText, writeOutput } from './output.ts';
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
  withFiles({ what: 'cannot write the folder', where: out, fix: 'Choose another --out.' }, () =>
    makeFolder(out),
  );
  const specs = paperRuns(size);
  const signals = listen();
  try {
    for (const [k, spec] of specs.entries()) {
      if (!quiet) process.stderr.write(`${k + 1} of ${specs.length}: ${spec.name}\n`);
      const code = (await scoreApart(commandOf(spec, out), quiet, signals)) || signals.code();
      if (code !== 0) {
        process.stderr.write(
          `winoscope: the run "${spec.name}" ended with exit code ${code}, so there is no report; what was scored is kept in ${visible(out)}, and the same command goes on.\n`,
        );
        process.exitCode = code;
        return;
      }
    }
  } finally {
    signals.close();
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
function scoreApart(args: readonly string[], quiet: boolean, signals: Signals): Promise<number> {
  const bin = join(packageRoot(), 'bin', 'winoscope.js');
  const child = spawn(process.execPath, [bin, ...args, '--plain', ...(quiet ? ['--quiet'] : [])], {
    // Nothing is said over the channel: it closes when this process is killed, and the run ends in order.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  signals.passTo(child);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new ResultsError({ what: 'a run could not be started', got: messageOf(error), cause: error })),
    );
    child.on('close', (code) => resolve(code ?? (signals.code() || 1)));
  });
}

/** Interruptions while runs are made. */
interface Signals {
  /** What is asked to end from now on. */
  passTo(child: ChildProcess): void;
  /** Exit code of an interruption that came, as a shell has it; else 0. */
  code(): number;
  close(): void;
}

/** Listens from before the first run to after the last: between two, a signal ends the command as well. */
function listen(): Signals {
  let child: ChildProcess | undefined;
  let code = 0;
  const interrupted = () => {
    // The terminal tells the child too: it keeps what it has, and its exit code says so.
    code = 130;
  };
  const ended = () => {
    code = 143;
    child?.kill('SIGTERM');
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', ended);
  return {
    passTo: (next) => {
      child = next;
      if (code === 143) next.kill('SIGTERM');
    },
    code: () => code,
    close: () => {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', ended);
    },
  };
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
      return jsonText(report);
    case 'csv':
      return csvOf(PAPER_COLUMNS, paperRows(report));
    default:
      return documentOf(PAPER_TITLE, paperParts(report), format);
  }
}
