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
  /**
   * The conversation as bytes, to be kept in a file: turns, images (paths stay paths), visual tokens, and the language model's
   * cache, some 25 kB for each token of a 1B model. `Chat.restore` takes it up again, in another program too.
   *
   * @throws `conversation-busy`, `conversation-disposed`, `chat-disposed`, `remote-unsupported`
   */
  save(): Promise<Uint8Array<ArrayBuffer>>;
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
  /**
   * A conversation from what `Conversation.save` gave, on the same model in the same precision: it answers what the saved one
   * would have answered. On another backend, or where the cache lies on a device, the prompt is computed again. `options` go
   * before those it was saved with.
   *
   * @throws `state-unreadable` for damaged bytes, `state-version` for those of another version, `state-mismatch` for those of
   *   another model or precision, `remote-unsupported`
   */
  restore(state: Uint8Array, options?: Omit<ConversationOptions, 'history'>): Promise<Conversation>;
  /** Answers several questions together, independent of each other; the order is kept. */
  batch(questions: readonly BatchQuestion[], options?: AnswerOptions): Promise<readonly Answer[]>;
  /** The vision encoder alone, tile by tile. */
  features(image: ImageInput, options?: FeatureOptions): AsyncGenerator<TileFeatures, void, void>;
  /** Answers and keeps every stage. */
  trace(turns: readonly Turn[], options?: AnswerOptions): Promise<Trace>;
  /** Frees the model; idempotent. Work that is under way ends with `chat-disposed`. */
  dispose(): Promise<void>;
}
