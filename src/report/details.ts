/** Ranks, directions, sets, macro averages and classification in words and tables. */

import type { MetricName } from '../metrics/evaluate.ts';
import type { Details, ScorerSummary } from '../run/summary-schema.ts';
import { METRIC_TITLES, percent, visible, withInterval } from './format.ts';

type Ranks = NonNullable<NonNullable<Details['ranking']>['captions']>;
type Answers = NonNullable<NonNullable<Details['directions']>['imageToText']>;
type Classes = NonNullable<Details['classification']>;

/** A confusion matrix is shown whole up to so many classes. */
const MOST_CLASSES = 20;
/** The most frequent confusions, and the worst classes, that are told of. */
const MOST_TOLD = 5;

/** What is to be said of a scorer beyond its headline metrics, a sentence each. `all` adds single directions, and means over
 * tags where there are two images or more. */
export function detailSentences(scorer: ScorerSummary, all = false): string[] {
  const { ranking, directions, sets, macro, classification } = scorer;
  return [
    ...(ranking?.captions ? [rankSentence('captions of an image', ranking.captions)] : []),
    ...(ranking?.images ? [rankSentence('images of a caption', ranking.images)] : []),
    ...(directions?.truths ? [`right captions one by one: ${listed(directions.truths)}.`] : []),
    ...(all && directions ? directionSentences(directions) : []),
    ...setSentences(sets ?? {}),
    ...macroSentences(macro ?? {}, all),
    ...(classification ? classSentences(classification) : []),
  ];
}

function rankSentence(what: string, ranks: Ranks): string {
  const recall = ranks.recall
    .map(({ k, score, chance }) => `recall@${k} ${percent(score)} (chance ${percent(chance)})`)
    .join(', ');
  const { score, chance } = ranks.reciprocalRank;
  return `among the ${what}: ${recall}; mean rank ${ranks.meanRank.toFixed(2)} (chance ${ranks.meanRankChance.toFixed(2)}), mean reciprocal rank ${score.toFixed(3)} (chance ${chance.toFixed(3)}).`;
}

function directionSentences({
  imageToText,
  textToImage,
  images,
  captions,
}: NonNullable<Details['directions']>): string[] {
  const one = (title: string, answers: Answers | undefined, from: { name: string; places?: Answers[] }) => {
    if (!answers) return [];
    const { name, places = [] } = from;
    const by = places.length > 1 ? places.map(({ score }, k) => `, ${name} ${k} ${percent(score)}`) : [];
    return [`${title} ${percent(answers.score)} (chance ${percent(answers.chance)})${by.join('')}`];
  };
  const parts = [
    ...one('image to text', imageToText, { name: 'image', ...(images && { places: images }) }),
    ...one('text to image', textToImage, { name: 'caption', ...(captions && { places: captions }) }),
  ];
  return parts.length > 0 ? [`single choices: ${parts.join('; ')}.`] : [];
}

function listed(answers: readonly Answers[]): string {
  return answers.map(({ score }) => percent(score)).join(', ');
}

function setSentences(sets: NonNullable<Details['sets']>): string[] {
  return Object.entries(sets).map(([kind, metrics]) => {
    const parts = Object.entries(metrics).map(
      ([metric, found]) =>
        `${METRIC_TITLES[metric as MetricName]} ${withInterval(found)} of ${found.count} (chance ${percent(found.chance)})`,
    );
    return `right on a whole ${visible(kind)}: ${parts.join(', ')}.`;
  });
}

/** Of tags that say their kind: the others may be of several kinds, which no mean should mix. */
function macroSentences(macro: NonNullable<Details['macro']>, all: boolean): string[] {
  return Object.entries(macro).flatMap(([kind, metrics]) => {
    const found = Object.entries(metrics);
    // A choice set is reported by its mean over parts or relations; for the others this would be a line per kind of tag.
    if (kind === '' || found.length === 0 || !(all || metrics.accuracy)) return [];
    const { tags, leftOut } = found[0]![1];
    const parts = found.map(
      ([metric, { score, chance }]) =>
        `${METRIC_TITLES[metric as MetricName]} ${percent(score)} (chance ${percent(chance)})`,
    );
    const without = leftOut > 0 ? `, ${leftOut} with too few examples left out` : '';
    return [`mean over ${tags} tags "${visible(kind)}"${without}: ${parts.join(', ')}.`];
  });
}

function classSentences({ classes, meanPerClass, confusion }: Classes): string[] {
  const present = classes.filter(({ count }) => count > 0);
  const wrong = confusion
    .filter(([truth, predicted]) => truth !== predicted)
    .sort((a, b) => b[2] - a[2])
    .slice(0, MOST_TOLD)
    .map(([truth, predicted, count]) => `${nameOf(classes, truth)} → ${nameOf(classes, predicted)} ${count}`);
  const worst = present
    .filter(({ count, correct }) => correct < count)
    .sort((a, b) => a.correct / a.count - b.correct / b.count)
    .slice(0, MOST_TOLD)
    .map(({ name, correct, count }) => `${visible(name)} ${percent(correct / count)}`);
  return [
    `mean per class ${percent(meanPerClass)} over ${present.length} classes${worst.length > 0 ? `; lowest: ${worst.join(', ')}` : ''}.`,
    ...(wrong.length > 0 ? [`most often taken for another: ${wrong.join(', ')}.`] : []),
  ];
}

function nameOf(classes: Classes['classes'], place: number): string {
  return place < 0 ? '(a tie)' : visible(classes[place]?.name ?? `${place}`);
}

/**
 * The confusion matrix, true classes down and predicted ones across, with its head; undefined where there are too many
 * classes to show.
 */
export function confusionRows({ classes, confusion }: Classes): string[][] | undefined {
  if (classes.length > MOST_CLASSES) return undefined;
  const cells = new Map(confusion.map(([truth, predicted, count]) => [`${truth} ${predicted}`, count]));
  const predicted = [...classes.keys(), ...(confusion.some(([, place]) => place < 0) ? [-1] : [])];
  return [
    ['true \\ predicted', ...predicted.map((place) => nameOf(classes, place))],
    ...[...classes.keys()].map((truth) => [
      nameOf(classes, truth),
      ...predicted.map((place) => `${cells.get(`${truth} ${place}`) ?? ''}`),
    ]),
  ];
}
