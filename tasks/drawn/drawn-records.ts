/** Drawn pictures as the examples of a probe. */

import { stringify } from 'yaml';
import type { Redistribution } from '../task.ts';
import type { CaptionSet } from './caption-sets.ts';

/** Forms of examples: one picture and the captions of its set, or the set's pictures of one noise with its captions. */
export const EXAMPLE_FORMS = ['choice', 'pairs'] as const;
/** One of `EXAMPLE_FORMS`. */
export type ExampleForm = (typeof EXAMPLE_FORMS)[number];

/** One picture that is there. */
export interface DrawnPicture {
  /** Its set, and the place of its caption there. */
  set: CaptionSet;
  place: number;
  /** Its place among all pictures, in the order of sets, captions and turns. */
  order: number;
  /** Which of the pictures of its caption it is, from 0. */
  turn: number;
  /** Within `images/`, without its ending. */
  stem: string;
  /** How it was made; its own fields, such as the seed, come first. */
  provenance: Record<string, unknown>;
}

/** A line of `examples.jsonl`. */
export interface DrawnRecord {
  id: string;
  images: string[];
  captions: readonly string[];
  truth: [image: number, caption: number][];
  tags: readonly string[];
  drawn: Record<string, unknown>[];
}

/**
 * Examples of the pictures, in the order of their sets. The true caption takes turns among the places, so that it is not always the
 * first. In pairs a turn that lacks one of its set's pictures is left out.
 */
export function recordsOf(pictures: readonly DrawnPicture[], form: ExampleForm): DrawnRecord[] {
  const sorted = pictures.toSorted((a, b) => a.order - b.order);
  const records = form === 'choice' ? sorted.map(choiceOf) : pairsOf(sorted);
  // A caption may stand in several sets: its picture is then in as many examples.
  const uses = new Map<string, number>();
  return records.map((record) => {
    const use = (uses.get(record.id) ?? 0) + 1;
    uses.set(record.id, use);
    return use === 1 ? record : { ...record, id: `${record.id}-${use}` };
  });
}

function choiceOf({ set, place, turn, stem, provenance }: DrawnPicture, k: number): DrawnRecord {
  const captions = wayOf(set, turn);
  const others = captions.filter((_, other) => other !== place);
  const at = k % captions.length;
  return {
    id: stem,
    images: [`${stem}.png`],
    captions: others.toSpliced(at, 0, captions[place]!),
    truth: [[0, at]],
    tags: set.tags,
    drawn: [provenance],
  };
}

function pairsOf(pictures: readonly DrawnPicture[]): DrawnRecord[] {
  const turns = new Map<CaptionSet, Map<number, DrawnPicture[]>>();
  for (const picture of pictures) {
    const own = turns.get(picture.set) ?? new Map<number, DrawnPicture[]>();
    turns.set(picture.set, own.set(picture.turn, [...(own.get(picture.turn) ?? []), picture]));
  }
  return [...turns].flatMap(([set, own]) =>
    [...own].flatMap(([turn, some]) => {
      if (some.length < set.drawn.length) return [];
      return {
        id: `${some[0]!.stem}${some.length > 1 ? '-pair' : ''}`,
        images: some.map(({ stem }) => `${stem}.png`),
        captions: wayOf(set, turn),
        truth: some.map(({ place }, image): [number, number] => [image, place]),
        tags: set.tags,
        drawn: some.map(({ provenance }) => provenance),
      };
    }),
  );
}

/** The captions of a set as its pictures of this turn are asked for. */
export function wayOf(set: CaptionSet, turn: number): readonly string[] {
  return set.ways[turn % set.ways.length]!;
}

/** What a probe of drawn pictures is called and bound by. */
export interface DrawnTerms {
  name: string;
  title: string;
  description: string;
  license: string;
  redistribution: Redistribution;
  citation: string;
}

/** Its `task.yaml`. */
export function drawnTaskFile(terms: DrawnTerms): string {
  return `# Made by \`winoscope generate\`; generate.json says how. Edits of this file are kept.\n${stringify({ format: 1, ...terms, version: '1', tags: ['tags'] })}`;
}
