/** Run folders, score files, and what is shown of captions. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hubSettings } from '../../../src/hub/hub-settings.ts';
import { checkFileNames } from '../../../src/hub/safe-path.ts';
import { visible } from '../../../src/report/format.ts';
import { listRuns } from '../../../src/report/list-runs.ts';
import { markdown } from '../../../src/report/markdown.ts';
import { storedRunModel } from '../../../src/report/stored-run-model.ts';
import { summaryTable } from '../../../src/report/table.ts';
import { sealObject } from '../../../src/results/seal.ts';
import { exportScores } from '../../../src/run/export-scores.ts';
import { openRun } from '../../../src/run/open-run.ts';
import { csvRow, parseCsv, unguarded } from '../../../src/scoring/csv.ts';
import { readScoreFile } from '../../../src/scoring/score-tables.ts';
import { loadTask } from '../../../tasks/registry.ts';
import { cut, sized, width, wrap } from '../../../tui/text.ts';
import { makeRun } from '../../support/made-run.ts';
import type { Mutator } from '../mutate.ts';
import type { Target } from '../target.ts';
import { filesOf, fuzzedFolder } from './folder.ts';

const ANALYSIS = { loss: 'mse', errorSpace: 'native' } as const;

function readRun(root: string): void {
  listRuns(root);
  const run = openRun(join(root, 'run'));
  const model = storedRunModel(run);
  const summary = run.summarize(ANALYSIS);
  expectPlain(summaryTable(summary), summaryTable(summary));
  markdown(summary);
  model.summary();
  for (const scorer of run.views.keys())
    exportScores(run, { scorer, format: 'csv', raw: false, analysis: ANALYSIS });
}

const runFolder: Target = {
  name: 'run-folder',
  share: 3,
  async open(folder) {
    const task = await loadTask('tiny-world');
    const made = join(folder, 'made');
    makeRun(made, {
      task: { ...task, examples: task.examples.slice(0, 4), images: task.images.slice(0, 4) },
      timesteps: 3,
      maps: true,
    });
    const paths = readdirSync(made, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(made.length + 1));
    const files = Object.fromEntries(
      Object.entries(filesOf(made, paths)).map(([path, contents]) => [join('run', path), contents]),
    );
    rmSync(made, { recursive: true });
    return fuzzedFolder({
      folder,
      files,
      read(changed: string, mutator: Mutator) {
        if (mutator.below(2) === 0) sealAnew(join(changed, 'run'));
        readRun(changed);
      },
    });
  },
};

/** Gives what was changed a checksum that fits, as who means harm would: what comes after the checksum is tried too. */
function sealAnew(run: string): void {
  const sealed = (text: string) => {
    const { sha256: _, ...value } = JSON.parse(text) as { sha256?: string };
    return JSON.stringify(sealObject(value));
  };
  for (const name of ['run.json', 'summary.json', 'examples.jsonl']) {
    const path = join(run, name);
    try {
      const text = readFileSync(path, 'utf8');
      const lines = name.endsWith('.jsonl') ? text.trimEnd().split('\n') : [text];
      writeFileSync(path, `${lines.map(sealed).join('\n')}\n`);
    } catch {
      // No JSON any more, or no file.
    }
  }
}

const SCORES = [
  '{"label":"1_c0_i0","score":0.5}\n{"label":"1_c1_i0","score":-2e-3}\n{"label":"1_c0_i1","score":null}\n',
  'example,image,caption,score\n1,0,0,0.5\n1,0,1,\n"a,b",1,0,NaN\n',
  'id,T0_I0,T0_I1,T1_I0,T1_I1\n1,0.5,0.25,1,2\n',
].map((text) => Buffer.from(text));

const scores: Target = {
  name: 'scores',
  share: 14,
  open: (folder) =>
    fuzzedFolder({
      folder,
      files: { 'a.jsonl': SCORES[0]!, 'b.csv': SCORES[1]!, 'c.csv': SCORES[2]! },
      read(changed) {
        for (const name of ['a.jsonl', 'b.csv', 'c.csv']) readScoreFile(join(changed, name));
      },
    }),
};

