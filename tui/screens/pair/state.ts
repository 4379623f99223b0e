/** What the pair screen remembers: which example, what of it is looked at, and what was edited. */

import type { RgbImage } from '../../../src/images/decode.ts';
import type { Reconstruction, Rescored } from '../../../src/run/interactive-events.ts';
import type { Example } from '../../../src/scoring/example.ts';
import type { ScreenContext } from '../screen.ts';
import type { Line } from './line-editor.ts';

/** What is drawn beneath the images. */
export const PANELS = ['timesteps', 'running', 'clean', 'drawn'] as const;
export type Panel = (typeof PANELS)[number];

/** Heat maps over the grey image, beside the image, or no map. */
export const HEATS = ['over', 'beside', 'off'] as const;
export type Heat = (typeof HEATS)[number];

/** An image as it may be drawn, or the sentence that says why not. */
export type Shown = { image: RgbImage } | { missing: string };

/** How far one scorer is with an edited example. */
export interface Standing {
  state: 'waiting' | 'loading' | 'running' | 'done' | 'refused' | 'unavailable';
  /** Trials. */
  done: number;
  total: number;
  result?: Rescored;
  /** Why there is no result. */
  message?: string;
  notes: readonly string[];
}

/** The example with other captions. */
export interface Variant {
  captions: readonly string[];
  /** Scored although a model does not know its words. */
  force: boolean;
  standings: Readonly<Record<string, Standing>>;
  /** What went wrong before any scorer could begin. */
  problem?: string;
}

/** What a denoiser reconstructs of one image, and of what. */
export interface Clean {
  timestep: number;
  captions: readonly string[];
  result?: Reconstruction;
  message?: string;
}

/** What a scorer's model draws for the captions that are contrasted, and of what. */
export interface Drawn {
  scorer: string;
  captions: readonly string[];
  seed: number;
  /** Steps, of all pictures. */
  done: number;
  total: number;
  pictures?: readonly RgbImage[];
  message?: string;
}

/** What is being typed. */
export interface Prompt {
  of: 'caption' | 'folder';
  line: Line;
}

export interface PairState {
  /** Places in the task of the examples that next and previous walk through. */
  order: readonly number[];
  /** Place in `order` of the example that is seen. */
  at: number;
  /** Its place in the task. */
  index: number;
  /** By image; absent while it loads. */
  images: Readonly<Record<number, Shown>>;
  /** First of the images that are seen. */
  firstImage: number;
  /** The caption that keys act on. */
  caption: number;
  /** The two captions that maps and plots contrast; `second` is undefined where there is only one. */
  first: number;
  second: number | undefined;
  /** Whose maps, plots and reconstructions are seen; the first with trials where undefined. */
  scorer: string | undefined;
  panel: Panel;
  heat: Heat;
  /** Whether the panel takes the images' place too. */
  zoom: boolean;
  /** The timestep chosen in the plot. */
  timestep: number | undefined;
  clean: Readonly<Record<number, Clean>>;
  drawn: Drawn | undefined;
  /** Of the noise that drawings begin with. */
  drawSeed: number;
  prompt: Prompt | undefined;
  /** Where variants were last saved to. */
  folder: string;
  /** Edits, the last one being what is seen; undo takes it away. */
  variants: readonly Variant[];
  /** Edits of the examples that were left, by their place in the task: they are there again when one is come back to. */
  parked: Readonly<Record<number, readonly Variant[]>>;
}

export const DEFAULT_FOLDER = './my-variants';

/** An example seen afresh; what of an example is looked at stays as it was. */
export function seen(at: number, context: ScreenContext, before?: PairState): PairState {
  const order = before?.order ?? [...context.model.examples.keys()];
  const index = order[at] ?? -1;
  const example = context.model.examples[index];
  const edits = before ? editsOf(before) : {};
  return {
    scorer: undefined,
    panel: 'timesteps',
    heat: 'over',
    zoom: false,
    timestep: undefined,
    folder: DEFAULT_FOLDER,
    drawn: undefined,
    drawSeed: 0,
    ...before,
    order,
    at,
    index,
    images: {},
    firstImage: 0,
    caption: 0,
    ...contrastOf(example, context),
    clean: {},
    prompt: undefined,
    variants: edits[index] ?? [],
    parked: edits,
  };
}

/** All edits of the session by example, those of the one that is seen among them. */
export function editsOf({ index, variants, parked }: PairState): PairState['parked'] {
  const { [index]: _, ...others } = parked;
  return variants.length > 0 ? { ...others, [index]: variants } : others;
}

/** The true caption of the first image against its strongest rival; both captions in order where there are two. */
function contrastOf(
  example: Example | undefined,
  { model }: ScreenContext,
): { first: number; second: number | undefined } {
  const count = example?.captions.length ?? 0;
  if (!example || count < 2) return { first: 0, second: undefined };
  if (count === 2) return { first: 0, second: 1 };
  const first = example.truth.find(([image]) => image === 0)?.[1] ?? 0;
  const index = model.examples.indexOf(example);
  const judged = model.scorers.map(({ name }) => model.judge(name, index)).find((found) => found);
  const scores = judged?.scores.raw[0];
  let second = first === 0 ? 1 : 0;
  for (let c = 0; c < count; c++) if (c !== first && scores && scores[c]! > scores[second]!) second = c;
  return { first, second };
}

/** The edit that is seen. */
export function variantOf({ variants }: PairState): Variant | undefined {
  return variants.at(-1);
}

/** The captions that are seen: the task's or the edited ones. */
export function captionsOf(state: PairState, { model }: ScreenContext): readonly string[] {
  return variantOf(state)?.captions ?? model.examples[state.index]?.captions ?? [];
}

/** Said where only the run knows an example, and its licence kept the captions out of the run. */
export const NO_CAPTIONS =
  'The captions of this task are not kept in runs, and the task it was made of is not here.';

/** Whether captions are texts, not the places that stand for them; see `readExamples`. */
export function knowsCaptions({ index }: PairState, { model }: ScreenContext): boolean {
  const captions = model.examples[index]?.captions ?? [];
  return model.task.redistribution === 'free' || captions.some((text, c) => text !== `caption ${c}`);
}

/** The scorer whose trials are looked at: the chosen one, else the first that has any. */
export function trialScorer({ scorer }: PairState, { model }: ScreenContext): string | undefined {
  const names = model.scorers.filter(({ kind }) => kind === 'diffusion').map(({ name }) => name);
  return scorer !== undefined && names.includes(scorer) ? scorer : names[0];
}
