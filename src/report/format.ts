/** Numbers and names as every report writes them. */

import { counted } from '../errors.ts';
import type { MetricName } from '../metrics/evaluate.ts';
import type {
  MetricSummaries,
  MetricSummary,
  NoiseBanks,
  Probabilities,
  Pruning,
  SamplesToDecide,
  Stopping,
  Summary,
} from '../run/summary-schema.ts';
import { weightingName } from '../scoring/weighting.ts';

/** Titles of the metrics, in the order of reports. */
export const METRIC_TITLES: Record<MetricName, string> = {
  text: 'text',
  image: 'image',
  group: 'group',
  groupMatch: 'GroupMatch',
  accuracy: 'accuracy',
};

/** `0.825` as `82.5`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** `82.5 [76.6, 87.1]`: a score in percent with its 95 % interval. */
export function withInterval({ score, ci95 }: { score: number; ci95: readonly [number, number] }): string {
  return `${percent(score)} [${percent(ci95[0])}, ${percent(ci95[1])}]`;
}

/** A p-value with two significant digits, never shown as zero. */
export function pValue(p: number): string {
  if (p < 1e-4) return '< 0.0001';
  return p >= 0.995 ? '1' : p.toPrecision(2);
}

/** The metrics that any scorer of the summary has, in the order of reports. */
export function metricsIn({ scorers }: Summary): MetricName[] {
  const names = Object.keys(METRIC_TITLES) as MetricName[];
  return names.filter((name) => Object.values(scorers).some((scorer) => scorer.metrics[name]));
}

/** All tags that any scorer has, in order of first appearance. */
export function tagsIn({ scorers }: Summary): string[] {
  return [...new Set(Object.values(scorers).flatMap((scorer) => Object.keys(scorer.byTag)))];
}

/** Tags of one kind, as `secondary: Symbolic` and `secondary: Series` are. */
export interface TagGroup {
  /** What stands before the colon; empty for tags without one. */
  kind: string;
  tags: { tag: string; label: string }[];
  /** Tags of so few examples, among so many others, that a table is better without them. */
  omitted: number;
}

/** A kind with more tags than this is shown without those of fewer examples than that. */
const MANY_TAGS = 12;
const FEW_EXAMPLES = 5;

/** All tags by kind, those without one first; kinds and tags in order of first appearance. */
export function tagGroups(summary: Summary): TagGroup[] {
  const groups = new Map<string, TagGroup>([['', { kind: '', tags: [], omitted: 0 }]]);
  for (const tag of tagsIn(summary)) {
    const [, kind = '', label = tag] = /^([^:]{1,40}): (.+)$/s.exec(tag) ?? [];
    const group = groups.get(kind) ?? { kind, tags: [], omitted: 0 };
    groups.set(kind, group);
    group.tags.push({ tag, label });
  }
  return [...groups.values()]
    .filter(({ tags }) => tags.length > 0)
    .map((group) => {
      const isShown = ({ tag }: { tag: string }) => tagCount(summary, tag) >= FEW_EXAMPLES;
      if (group.kind === '' || group.tags.length <= MANY_TAGS) return group;
      const tags = group.tags.filter(isShown);
      return { ...group, tags, omitted: group.tags.length - tags.length };
    });
}

/** What a table leaves out of a group; empty where nothing. */
export function omittedNote({ omitted }: TagGroup): string {
  return omitted === 0 ? '' : `${omitted} more of fewer than ${FEW_EXAMPLES} examples each, in summary.json`;
}

/** Chance of a metric over all examples, as the first scorer that has it counts it. */
export function chanceOf({ scorers }: Summary, metric: MetricName): number | undefined {
  return Object.values(scorers).find((scorer) => scorer.metrics[metric])?.metrics[metric]?.chance;
}

/**
 * The main table without its head: chance, then each scorer, and beneath it its raw scores where they are not the
 * primary ones. Cells follow `metricsIn`.
 * @param rawLabel what the second row of a scorer is called.
 * @param label a scorer's name as it may be shown: names of a foreign run are data.
 */
