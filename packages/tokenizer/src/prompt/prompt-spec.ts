import type { AddedTokensMode } from '../tokenizer-spec.js';

export interface PromptText {
  readonly type: 'text';
  readonly text: string;
  /**
   * Which added tokens the text may hold. By default the markers of grounding (`<ref>`, `<box>`, `<quad>` and their ends), in
   * an assistant turn also those that are not special (`<think>`, `<tool_call>`).
   */
  readonly addedTokens?: AddedTokensMode | undefined;
}

/** `<img>` + tiles × tokensPerTile × `<IMG_CONTEXT>` + `</img>`, and nothing around it. */
export interface PromptImage {
  readonly type: 'image';
  readonly tiles: number;
}

export type PromptPart = PromptText | PromptImage;

export interface PromptTurn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly PromptPart[];
}

export interface PromptOptions {
  /** Visual tokens of one tile; 256 for 448-pixel tiles. */
  readonly tokensPerTile: number;
  /** Throw `reserved-text` where a text part spells an added token it may not hold, `<image>` or a reserved piece. */
  readonly strict?: boolean | undefined;
  /** Open an assistant turn behind the last turn: true by default. */
  readonly open?: boolean | undefined;
  readonly bos?: boolean | undefined;
}

/** Where the visual tokens of one image go. */
export interface PromptSlots {
  /** Index of the first slot in `ids`. */
  readonly start: number;
  /** tiles × tokensPerTile */
  readonly count: number;
  readonly tiles: number;
}

export interface Prompt {
  /** The string the reference would have made. */
  readonly text: string;
  readonly ids: readonly number[];
  /** One entry per image part, in order. */
  readonly slots: readonly PromptSlots[];
  /** Id of `<IMG_CONTEXT>`. */
  readonly slotId: number | undefined;
  /** Id of the template's stop token. */
  readonly stopId: number;
}
