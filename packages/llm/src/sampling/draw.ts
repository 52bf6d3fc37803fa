import { softmax } from './softmax.js';

/** Draws an index with the probability of its score; `random` gives numbers in [0, 1). */
export function draw(scores: Float32Array, random: () => number): number {
  const probabilities = softmax(scores);
  let sum = 0;
  for (let index = 0; index < probabilities.length; index++) sum += probabilities[index]!;
  let left = random() * sum;
  let last = 0;
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index]!;
    if (probability === 0) continue;
    last = index;
    left -= probability;
    if (left < 0) break;
  }
  return last;
}
