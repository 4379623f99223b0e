/** `winoscope pair`: scores pictures against captions, without a task. */

import { UsageError } from '../errors.ts';
import { imageSize, readSource } from '../images/decode.ts';
import { visible } from '../report/format.ts';
import { columns } from '../report/table.ts';
import { withAutoCalls } from '../run/auto-calls.ts';
import { checkGuidance, checkNames } from '../run/check-scorers.ts';
import type { ConfidentChoice } from '../run/pair-confidence.ts';
import { preflight } from '../run/preflight.ts';
import { scorePairs } from '../run/score-pairs.ts';
import { type PreparedScorer, prepareScorer } from '../run/settings.ts';
import type { ExampleScores } from '../scoring/aggregate.ts';
import type { Example } from '../scoring/example.ts';
import { onInterrupt } from './interrupt.ts';
import { analysisOf, scorersOf, scoringOf } from './options.ts';
import { otherScorersOf } from './other-scorers.ts';
import { printJson } from './output.ts';
import type { PairFlags } from './pair-command.ts';
import { confidenceLines, confidenceOf } from './pair-confidence-lines.ts';
import { readable } from './readable.ts';

/** Carries out `winoscope pair`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export async function pair(images: string[], flags: PairFlags): Promise<void> {
  const analysis = analysisOf(flags);
  const empty = flags.caption.find((caption) => caption.trim() === '');
  if (empty !== undefined) {
    throw new UsageError({
      what: 'a caption is empty',
      where: '--caption',
      expected: 'words that may describe a picture',
    });
  }
  const example: Example = {
    id: 'pair',
    images: images.map((path) => ({ path })),
    captions: flags.caption,
    truth: [],
    tags: [],
  };
  const sizes = [await Promise.all(images.map(async (path) => imageSize(await readSource({ path }), path)))];
  const scoring = scoringOf(flags, { maps: false });
  const requests = await scorersOf(flags, await otherScorersOf(flags));
  checkNames(requests);
  const scorers = await Promise.all(
    requests.map((request) => withAutoCalls(prepareScorer(request, scoring), { scoring, measure: false })),
  );
  checkGuidance(scorers, scoring.guidance);
  const checks = { sizes, strict: flags.strict ?? false, force: flags.force ?? false, skip: false };
  for (const warning of scorers.flatMap((scorer) => preflight([example], scorer, checks).warnings)) {
    process.stderr.write(`warning: ${visible(warning)}\n`);
  }
  const interrupt = onInterrupt();
  const results: Record<string, ExampleScores> = {};
  const confidence: Record<string, ConfidentChoice[]> = {};
  try {
    for (const scorer of scorers) {
      const { trials, ...scores } = await scorePairs(example, scorer, {
        ...analysis,
        signal: interrupt.signal,
        ...(process.stderr.isTTY && !flags.quiet && { onProgress: progressOf(scorer.name) }),
      });
      results[scorer.name] = scores;
      confidence[scorer.name] = confidenceOf(scorer, scores, trials);
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = interrupt.exitCode();
    return;
  } finally {
    interrupt.dispose();
    if (process.stderr.isTTY && !flags.quiet) process.stderr.write('\r\u001b[2K');
  }
  if (flags.json) printJson({ images, captions: flags.caption, scores: results, confidence });
  else
    process.stdout.write(
      `${scorers
        .map((scorer) =>
          [
            matrix(scorer, results[scorer.name]!, images, flags.caption),
            ...confidenceLines(scorer, confidence[scorer.name]!, images),
          ].join('\n'),
        )
        .join('\n\n')}\n`,
    );
}

function progressOf(scorer: string): (done: number, total: number) => void {
  return (done, total) => process.stderr.write(`\r\u001b[2K${scorer}: ${done}/${total} evaluations`);
}

/** What the numbers of a kind of scorer are. */
const UNITS: Record<PreparedScorer['settings']['kind'], string> = {
  diffusion: 'minus the mean denoising error, higher is better',
  clip: 'cosine, higher is better',
  classifier: 'log-probability of the class that the caption names, higher is better',
  external: 'as the process gave them, lower ones negated where they are better: higher is better',
  imported: 'as imported, higher is better',
};

/** One scorer's matrix, a row per image; the best caption of an image is starred, none at a tie. */
function matrix(
  { name, settings }: PreparedScorer,
  { raw, normalized }: ExampleScores,
  images: readonly string[],
  captions: readonly string[],
): string {
  const unit = UNITS[settings.kind];
  const rows = raw.map((row, i) => {
    const best = Math.max(...row);
    const winner = row.length > 1 && row.filter((score) => score === best).length === 1;
    return [
      visible(images[i]!),
      ...row.map((score) => `${score.toFixed(5)}${winner && score === best ? ' *' : ''}`),
    ];
  });
  const head = ['', ...captions.map((_, c) => `caption ${c}`)];
  const lines = [
    `${name} (${unit})`,
    ...captions.map((caption, c) => `  caption ${c}: ${readable(caption)}`),
    ...columns([head, ...rows]),
  ];
  if (normalized) {
    lines.push('minus the same under the empty caption, which makes images comparable:');
    lines.push(
      ...columns([
        head,
        ...normalized.map((row, i) => [visible(images[i]!), ...row.map((score) => score.toFixed(5))]),
      ]),
    );
  }
  return lines.join('\n');
}
