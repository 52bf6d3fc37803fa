import { InternVLError } from '@internvl/backend';

/**
 * Index of the first largest score.
 *
 * @throws `logits-not-finite` when there is none, because every score is NaN or -Infinity.
 */
export function argmax(scores: Float32Array): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (score > largest) {
      largest = score;
      best = index;
    }
  }
  if (best >= 0 && largest < Number.POSITIVE_INFINITY) return best;
  throw new InternVLError(
    'logits-not-finite',
    'Expected finite logits to choose a token from, got NaN or infinity; the weights or their precision do not suit this backend: try fp32.',
    { vocabulary: scores.length },
  );
}
