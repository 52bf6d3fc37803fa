import { largest } from './largest.js';
import { softmax } from './softmax.js';

/** What is left to draw from, all resolved. */
export interface Warp {
  /** Above 0. */
  readonly temperature: number;
  /** 0 is off. */
  readonly topK: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly minP: number;
}

const removed = Number.NEGATIVE_INFINITY;
/** The leading bits of probability 1. */
const oneBits = 0x3f80;

/**
 * Changes `scores` in place as transformers' warpers do and in their order: temperature, top-k, top-p, min-p.
 * Removed tokens become -Infinity.
 *
 * Source: transformers `generation/logits_process.py`, `GenerationMixin._get_logits_processor`.
 */
export function warp(scores: Float32Array, { temperature, topK, topP, minP }: Warp): void {
  if (temperature !== 1) {
    const divisor = Math.fround(temperature);
    for (let index = 0; index < scores.length; index++) scores[index] = scores[index]! / divisor;
  }
  if (topK > 0) keepTopK(scores, topK);
  if (topP < 1) keepTopP(scores, topP);
  if (minP > 0) keepMinP(scores, minP);
}

/** Removes what is below the `count`th best score; its equals stay. */
function keepTopK(scores: Float32Array, count: number): void {
  if (count >= scores.length) return;
  const worst = largest(scores, count).at(-1);
  if (worst === undefined) return;
  const floor = scores[worst]!;
  for (let index = 0; index < scores.length; index++) {
    if (scores[index]! < floor) scores[index] = removed;
  }
}

/** Removes the least likely tokens whose probabilities together are at most `1 - share`; the likeliest stays. */
function keepTopP(scores: Float32Array, share: number): void {
  const probabilities = softmax(scores);
  const { floor, equals } = topPFloor(probabilities, Math.fround(1 - share));
  let left = equals;
  for (let index = 0; index < scores.length; index++) {
    const probability = probabilities[index]!;
    if (probability < floor || (probability === floor && left-- > 0)) scores[index] = removed;
  }
}

/**
 * The smallest probability that stays, and how many equals of it go. Sorting a whole vocabulary takes longer than
 * a step of a small model; probabilities are summed by their leading bits instead, and only the group that holds
 * the floor is sorted.
 */
function topPFloor(probabilities: Float32Array, excess: number): { floor: number; equals: number } {
  const bits = new Uint32Array(probabilities.buffer);
  const sums = new Float64Array(oneBits + 1);
  let last = 0;
  for (let index = 0; index < bits.length; index++) {
    const group = bits[index]! >>> 16;
    sums[group] = sums[group]! + probabilities[index]!;
    if (group > last) last = group;
  }
  let sum = 0;
  let group = 0;
  while (group < last && Math.fround(sum + sums[group]!) <= excess) sum += sums[group++]!;
  const ascending = probabilities.filter((_, index) => bits[index]! >>> 16 === group).sort();
  let cut = 0;
  for (; cut < ascending.length - 1; cut++) {
    sum += ascending[cut]!;
    if (Math.fround(sum) > excess) break;
  }
  const floor = ascending[cut]!;
  return { floor, equals: cut - ascending.indexOf(floor) };
}

/** Removes tokens less than `share` times as likely as the likeliest. */
function keepMinP(scores: Float32Array, share: number): void {
  const probabilities = softmax(scores);
  let top = 0;
  for (let index = 0; index < probabilities.length; index++) top = Math.max(top, probabilities[index]!);
  const floor = Math.fround(share * top);
  for (let index = 0; index < scores.length; index++) {
    if (probabilities[index]! < floor) scores[index] = removed;
  }
}