/** Characters that steer a terminal, or turn or hide what is read. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function expectPlain(text: string, from: string): void {
  const found = STEERING.exec(text)?.[0];
  if (found !== undefined)
    throw new Error(
      `U+${found.codePointAt(0)!.toString(16)} of ${JSON.stringify(from.slice(0, 80))} is shown as it is`,
    );
}

/** A value as a file would spell it. */
function oddText(mutator: Mutator): string {
  const value = mutator.value();
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

const PIECES = [
  '\u001b]8;;http://x\u0007',
  '\u001b]52;c;eA==\u0007',
  '\u001bP',
  '\u009b2J',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '\u200b',
  '👩‍👩‍👧',
  'é',
  'e\u0301'.repeat(9),
  '漢字',
  '\ufe0f',
  '\ud83d',
  '=cmd|1',
  '@x',
  '+1',
  '-1',
  '"',
  ',',
  '\n',
  '\r\n',
  '\t',
  '|',
  '<b>',
  '&amp;',
  '`',
  ' ',
  'word',
];

/** Any value as text: not every object can be made a string. */
function inWords(value: unknown): string {
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);
}

function caption(mutator: Mutator): string {
  const pieces = Array.from({ length: mutator.below(12) }, () => mutator.pick(PIECES)).join('');
  return mutator.below(400) === 0
    ? pieces.repeat(20_000)
    : pieces + (mutator.below(3) === 0 ? inWords(mutator.value()) : '');
}

const captions: Target = {
  name: 'captions',
  share: 18,
  open: () => ({
    async once(mutator) {
      const text = caption(mutator);
      const shown = visible(text);
      expectPlain(shown, text);
      const columns = 1 + mutator.below(60);
      if (text.length < 3000) {
        if (width(cut(shown, columns)) > columns) throw new Error(`cut too wide: ${JSON.stringify(text)}`);
        if (width(sized(shown, columns)) !== columns && columns > 1)
          throw new Error(`not sized: ${JSON.stringify(text)}`);
        wrap(shown, columns, 5);
      } else cut(shown, columns);
      const [row] = parseCsv(csvRow([text, 'next']), 'file');
      const [back] = row?.cells ?? [];
      if (back !== undefined && /^[=+\-@]/.test(back) && Number.isNaN(Number(back)))
        throw new Error(`a spreadsheet would carry out ${JSON.stringify(back)}`);
      if (text !== '' && (back === undefined || unguarded(back) !== text))
        throw new Error(`csv gives ${JSON.stringify(back)} for ${JSON.stringify(text)}`);
    },
  }),
};

const names: Target = {
  name: 'hub-names',
  share: 3,
  open: () => ({
    async once(mutator) {
      const parts = ['..', '.', '', 'a', 'con', 'nul.txt', 'x:y', '\\', 'a\u0000', 'é', 'b.', ' '];
      const list = Array.from({ length: 1 + mutator.below(3) }, () =>
        Array.from({ length: 1 + mutator.below(4) }, () => mutator.pick(parts)).join('/'),
      );
      checkFileNames(list, mutator.pick(['linux', 'win32', 'darwin'] as const));
      for (const name of list) {
        const path = join('/folder', name);
        if (!path.startsWith('/folder/') || path.includes('\0'))
          throw new Error(`${JSON.stringify(name)} is let through`);
      }
    },
  }),
};

const token: Target = {
  name: 'token',
  share: 2,
  open: () => ({
    async once(mutator) {
      const value = `hf_${oddText(mutator)}${mutator.pick(PIECES)}`;
      try {
        const settings = hubSettings(
          {},
          {
            HF_TOKEN: value,
            HF_TOKEN_PATH: '/none',
            HF_ENDPOINT: mutator.below(3) === 0 ? oddText(mutator) : '',
          },
        );
        if (settings.token) new Headers({ Authorization: `Bearer ${settings.token.reveal()}` });
      } catch (error) {
        if ((error as Error).message.includes(value) && value.length > 4)
          throw new Error(`the sentence holds the token: ${(error as Error).message}`);
        throw error;
      }
    },
  }),
};

export const resultTargets: Target[] = [runFolder, scores, captions, names, token];
