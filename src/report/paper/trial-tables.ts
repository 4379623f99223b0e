/** Tables of what trials and evaluations do: elimination, pruning, and the spread over noises. */

import { pairedSpread } from '../../run/paired-spread.ts';
import { replay, type StageSetting } from '../../run/replays.ts';
import type { Material } from './material.ts';
import { shareCell } from './outcome.ts';
import type { PaperCell, PaperTable } from './paper-report.ts';
import { PUBLISHED_PRUNING } from './published-numbers.ts';

/** A way to spend fewer evaluations: captions that CLIP ranks first, then stages; one of them or both. */
export interface Saving {
  name: string;
  stages?: StageSetting;
  /** How many captions CLIP leaves. */
  prune?: number;
}

/** What the scorer of a set would have come to under a setting. */
export function saved({ sets, parts }: Material, place: number, { stages, prune }: Saving) {
  return replay(sets[place]!.zeroShot, {
    scorer: parts.diffusion.scorer,
    metric: 'accuracy',
    errorSpace: 'epsilon',
    ...(stages && { stages }),
    ...(prune !== undefined && { prune: { by: parts.clip.scorer, keep: prune } }),
  });
}

/** Elimination and pruning replayed on the stored trials: verdicts and evaluations. */
export function eliminationTable(material: Material, savings: readonly Saving[]): PaperTable {
  const heads = material.sets.flatMap(({ label }) => [
    label,
    `evaluations per image, ${label}`,
    `right only with all, only so, ${label}`,
  ]);
  return {
    id: 'elimination',
    title: 'Captions eliminated in stages, and pruned by CLIP',
    counterpart: 'Tables 6 and 7',
    head: ['captions kept / timesteps', ...heads],
    rows: savings.map((saving) => ({
      name: saving.name,
      cells: material.sets.flatMap((_, place): (PaperCell | undefined)[] => {
        const { correct, count, evaluations, lost, gained } = saved(material, place, saving);
        if (count === 0) return [undefined, undefined, undefined];
        return [shareCell(correct, count), { text: evaluations.toFixed(0) }, { text: `${lost}, ${gained}` }];
      }),
    })),
    notes: [
      "Replayed on the run's stored trials, one noise per timestep, in the order of Li et al.'s code; pruning by the scores of CLIP in the same run.",
      PUBLISHED_PRUNING,
    ],
  };
}

/** Why all captions share their noises: spreads over noises, in thousandths. */
export function spreadTable({ sets, parts }: Material): PaperTable {
  const found = sets.map(({ zeroShot }) => pairedSpread(zeroShot, parts.diffusion.scorer, 'epsilon'));
  const row = (name: string, of: (spread: (typeof found)[number]) => number) => ({
    name,
    cells: found.map((spread) => ({ text: (1000 * of(spread)).toFixed(2) })),
  });
  return {
    id: 'spread',
    title: 'Why captions share their noises: standard deviations over noises at a fixed timestep',
    counterpart: 'Figure 2',
    head: ['mean squared error, thousandths', ...sets.map(({ label }) => label)],
    rows: [
      row('of one error', ({ error }) => error),
      row('of the difference of two captions with noises of their own', ({ unpaired }) => unpaired),
      row('of the difference of two captions with the same noises', ({ paired }) => paired),
    ],
    notes: ['Each wrong caption against the true one; root mean square over images, captions and timesteps.'],
  };
}
