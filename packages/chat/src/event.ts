import type { TileBox } from '@internvl/tiling';
import type { Answer, BuiltPrompt, TiledImage, TokenLogprobs } from './answer.js';

/** Something about a file for a caller who wants to tell. */
export interface ImageNotice {
  readonly code: string;
  readonly message: string;
}

/** An image was decoded and its tile plan is known. */
export interface ImageTiled extends TiledImage {
  readonly type: 'image-tiled';
  /** Side of a tile, pixels. */
  readonly tileSize: number;
  /** Where each tile of the grid lies, row by row, in pixels of the resized image and of the image itself. */
  readonly boxes: readonly TileBox[];
  /** Whether the last tile is the whole image. */
  readonly thumbnail: boolean;
  /** What decoding did that the pixels no longer show: `first-frame`, `alpha-dropped`, `sixteen-bit`, … */
  readonly notices: readonly ImageNotice[];
}

/** The prompt is built; visual tokens may still be missing. */
export interface PromptBuilt extends BuiltPrompt {
  readonly type: 'prompt-built';
}

/** The visual tokens of a tile are there: it went through the vision encoder, or was known from an earlier answer. */
export interface VisionProgress {
  readonly type: 'vision-progress';
  /** Index of the image the tile belongs to. */
  readonly image: number;
  /** Tiles done, of all images. */
  readonly loaded: number;
  /** Tiles of all images. */
  readonly total: number;
}

/** A chunk of the prompt went through the language model. */
export interface PrefillProgress {
  readonly type: 'prefill-progress';
  /** Tokens of the prompt done, cached ones included. */
  readonly loaded: number;
  /** Tokens of the prompt. */
  readonly total: number;
}

/** New text. The texts of all deltas in order are exactly `Answer.text`: nothing shown is ever taken back. */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly text: string;
  /** New ids since the last delta; bytes of a character may have been waiting, so several, or none in the last delta. */
  readonly ids: readonly number[];
  /** One for each of the ids, where `logprobs` asked for them. */
  readonly logprobs?: readonly TokenLogprobs[];
}

/** The last event. */
export interface AnswerFinished {
  readonly type: 'answer-finished';
  readonly answer: Answer;
}

/** What an answer consists of while it is made, in this order; progress and deltas many times. */
export type ChatEvent =
  | ImageTiled
  | PromptBuilt
  | VisionProgress
  | PrefillProgress
  | TextDelta
  | AnswerFinished;
