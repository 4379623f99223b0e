import { expect, test } from 'vitest';
import { detailSentences } from '../../src/report/details.ts';
import type { ScorerSummary } from '../../src/run/summary-schema.ts';

const answers = (score: number, chance: number) => ({
  score,
  correct: 100 * score,
  count: 100,
  chance,
  ci95: [0, 1] as [number, number],
  pAboveChance: 0.01,
});

test('single choices say of which image, and of which caption, they are', () => {
  const directions = {
    imageToText: answers(0.75, 0.5),
    textToImage: answers(0.6, 0.5),
    images: [answers(0.8, 0.5), answers(0.7, 0.5)],
    captions: [answers(0.5, 0.5), answers(0.7, 0.5)],
  };
  expect(detailSentences({ directions } as unknown as ScorerSummary, true)).toEqual([
    'single choices: image to text 75.0 (chance 50.0), image 0 80.0, image 1 70.0; text to image 60.0 (chance 50.0), caption 0 50.0, caption 1 70.0.',
  ]);
  expect(detailSentences({ directions } as unknown as ScorerSummary)).toEqual([]);
});
