/** What a scorer without trials leaves in the run folder: one score per pair. */

import { rmSync } from 'node:fs';
import { ResultsError } from '../errors.ts';
import type { Example } from '../scoring/example.ts';
import type { ScorerOutput } from '../scoring/scorer.ts';
import { lost } from './read-tables.ts';
import { type RunFolder, writeAtomically } from './run-folder.ts';
import { readFinalScores, readScoreSegment, scoreLines, scoresOf } from './score-files.ts';
import type { PendingExample, ScorerResults } from './scorer-results.ts';
import { sealLines } from './seal.ts';
import { AppendFile } from './segment-writer.ts';

export interface PairScoreOptions {
  folder: RunFolder;
  scorer: string;
  examples: readonly Example[];
  session: number;
  /** Other folders whose scores count too. By default none. */
  sources?: readonly RunFolder[];
  /** Whether scoring again gives the same bits; GPUs do not. @default true */
  repeats?: boolean;
}

/** Scores of a CLIP, external or imported scorer: in memory, and on disk as they come. */
export class PairScoreResults implements ScorerResults {
  readonly #options: PairScoreOptions;
  readonly #file: AppendFile;
  readonly damage: string[] = [];
  /** `[image][caption]` by example; undefined where missing. */
  readonly #scores: (number[][] | undefined)[];

  /** Reads what earlier sessions stored. @throws ResultsError where a final file is damaged, or two folders give one pair different scores. */
  constructor(options: PairScoreOptions) {
    this.#options = options;
    const { folder, scorer, examples, session, sources = [], repeats = true } = options;
    this.#file = new AppendFile(folder.segmentFile(scorer, 'scores', session));
    const stored = new Map<string, number>();
    const origins = new Map<string, string>();
    for (const source of [folder, ...sources]) {
      const own = readFinalScores(source.scoresFile(scorer));
      for (const path of source.segmentFiles(scorer, 'scores')) {
        const { scores, whole } = readScoreSegment(path);
        for (const [label, score] of scores) own.set(label, score);
        if (!whole) this.damage.push(lost(path));
      }
      for (const [label, score] of own) {
        const origin = origins.get(label);
        if (origin === undefined) {
          stored.set(label, score);
          origins.set(label, source.path);
        } else if (repeats && !Object.is(stored.get(label), score)) {
          throw new ResultsError({
            what: `two scores of one pair differ, by "${scorer}"`,
            where: source.path,
            expected: `${stored.get(label)} as in ${origin}`,
            got: `${score} for ${label}`,
            fix: 'Delete the one you trust less and compute it again.',
          });
        }
      }
    }
    this.#scores = examples.map(({ id, images, captions }) =>
      scoresOf(stored, id, { images: images.length, captions: captions.length }),
    );
  }

  pending(): PendingExample[] {
    return [...this.#scores.keys()]
      .filter((index) => !this.#scores[index])
      .map((index) => ({ index, start: 0 }));
  }

  isDone(index: number): boolean {
    return this.#scores[index] !== undefined;
  }

  evaluations(index: number): number {
    return this.#scores[index]?.flat().length ?? 0;
  }

  /** Scores of one example, `[image][caption]`, or undefined. */
  scores(index: number): number[][] | undefined {
    return this.#scores[index];
  }

  remaining(index: number): number {
    const { images, captions } = this.#options.examples[index]!;
    return images.length * captions.length;
  }

  spared(): number {
    return 0;
  }

  accept(output: ScorerOutput): void {
    if (output.type !== 'scores') return;
    // JSON has no infinity: what is in memory must be what will be read again.
    const scores = output.scores.map((row) =>
      row.map((score) => (Number.isFinite(score) ? score : Number.NaN)),
    );
    this.#scores[output.index] = scores;
    this.#file.append(Buffer.from(sealLines(scoreLines(this.#options.examples[output.index]!.id, scores))));
  }

  flush(): void {}

  close(): void {
    this.#file.close();
  }

  compact(): void {
    const { folder, scorer, examples } = this.#options;
    const lines = examples.map(({ id }, index) => scoreLines(id, this.#scores[index] ?? []));
    writeAtomically(folder.scoresFile(scorer), sealLines(lines.join('')));
    for (const path of folder.segmentFiles(scorer, 'scores')) rmSync(path, { force: true });
  }
}
