import type { Prompt } from '@internvl/tokenizer/templates';

/** A part of a turn whose images are planned: what a prompt needs to know of it. */
export type PlacedPart =
  | { readonly type: 'text'; readonly text: string }
  /** One placeholder for `tiles` tiles. */
  | { readonly type: 'image'; readonly tiles: number }
  /** One placeholder of one tile for each frame. */
  | { readonly type: 'video'; readonly frames: number };

export interface PlacedTurn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly PlacedPart[];
}

export interface PromptStyleOptions {
  /** System message instead of the checkpoint's. */
  readonly system?: string | undefined;
  readonly labels?: 'auto' | 'none' | undefined;
}

/** How a layout turns a conversation into ids, and ids back into an answer. */
export interface PromptStyle {
  /** Prompt up to the open assistant turn; one entry of `slots` for each placeholder, in order. */
  build(turns: readonly PlacedTurn[], options: PromptStyleOptions): Prompt;
  /** Ids that end the answer. */
  readonly stopIds: readonly number[];
  /** Texts at which the answer is cut. */
  readonly cuts: readonly string[];
  /** Whether space around the answer goes. */
  readonly strip: boolean;
  /** Ids before the first new one that a repetition penalty counts. */
  penaltyIds(prompt: Prompt): readonly number[];
}
