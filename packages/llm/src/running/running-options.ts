import { InternVLError } from '@internvl/backend';
import type { ChoiceOptions, PrefillOptions } from '../generate-options.js';
import type { PrefixHold } from './prefix-store.js';

/** How many answers run together, and what that may take. */
export interface RunningBatchOptions {
  /** Answers that are worked on at a time; more wait for their turn. 8 by default. */
  readonly parallelAnswers?: number | undefined;
  /**
   * Most bytes of keys and values of answers that run together, their prompts and `maxNewTokens` counted in full; 1 GiB
   * by default. An answer that needs more by itself runs alone.
   */
  readonly parallelBytes?: number | undefined;
  /** Most bytes of keys and values kept for prompts that begin as one before; 256 MiB by default, 0 keeps none. */
  readonly prefixCacheBytes?: number | undefined;
  /**
   * Whether an answer that runs alone is run several tokens at a time where it repeats what stands in the prompt or in
   * itself; true by default. The tokens are those it gets without, each chosen from its own logits.
   */
  readonly promptLookup?: boolean | undefined;
  /** Lets readers have their turn between runs: resolves in a later task. Without it, in a later microtask. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Options of an answer of a running batch. */
export interface RunningOptions extends ChoiceOptions, PrefillOptions {
  /**
   * For each tensor of `prompt.visualTokens` a name of its content: equal names promise equal numbers. Where there is
   * none, only the same tensor object counts as the same.
   */
  readonly visualNames?: readonly (string | undefined)[] | undefined;
  /** Keeps the cache of this answer, in place of what it kept before. */
  readonly hold?: PrefixHold | undefined;
}

export const DEFAULT_ANSWERS = 8;
export const DEFAULT_PARALLEL_BYTES = 2 ** 30;

/** @throws `invalid-option` */
export function assertRunningOptions(parallelAnswers: number, parallelBytes: number): void {
  if (!(Number.isSafeInteger(parallelAnswers) && parallelAnswers >= 1)) {
    throw new InternVLError(
      'invalid-option',
      `Expected parallelAnswers as a whole number from 1 on, got ${parallelAnswers}; leave it out for ${DEFAULT_ANSWERS}.`,
      { option: 'parallelAnswers', value: parallelAnswers },
    );
  }
  if (!(parallelBytes >= 0)) {
    throw new InternVLError(
      'invalid-option',
      `Expected parallelBytes as a number of bytes from 0 on, got ${parallelBytes}; leave it out for 1 GiB.`,
      { option: 'parallelBytes', value: parallelBytes },
    );
  }
}
