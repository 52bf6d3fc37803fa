import type { Tensor } from '@internvl/backend';
import type { Prompt } from '../prompt.js';
import { listed, slotPositions } from '../slots.js';

/** Slots that follow each other without a gap, and what is in them. */
export interface Filling {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Equal only for the same visual tokens from the same row on. */
  readonly content: string;
}

/** What the tokens of a cache are: ids, and for slots their content. Two caches of equal keys hold the same. */
export interface ContentKey {
  readonly ids: readonly number[];
  /** In order. */
  readonly fillings: readonly Filling[];
}

/**
 * The key of a prompt. `nameOf` tells one visual tensor from another: equal names promise equal numbers.
 * The prompt has as many slots as visual tokens.
 */
export function contentKey(
  prompt: Prompt,
  nameOf: (tensor: Tensor<'float32'>, index: number) => string,
): ContentKey {
  const positions = slotPositions(prompt);
  const fillings: Filling[] = [];
  let next = 0;
  for (const [index, tensor] of listed(prompt.visualTokens).entries()) {
    const name = nameOf(tensor, index);
    const rows = tensor.dims[0]!;
    for (let row = 0; row < rows; ) {
      const start = positions[next]!;
      let length = 1;
      while (row + length < rows && positions[next + length] === start + length) length++;
      fillings.push({ start, end: start + length, content: `${row}:${name}` });
      row += length;
      next += length;
    }
  }
  return { ids: Array.from(prompt.ids), fillings };
}

/** The key of the first `length` tokens of a conversation that went on with `newIds`. */
export function keyOfFirst(
  { ids, fillings }: ContentKey,
  newIds: readonly number[],
  length: number,
): ContentKey {
  return {
    ids: [...ids, ...newIds].slice(0, length),
    fillings: fillings.filter(({ start }) => start < length),
  };
}

/** How many tokens two keys have in common from the beginning. */
export function commonLength(one: ContentKey, other: ContentKey): number {
  const most = Math.min(one.ids.length, other.ids.length);
  let common = 0;
  while (common < most && one.ids[common] === other.ids[common]) common++;
  for (let index = 0; ; index++) {
    const mine = one.fillings[index];
    const theirs = other.fillings[index];
    const start = Math.min(mine?.start ?? Infinity, theirs?.start ?? Infinity);
    if (start >= common) return common;
    if (mine?.start !== theirs?.start || mine?.end !== theirs?.end || mine?.content !== theirs?.content) {
      return start;
    }
  }
}
