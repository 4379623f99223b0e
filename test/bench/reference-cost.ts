/** Arithmetic, no measurement: what the reference's scheme evaluates where the product does not. */

import type { Subject } from './subject.ts';

export interface ReferenceCost {
  images: number;
  captions: number;
  /** Evaluations per example and trial. */
  product: number;
  reference: number;
  /** Evaluations of the whole probe. */
  productTotal: number;
  referenceTotal: number;
}

/** The reference scores a pair by itself: the error under its caption less that under the empty one, both computed anew. */
export function referenceCost({ request, pairsPerExample, trials }: Subject): ReferenceCost {
  const { examples } = request.task;
  const [images, captions] = [examples[0]!.images.length, examples[0]!.captions.length];
  const reference = images * captions * 2;
  return {
    images,
    captions,
    product: pairsPerExample,
    reference,
    productTotal: examples.length * trials * pairsPerExample,
    referenceTotal: examples.length * trials * reference,
  };
}

export function referenceCostLines(cost: ReferenceCost): string[] {
  const { images, captions, product, reference, productTotal, referenceTotal } = cost;
  return [
    '',
    '(c) arithmetic, not measured: the unconditional error computed anew for every pair',
    `    ${images} images x ${captions} captions x 2 = ${reference} evaluations per trial instead of ${product}:` +
      ` ${(reference / product).toFixed(2)} times as many (${referenceTotal} instead of ${productTotal} for the probe)`,
  ];
}
