import { seededRandom } from '../sampling/seeded-random.js';

/** Scores of a vocabulary, spread like a real model's logits: normal, with a standard deviation of 3. */
export function randomScores(vocabulary: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from({ length: vocabulary }, () => 3 * normal());
}
