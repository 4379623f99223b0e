/** The part of the keymap that is the pair screen's own. */

import type { Binding } from './keymap.ts';

/** What a user can ask for on the pair screen alone. */
export type PairCommand =
  | 'edit'
  | 'undo'
  | 'save'
  | 'force'
  | 'map'
  | 'panel-timesteps'
  | 'panel-running'
  | 'panel-clean'
  | 'panel-drawn'
  | 'earlier'
  | 'later'
  | 'zoom'
  | 'next-image'
  | 'erase-next'
  | 'erase-word';

const screens = ['pair'] as const;

/** In the order of help. */
export const PAIR_KEYS: readonly Binding[] = [
  { command: 'edit', keys: ['e'], screens, help: 'edit the caption; Enter scores it', hint: 'edit' },
  { command: 'undo', keys: ['u'], screens, help: 'undo the last edit', hint: 'undo' },
  {
    command: 'save',
    keys: ['s'],
    screens,
    help: 'save the edited example into a probe folder',
    hint: 'save',
  },
  { command: 'map', keys: ['m'], screens, help: 'heat map over the image, beside it, or none', hint: 'map' },
  {
    command: 'panel-timesteps',
    keys: ['t'],
    screens,
    help: 'plot the error difference by timestep',
    hint: 'timesteps',
  },
  {
    command: 'panel-running',
    keys: ['r'],
    screens,
    help: 'plot the score difference as trials come in',
    hint: 'trials',
  },
  {
    command: 'panel-clean',
    keys: ['x'],
    screens,
    help: 'show what the denoiser reconstructs at the chosen timestep',
    hint: 'x̂₀',
  },
  {
    command: 'panel-drawn',
    keys: ['d'],
    screens,
    help: 'show what the model draws for the captions; again: from another noise',
    hint: 'drawn',
  },
  { command: 'zoom', keys: ['z'], screens, help: 'give the plot all the room, and back', hint: 'zoom' },
  { command: 'earlier', keys: [','], screens, help: 'choose an earlier timestep', hint: 'earlier timestep' },
  { command: 'later', keys: ['.'], screens, help: 'choose a later timestep', hint: 'later timestep' },
  { command: 'side-a', keys: ['a'], screens, help: 'contrast this caption as A', hint: 'as A' },
  { command: 'side-b', keys: ['b'], screens, help: 'contrast this caption as B', hint: 'as B' },
  { command: 'scorer', keys: ['c'], screens, help: 'next diffusion scorer', hint: 'scorer' },
  { command: 'next-image', keys: ['i'], screens, help: 'next images, where there are more', hint: 'images' },
  {
    command: 'force',
    keys: ['f'],
    screens,
    help: 'score words all the same that the model does not know',
    hint: 'force',
  },
];
