/** The paper's figures, from stored trials: how the score depends on which trials are spent. */

import { STRATEGIES, samplingCurves, singleTimesteps, strategyTexts } from '../../run/sampling-curves.ts';
import type { Material } from './material.ts';
import { PAPER_ANALYSIS } from './outcome.ts';
import type { PaperFigure, PaperLine } from './paper-report.ts';
import { type Saving, saved } from './trial-tables.ts';

/** Share right with one timestep alone, by data set. */
export function timestepFigure({ sets, parts }: Material): PaperFigure {
  const { scorer } = parts.diffusion;
  return {
    id: 'timesteps',
    title: 'Accuracy with a single timestep',
    counterpart: 'Figure 3',
    x: 'timestep',
    isLog: false,
    lines: sets.map(({ label, zeroShot }) => ({
      name: label,
      points: singleTimesteps(zeroShot, { scorer, metric: 'accuracy', ...PAPER_ANALYSIS }).map(
        ({ timestep, ...counts }) => ({ x: timestep, ...counts }),
      ),
    })),
    notes: [],
  };
}

/** Share right against the number of trials, by the strategy that picks them, for one data set. */
export function strategyFigure({ sets, parts }: Material, place: number): PaperFigure {
  const { label, zeroShot } = sets[place]!;
  const { scorer } = parts.diffusion;
  const curves = samplingCurves(zeroShot, { scorer, metric: 'accuracy', ...PAPER_ANALYSIS });
  return {
    id: `strategies-${place + 1}`,
    title: `Accuracy against trials per caption, by which timesteps are taken, ${label}`,
    counterpart: 'Figure 4',
    x: 'trials per caption',
    isLog: true,
    lines: STRATEGIES.map((strategy) => ({
      name: strategyTexts[strategy],
      points: curves[strategy].map(({ trials, ...counts }) => ({ x: trials, ...counts })),
    })),
    notes: ['A point with few trials is the mean over as many disjoint draws as the run has noises for it.'],
  };
}

/** Share right by loss against the number of trials, evenly spread, for one data set. */
export function lossFigure({ sets, parts }: Material, place: number): PaperFigure {
  const { label, zeroShot } = sets[place]!;
  const { scorer } = parts.diffusion;
  return {
    id: `losses-${place + 1}`,
    title: `Accuracy against trials per caption, by loss, ${label}`,
    counterpart: 'none; Table 8 has the losses with all trials',
    x: 'trials per caption',
    isLog: true,
    lines: (['mse', 'mae'] as const).map((loss) => ({
      name: loss === 'mse' ? 'squared (l2)' : 'absolute (l1)',
      points: samplingCurves(zeroShot, { scorer, metric: 'accuracy', loss, errorSpace: 'epsilon' }).even.map(
        ({ trials, ...counts }) => ({ x: trials, ...counts }),
      ),
    })),
    notes: [],
  };
}

/** Share right against evaluations per image: fewer trials for all captions, elimination, and pruning, for one data set. */
export function savingFigure(material: Material, place: number, savings: readonly Saving[]): PaperFigure {
  const { label, zeroShot } = material.sets[place]!;
  const { scorer } = material.parts.diffusion;
  const captions = Math.max(...zeroShot.examples.map((example) => example.captions.length));
  const { even } = samplingCurves(zeroShot, { scorer, metric: 'accuracy', ...PAPER_ANALYSIS });
  const pointsOf = (chosen: readonly Saving[]): PaperLine['points'] =>
    chosen
      .map((saving) => saved(material, place, saving))
      .map(({ evaluations, correct, count }) => ({ x: Math.round(evaluations), correct, count }))
      .sort((a, b) => a.x - b.x);
  const most = pointsOf([{ name: 'none' }])[0]!.x;
  return {
    id: `savings-${place + 1}`,
    title: `Accuracy against evaluations per image, by how they are saved, ${label}`,
    counterpart: 'none; Tables 6 and 7 have elimination and pruning',
    x: 'evaluations per image',
    isLog: true,
    lines: [
      {
        name: 'all captions, fewer even timesteps',
        points: even
          .map(({ trials, ...counts }) => ({ x: trials * captions, ...counts }))
          .filter(({ x }) => x <= most),
      },
      {
        name: 'captions eliminated in stages',
        points: pointsOf(savings.filter(({ stages, prune }) => stages && prune === undefined)),
      },
      {
        name: 'captions pruned by CLIP',
        points: pointsOf(savings.filter(({ stages, prune }) => !stages && prune !== undefined)),
      },
      {
        name: 'pruned by CLIP, then stages',
        points: pointsOf(savings.filter(({ stages, prune }) => stages && prune !== undefined)),
      },
    ],
    notes: ['Elimination and pruning replayed with one noise per timestep.'],
  };
}
