import type { RunModel } from '../src/report/run-model.ts';
import { FORMAT } from '../src/results/manifest.ts';

/** A run without examples: what screens see before one is opened. */
export const EMPTY_MODEL: RunModel = {
  path: '',
  task: { name: '', title: '', count: 0, redistribution: 'free' },
  scorers: [],
  examples: [],
  analysis: { loss: 'mse', errorSpace: 'native' },
  version: () => 0,
  judge: () => undefined,
  errors: () => undefined,
  maps: () => undefined,
  image: async () => ({ missing: 'No run is open.' }),
  summary: standings,
  standings,
};

function standings(): ReturnType<RunModel['standings']> {
  return {
    format: FORMAT,
    version: '',
    run: '',
    identity: '',
    complete: false,
    examples: { done: 0, failed: 0, skipped: 0 },
    task: { name: '', version: '', hash: '', count: 0 },
    analysis: { loss: 'mse', errorSpace: 'native' },
    scorers: {},
    comparisons: [],
  };
}