export function mainRows(
  summary: Summary,
  rawLabel: (name: string) => string,
  label: (name: string) => string = visible,
): string[][] {
  const metrics = metricsIn(summary);
  const rows = [['chance', ...metrics.map((metric) => percent(chanceOf(summary, metric) ?? 0))]];
  for (const [name, scorer] of Object.entries(summary.scorers)) {
    const cells = (from: MetricSummaries) =>
      metrics.map((metric) => (from[metric] ? withInterval(from[metric]) : ''));
    rows.push([label(name), ...cells(scorer.metrics)]);
    if (scorer.primary === 'normalized') rows.push([rawLabel(name), ...cells(scorer.raw)]);
  }
  return rows;
}

/** Examples that a scorer counts under a tag. @param name the scorer; without it the one that counts most */
export function tagCount({ scorers }: Summary, tag: string, name?: string): number {
  const counts = Object.entries(scorers).flatMap(([scorer, { byTag }]) =>
    name === undefined || scorer === name ? Object.values(byTag[tag] ?? {}).map(({ count }) => count) : [],
  );
  return Math.max(0, ...counts);
}

/** With fewer discordant examples no difference can be significant at 5 %, and an interval would feign precision. */
export const FEWEST_DISCORDANT = 6;

/** How the scorers came out against each other, a sentence each. */
export function comparisonLines({ comparisons }: Summary): string[] {
  return comparisons.map(({ metric, aOnly, bOnly, difference, p, pHolm, ...names }) => {
    const [a, b] = [visible(names.a), visible(names.b)];
    const verdict = pHolm < 0.05 ? `${aOnly > bOnly ? a : b} is better` : 'the difference may be chance';
    const by =
      difference && aOnly + bOnly >= FEWEST_DISCORDANT
        ? `${a} − ${b} = ${signed(difference.estimate)} [${difference.ci95.map(signed).join(', ')}] points; `
        : '';
    return `${METRIC_TITLES[metric]}: ${by}only ${a} right ${aOnly}, only ${b} right ${bOnly}; exact McNemar p ${equals(p)}, Holm-corrected ${equals(pHolm)}: ${verdict}`;
  });
}

/** How far the run is, in words. */
export function stateLine(summary: Summary): string {
  const { done, failed, skipped } = summary.examples;
  // Records that could not even be read are not among the task's examples, but they failed.
  const all = Math.max(summary.task.count, done + failed + skipped);
  const parts = [`${done} of ${counted(all, 'example')}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} not scored yet`);
  return parts.join(', ');
}

/** What stopping early did, in words. */
export function stoppingSentence(
  { rule, stopped, undecided, left, evaluations, fullPlan, alpha, reads }: Stopping,
  { loss, errorSpace, weighting }: Summary['analysis'],
): string {
  const share = fullPlan === 0 ? '' : ` (${percent(evaluations / fullPlan)} %)`;
  const how = { sequential: `at alpha ${alpha}`, ttest: `by t-tests at ${alpha} each`, stages: 'in stages' }[
    rule
  ];
  const whole = `${counted(stopped, 'example')} stopped early ${how}`;
  const what = rule === 'sequential' ? [`${whole}, ${undecided} of them undecided`] : [whole];
  const parts = [
    `${[
      // Stages never end an example early: its last captions run the whole plan.
      ...(rule === 'stages' ? [] : what),
      ...(left > 0 || rule === 'stages'
        ? [`${left} captions or images dropped ${rule === 'stages' ? how : 'earlier'}`]
        : []),
    ].join(', ')}; ${evaluations} of ${fullPlan} evaluations${share}.`,
  ];
  if (undecided > 0) parts.push('What is undecided may come out otherwise in the whole plan.');
  const looked = reads ?? { loss: 'mse' as const, errorSpace: 'native' as const };
  const own = { loss, errorSpace, weighting };
  if (analysisPhrase(looked) !== analysisPhrase(own))
    parts.push(
      `Stopping looked at ${reads ? analysisPhrase(looked) : "mse in the model's own space"}${rule === 'sequential' ? ': alpha does not hold for these scores' : ', these scores do not'}.`,
    );
  return parts.join(' ');
}

/** What pruning left out, in words. */
export function pruningSentence({ by, keep, pruned, truthsPruned }: Pruning): string {
  const lost =
    truthsPruned === 0
      ? 'no true one among them'
      : `${truthsPruned === 1 ? '1 example is' : `${truthsPruned} examples are`} wrong because a true one was`;
  const kept = keep === 1 ? 'caption' : `${keep} captions`;
  return `where there is one image, only the ${kept} that ${visible(by)} ranks first ${keep === 1 ? 'was' : 'were'} evaluated; ${pruned} ${pruned === 1 ? 'was' : 'were'} not, ${lost}.`;
}

