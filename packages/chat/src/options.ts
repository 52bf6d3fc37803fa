import type { ResponseFormat } from './response-format.js';

/** How images become tiles. */
export interface TileOptions {
  /** Fewest tiles of an image; the checkpoint's own when left out. */
  readonly minTiles?: number | undefined;
  /** Most tiles of an image without its thumbnail; a list gives each image, in order of the conversation, its own. */
  readonly maxTiles?: number | readonly number[] | undefined;
  /** Whether the whole image follows as a last tile when there are several; the checkpoint's own when left out. */
  readonly thumbnail?: boolean | undefined;
  /** Turn images as their EXIF orientation says. Off by default, as the reference reads them. */
  readonly exif?: boolean | undefined;
}

/** How the next token is chosen and when the answer ends. */
export interface GenerationOptions {
  /** Most tokens of the answer, the end token included; 1024 by default. */
  readonly maxNewTokens?: number | undefined;
  /** 0 (the default) always takes the likeliest token. */
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  /** Over new tokens in original layouts, over the whole prompt too in native ones, as each reference does. */
  readonly repetitionPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly seed?: number | undefined;
  /** Texts that end the answer; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
  /** The form of the answer. When the tokens run out before it is complete, `finishReason` is `length`. */
  readonly responseFormat?: ResponseFormat | undefined;
  /** Number of likeliest tokens to report beside each token; 0 reports the chosen token's logprob alone. Off by default. */
  readonly logprobs?: number | undefined;
}

export interface AnswerOptions extends TileOptions, GenerationOptions {
  /** System message instead of the checkpoint's; an empty one is a message too. */
  readonly system?: string | undefined;
  /**
   * `auto` (the default) writes what the reference's examples write around images: `<image>` and a newline for a single
   * one, `Image-1: <image>` lines for several, `Frame1: <image>` lines for a video. `none` puts each image exactly
   * where its part stands and adds nothing.
   */
  readonly labels?: 'auto' | 'none' | undefined;
  /** Whether `<ref>` and `<box>` stay in the text where the tokenizer counts them among its special tokens. */
  readonly keepGrounding?: boolean | undefined;
  /**
   * Tokens of the prompt that go through the language model in one run, 512 by default: progress is told and aborting is
   * heard in between.
   */
  readonly chunkTokens?: number | undefined;
  /** Ends the answer; the stream throws `signal.reason` untouched. */
  readonly signal?: AbortSignal | undefined;
}
