import type { Tensor } from '@internvl/backend';
import type { ModelConfig } from '@internvl/checkpoint';
import type { RgbImage, TileBox } from '@internvl/tiling';
import type { Answer } from './answer.js';
import type { ChatEvent } from './event.js';
import type { AnswerOptions, TileOptions } from './options.js';
import type { ImageInput, Part, Turn } from './turn.js';

/** What a loaded model is. */
export interface ModelFacts {
  readonly config: ModelConfig;
  /** Name of the backend that runs it: `'ort-node:cpu'`. */
  readonly backend: string;
  readonly precision: string;
  /** Milliseconds that loading took, conversion included when there was one. */
  readonly loadMs: number;
}

export interface FeatureOptions extends TileOptions {
  readonly signal?: AbortSignal | undefined;
}

/** One tile and what the vision encoder makes of it. */
export interface TileFeatures {
  /** Index of the tile, row by row, thumbnail last. */
  readonly index: number;
  /** How many tiles the image has. */
  readonly total: number;
  /** Where the tile lies, in pixels of the resized image and of the image itself; all of it for the thumbnail. */
  readonly box: TileBox;
  readonly thumbnail: boolean;
  /** The crop itself, tileSize × tileSize pixels. */
  readonly image: RgbImage;
  /** `last_hidden_state[0]`: `[width]`. */
  readonly classEmbedding: Tensor<'float32'>;
  /** `last_hidden_state[1:]`: `[patches, width]`. */
  readonly patchEmbeddings: Tensor<'float32'>;
  /** What the language model would see, `[tokensPerTile, hidden]`; absent where the checkpoint has no projector. */
  readonly visualTokens?: Tensor<'float32'>;
}

/** Every stage of one answer, to compare backends, precisions and ports. */
export interface Trace {
  readonly answer: Answer;
  /**
   * `pixel_values [tiles, 3, S, S]`, `vit_last_hidden_state [tiles, tokens, width]`, `visual_tokens [tiles, T, hidden]`
   * (these three only with images), `inputs_embeds [1, L, hidden]`, `logits [steps, vocabulary]`. Where the projector
   * reads another layer than the last, also `vit_selected_hidden_state [tiles, tokens, width]`.
   */
  readonly tensors: Readonly<Record<string, Tensor<'float32'>>>;
}

export interface ConversationOptions extends Omit<AnswerOptions, 'signal' | 'maxTiles'> {
  /** Most tiles of an image without its thumbnail. */
  readonly maxTiles?: number | undefined;
  /** Turns that were said before. */
  readonly history?: readonly Turn[] | undefined;
}

/** A conversation that keeps its turns, and the model's cache of them, so that a new turn costs only itself. */
export interface Conversation {
  /** What was said so far. An answer that was aborted or left early is not in it, nor is its question. */
  readonly turns: readonly Turn[];
  /**
   * Says something and streams the answer. Tile options are for the images of this turn; those of earlier turns keep
   * their tiles.
   *
   * @throws as `Chat.answer`; `conversation-busy` while another answer of this conversation is under way,
   *   `conversation-disposed`
   */
  ask(parts: string | readonly Part[], options?: AnswerOptions): AsyncGenerator<ChatEvent, void, void>;
  /** Forgets the turns behind the first `turnCount`: to ask again, or otherwise. @throws `invalid-option` */
  rewind(turnCount: number): void;
  /** Frees the cache; idempotent. */
  dispose(): Promise<void>;
}

/** One question of a batch: a conversation that ends with a user's turn, and how its images become tiles. */
export interface BatchQuestion extends TileOptions {
  readonly turns: readonly Turn[];
}

/** A loaded model. Calls may overlap. */
export interface Chat {
  readonly facts: ModelFacts;
  /**
   * Answers the last turn, a user's. Leaving the loop early ends the work and frees what it held.
   *
   * @throws `invalid-option`, `image-unreadable` and its kin, `context-overflow`, `architecture-unsupported` (the
   *   checkpoint has no language model), `signal.reason` when aborted.
   */
  answer(turns: readonly Turn[], options?: AnswerOptions): AsyncGenerator<ChatEvent, void, void>;
  /** A conversation with a memory of its own. */
  conversation(options?: ConversationOptions): Conversation;
  /** Answers several questions together, independent of each other; the order is kept. */
  batch(questions: readonly BatchQuestion[], options?: AnswerOptions): Promise<readonly Answer[]>;
  /** The vision encoder alone, tile by tile. */
  features(image: ImageInput, options?: FeatureOptions): AsyncGenerator<TileFeatures, void, void>;
  /** Answers and keeps every stage. */
  trace(turns: readonly Turn[], options?: AnswerOptions): Promise<Trace>;
  /** Frees the model; idempotent. Work that is under way ends with `chat-disposed`. */
  dispose(): Promise<void>;
}
