/** A run that is going on as a `RunModel`. */

import { messageOf } from '../errors.ts';
import { readSource, sourceName } from '../images/decode.ts';
import type { Failure } from '../run/failures.ts';
import type { PreparedRun, RunRequest } from '../run/prepare-run.ts';
import type { ScorerView } from '../run/scorer-view.ts';
import type { Analysis } from '../run/summary-schema.ts';
import type { ImageAccess } from './run-model.ts';
import { ViewsModel } from './views-model.ts';

export interface LiveRunParts {
  run: PreparedRun;
  request: RunRequest;
  /** From `RunTaskOptions.onOpen`. */
  views: ReadonlyMap<string, ScorerView>;
  analysis: Analysis;
  /** Examples left out; grows. */
  failures: readonly Failure[];
}

/** The model of a running `runTask`; call `touch` when results have come in. */
export function liveRunModel({ run, request, views, analysis, failures }: LiveRunParts): ViewsModel {
  const { examples } = request.task;
  return new ViewsModel({
    path: run.folder.path,
    manifest: run.manifest,
    examples,
    views,
    analysis,
    failures: () => failures,
    image: async (index, image): Promise<ImageAccess> => {
      const source = examples[index]?.images[image];
      if (!source) return { missing: `Example ${examples[index]?.id ?? index} has no image ${image}.` };
      try {
        return { bytes: await readSource(source), name: sourceName(source) };
      } catch (error) {
        return { missing: `${messageOf(error)}.` };
      }
    },
  });
}
