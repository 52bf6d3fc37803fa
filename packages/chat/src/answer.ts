/** What became of one image. Sizes in pixels. */
export interface TiledImage {
  /** Index of the image in the conversation, 0 first; every frame of a video counts. */
  readonly image: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Tiles made, the thumbnail included. */
  readonly tiles: number;
}

/** A region an answer names, in pixels of the image it is about. */
export interface GroundedBox {
  /** The text between `<ref>` and `</ref>`; empty when the answer gives none. */
  readonly label: string;
  /** Index of the image: the last one of the conversation. */
  readonly image: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The prompt as the model saw it. */
export interface BuiltPrompt {
  readonly text: string;
  readonly ids: readonly number[];
  /** How many of the ids are slots for visual tokens. */
  readonly imageTokens: number;
}

/** Token counts. */
export interface Usage {
  readonly inputTokens: number;
  /** How many of the input tokens were in the cache of an earlier or running answer and did not go through the model. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** How many of the output tokens were guessed from the text so far and came with another one in the same run. */
  readonly acceptedTokens?: number;
}

/** Milliseconds by the clock. */
export interface Timings {
  /** Loading the model, once. */
  readonly loadMs: number;
  /** Tiles to visual tokens; decoding and tiling included. */
  readonly visionMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** A token and how likely the model found it. */
export interface TokenLikelihood {
  readonly id: number;
  /** Its bytes as text; bytes of an unfinished character show as U+FFFD. Special tokens by their name: `<|im_end|>`. */
  readonly text: string;
  /** UTF-8, also parts of characters: those of several tokens join to theirs. */
  readonly bytes: readonly number[];
  /** Natural logarithm of the model's probability, before penalties, constraint and temperature. */
  readonly logprob: number;
}

/** A token of an answer and what else might have come. */
export interface TokenLogprobs extends TokenLikelihood {
  /** As many of the likeliest tokens as were asked for, best first. */
  readonly top: readonly TokenLikelihood[];
}

/** A finished answer. */
export interface Answer {
  /** New ids without special tokens, cut at the template's separator, trimmed: what the reference's `chat()` returns. */
  readonly text: string;
  /** New ids, the end token included when `finishReason` is `stop` because of it. */
  readonly ids: readonly number[];
  /** `stop`: the end token or a stop text came. `length`: `maxNewTokens`, or the end of the context. */
  readonly finishReason: 'stop' | 'length';
  /** One for each of the ids, where `logprobs` asked for them. */
  readonly logprobs?: readonly TokenLogprobs[];
  readonly prompt: BuiltPrompt;
  readonly tiles: readonly TiledImage[];
  /**
   * How many of the tiles went through the vision encoder for this answer; the visual tokens of the others were known
   * from an earlier one.
   */
  readonly encodedTiles: number;
  /** Boxes the answer gives in `<ref>…</ref><box>[[x1, y1, x2, y2]]</box>` form. */
  readonly boxes: readonly GroundedBox[];
  readonly usage: Usage;
  readonly timings: Timings;
  /** Name of the backend that ran the model: `'ort-node:cpu'`. */
  readonly backend: string;
  /** `'fp32'`, `'fp16'`. */
  readonly precision: string;
}
