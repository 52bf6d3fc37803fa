import type { AddedTokensMode } from '../tokenizer-spec.js';

export interface PromptText {
  readonly type: 'text';
  readonly text: string;
  /**
   * Which added tokens the text may hold. By default the markers of grounding (`<ref>`, `<box>`, `<quad>` and their ends); in an
   * assistant turn also tokens that are not special (`<think>`, `<tool_call>`).
   */
  readonly addedTokens?: AddedTokensMode | undefined;
}

/** `<img>` + tiles × tokensPerTile × `<IMG_CONTEXT>` + `</img>`, and nothing around it. */
export interface PromptImage {
  readonly type: 'image';
  readonly tiles: number;
}

/** `Frame1: <img>…</img>`, one line a frame and one tile a frame, without a newline behind the last. */
export interface PromptVideo {
  readonly type: 'video';
  readonly frames: number;
}

export type PromptPart = PromptText | PromptImage | PromptVideo;

export interface PromptTurn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly PromptPart[];
}

export interface PromptOptions {
  /** Visual tokens of one tile: 256 for 448-pixel tiles. */
  readonly tokensPerTile: number;
  /** Throw `reserved-text` where a text spells an added token it may not hold, `<image>`, or a reserved piece. */
  readonly strict?: boolean | undefined;
  /** Open an assistant turn behind the last turn: true by default. */
  readonly open?: boolean | undefined;
  /** Whether the begin-of-sequence id is put in front; the tokenizer's rule by default. */
  readonly bos?: boolean | undefined;
}

/** Where the visual tokens of one image, or of one frame, go. */
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
  /** `[tokens]` */
  readonly ids: readonly number[];
  /** One entry per image or frame, in order. */
  readonly slots: readonly PromptSlots[];
  /** Id of `<IMG_CONTEXT>`; undefined where the tokenizer has none. */
  readonly slotId: number | undefined;
  /** Id of the token that ends the answer; undefined where the template does not say (Jinja templates). */
  readonly stopId: number | undefined;
}
