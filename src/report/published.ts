/** Published scores as reference lines beside measured ones: never among them. */

import { WINOGROUND } from '../../tasks/winoground/names.ts';
import { type PublishedRow, publishedRows, publishedScores } from '../../tasks/winoground/published.ts';
import type { MetricName } from '../metrics/evaluate.ts';
import type { Summary } from '../run/summary-schema.ts';
import { SCORE_COLUMNS, type ScoreRow } from './score-rows.ts';

export type { PublishedRow } from '../../tasks/winoground/published.ts';

/** What stands above every list of published scores. */
export const PUBLISHED_NOTE = 'Winoground scores that others published, in percent; not measured here.';

/** The rows that belong to a task: those of Winoground for Winoground itself, none for any other. */
export function publishedFor({ task }: Pick<Summary, 'task'>): PublishedRow[] {
  return task.name === WINOGROUND ? publishedRows() : [];
}

/** `38.5`, as it was printed; empty where nothing was. */
export function printed(value: number | undefined): string {
  return value === undefined ? '' : `${value}`;
}

/** The few best known ones on one line: `people 89.5 / 88.5 / 85.5, …`, text, image and group. */
export function publishedSentence(rows: readonly PublishedRow[]): string {
  const parts = rows.flatMap(({ short, text, image, group }) =>
    short === undefined ? [] : [`${short} ${[text, image, group].map((x) => printed(x) || '–').join(' / ')}`],
  );
  return `Published, not measured here (text / image / group of ${publishedScores().examples}): ${parts.join(', ')}.`;
}

/** Cells of a table: name, text, image, group, where it stands, how sure it is. */
export function publishedCells({
  name,
  text,
  image,
  group,
  source,
  where,
  certainty,
  note,
}: PublishedRow): string[] {
  const place = `${source}; ${where}${note === undefined ? '' : `; ${note}`}`;
  return [name, printed(text), printed(image), printed(group), certainty, place];
}

/** The head that goes with `publishedCells`. */
export const PUBLISHED_HEAD = ['model', 'text', 'image', 'group', 'certainty', 'source'] as const;

/** Columns of measured and published scores in one CSV: where a score was published, `source` and `certainty` say it. */
export const PUBLISHED_COLUMNS = [...SCORE_COLUMNS, 'source', 'certainty'] as const;

/** Published scores as rows of such a CSV; `run` is empty, `kind` is `published`. */
export function publishedScoreRows(): (Partial<ScoreRow> & { source: string; certainty: string })[] {
  const { examples } = publishedScores();
  return publishedRows().flatMap(({ name, source, where, certainty, byTag = {}, ...scores }) => {
    const row = (tag: string, metric: MetricName, value: number | undefined) =>
      value === undefined
        ? []
        : [
            {
              task: WINOGROUND,
              scorer: name,
              kind: 'published',
              tag,
              metric,
              score: value / 100,
              ...(tag === '' && { count: examples }),
              source: `${source}; ${where}`,
              certainty,
            },
          ];
    return [
      ...(['text', 'image', 'group'] as const).flatMap((metric) => row('', metric, scores[metric])),
      ...Object.entries(byTag).flatMap(([tag, value]) => row(tag, 'text', value)),
    ];
  });
}