/** How scores differ between noise banks, in words. */
export function banksSentence({ banks, spread }: NoiseBanks): string {
  const parts = (Object.keys(METRIC_TITLES) as MetricName[]).flatMap((metric) => {
    const scores = banks.flatMap(({ metrics }) => metrics[metric]?.score ?? []);
    if (scores.length < banks.length) return [];
    return [
      `${METRIC_TITLES[metric]} ${scores.map(percent).join(', ')} (standard deviation ${percent(spread[metric] ?? 0)})`,
    ];
  });
  const seeds = banks.map(({ seed }) => seed).join(', ');
  if (parts.length === 0) return `no example has the whole plan of every noise bank (seeds ${seeds}).`;
  return `by noise bank (seeds ${seeds}): ${parts.join('; ')}.`;
}

/** All that is to be said of how a scorer's examples ran, a sentence each. */
export function courseSentences(
  { stopping, pruning, noiseBanks }: Summary['scorers'][string],
  analysis: Summary['analysis'],
): string[] {
  return [
    ...(stopping ? [stoppingSentence(stopping, analysis)] : []),
    ...(pruning ? [pruningSentence(pruning)] : []),
    ...(noiseBanks ? [banksSentence(noiseBanks)] : []),
  ];
}

/** How stored errors became scores, in words. */
export function analysisPhrase({ loss, errorSpace, weighting }: Summary['analysis']): string {
  const weights = weighting ? `, timesteps weighted ${weightingName(weighting)}` : '';
  return `loss ${loss}, error space ${errorSpace}${weights}`;
}

/** What p(caption | image) of a scorer is worth, in words. */
export function probabilitySentence({ temperature, ece, logLoss, uniformLogLoss }: Probabilities): string {
  return `p(caption | image) = softmax(score / ${temperature.toPrecision(3)}): calibration error ${percent(ece)} points and log loss ${logLoss.toFixed(3)}, each half of the examples by the other's temperature (equal probabilities: ${uniformLogLoss.toFixed(3)}).`;
}

/** What the number of trials until a decision tells, in words. */
export function samplesSentence({ choices, decided, medianTrials, ece }: SamplesToDecide): string {
  return `samples to decide: of ${choices} choices among captions, ${decided} could be decided; half of all by ${medianTrials} trials. As a confidence: calibration error ${percent(ece)} points, each half of the examples by the other's curve.`;
}

/**
 * What steers a terminal, turns the direction of what is read, breaks a line, or is there without being seen: control
 * characters, halves of surrogate pairs, marks and overrides of direction, separators of lines, spaces and tags without
 * width. Joiners stay: emoji and several scripts are written with them.
 */
const STEERING =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text with such characters made visible, so that data cannot steer a terminal or hide what they say. */
export function visible(text: string): string {
  return text.replace(STEERING, (char) => {
    const code = char.codePointAt(0)!.toString(16).padStart(4, '0');
    return code.length === 4 ? `\\u${code}` : `\\u{${code}}`;
  });
}

/** A difference of fractions in points, with its sign. */
export function signed(fraction: number): string {
  const points = percent(fraction);
  return Number(points) > 0 ? `+${points}` : Number(points) === 0 ? '0.0' : points.replace('-', '−');
}

/** Whether there are enough examples that all of them right would be above chance. */
function canBeAboveChance({ chance, count }: MetricSummary): boolean {
  return chance ** count <= 0.05;
}

/** Tags and metrics on which a scorer does not beat guessing, by name, where there are examples enough to tell. */
export function notAboveChance({ scorers }: Summary): string[] {
  return Object.entries(scorers).flatMap(([name, { metrics, byTag }]) => {
    const parts = [['all', metrics] as const, ...Object.entries(byTag)].flatMap(([tag, found]) => {
      const weak = (Object.keys(METRIC_TITLES) as MetricName[]).filter(
        (metric) => found[metric] && found[metric].pAboveChance > 0.05 && canBeAboveChance(found[metric]),
      );
      return weak.length > 0 ? [`${visible(tag)} (${weak.map((m) => METRIC_TITLES[m]).join(', ')})`] : [];
    });
    return parts.length > 0 ? [`${visible(name)}: ${parts.join('; ')}`] : [];
  });
}

function equals(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? text : `= ${text}`;
}
