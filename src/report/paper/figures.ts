/** The paper's figures, from stored trials: how the score depends on which trials are spent. */

import { STRATEGIES, samplingCurves, singleTimesteps, strategyTexts } from '../../run/sampling-curves.ts';
import type { Material } from './material.ts';
import type { PaperFigure } from './paper-report.ts';

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
      points: singleTimesteps(zeroShot, { scorer, metric: 'accuracy', loss: 'mse' }).map(
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
  const curves = samplingCurves(zeroShot, { scorer, metric: 'accuracy', loss: 'mse' });
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
    counterpart: 'the ablation of the loss',
    x: 'trials per caption',
    isLog: true,
    lines: (['mse', 'mae'] as const).map((loss) => ({
      name: loss === 'mse' ? 'squared (l2)' : 'absolute (l1)',
      points: samplingCurves(zeroShot, { scorer, metric: 'accuracy', loss }).even.map(
        ({ trials, ...counts }) => ({ x: trials, ...counts }),
      ),
    })),
    notes: [],
  };
}
