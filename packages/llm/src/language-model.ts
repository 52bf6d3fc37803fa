import { type Capabilities, type Graph, InternVLError } from '@internvl/backend';
import { type CacheShape, KeyValueCache } from './cache/key-value-cache.js';
import { contextLimit } from './context.js';
import { decoderSizes } from './decoder-ports.js';
import { type DecoderInput, DecoderRun } from './decoder-run.js';
import type { PrefillProgressEvent } from './generate-event.js';
import type { PrefillOptions } from './generate-options.js';
import type { LanguageModelSpec } from './language-model-spec.js';
import type { LoadedModel } from './loaded-model.js';
import { Prefill } from './prefill.js';
import type { Prompt } from './prompt.js';
import { type Rotations, rotations } from './rope/rotation.js';
import { RowReach } from './rope/row-reach.js';
import { Sequence } from './sequence.js';
import { SequenceBatch } from './sequence-batch.js';
import { Stepping } from './stepping.js';
import { TokenEmbedding } from './token-embedding.js';

/** What a language model is made of. */
export interface LanguageModelParts {
  /** Of the backend that loaded the graphs; `writesInto` decides where the cache is written. */
  readonly capabilities: Capabilities;
  /** `input_ids` int64 `[batch, sequence]` → `inputs_embeds` float32 `[batch, sequence, hidden]`. */
  readonly embed: Graph;
  /** `decoder.onnx` as the checkpoint package writes it. */
  readonly decoder: Graph;
  readonly spec: LanguageModelSpec;
  /** Tokens a conversation may have, when less than the model can. */
  readonly contextTokens?: number | undefined;
}

/**
 * A language model over two graphs, token-level: ids and visual tokens in, logits out. It holds no conversation
 * itself; any number of sequences may run at the same time.
 */
export class LanguageModel {
  readonly spec: LanguageModelSpec;
  /** Tokens a conversation may have, prompt and answer together. */
  readonly contextTokens: number;
  readonly #loaded: LoadedModel;
  readonly #prefill: Prefill;
  readonly #stepping: Stepping;
  readonly #shape: CacheShape;
  readonly #rotations: Rotations;

  /**
   * @throws `model-unreadable` when a port is missing, `shape-mismatch` when the graphs are not of the size that
   *   `spec` says, `invalid-option` for a `contextTokens` beyond the model's.
   */
  constructor({ capabilities, embed, decoder, spec, contextTokens }: LanguageModelParts) {
    const sizes = decoderSizes(decoder, spec);
    const limit = contextLimit(spec);
    if (contextTokens !== undefined && !(contextTokens >= 1 && contextTokens <= limit)) {
      throw new InternVLError(
        'invalid-option',
        `Expected a context of 1 to ${limit} tokens, got ${contextTokens}; leave it out to use all.`,
        { option: 'contextTokens', contextTokens, limit },
      );
    }
    this.spec = spec;
    this.contextTokens = contextTokens ?? limit;
    this.#rotations = rotations(spec.rope, spec.headSize);
    this.#loaded = {
      spec,
      contextTokens: this.contextTokens,
      embedding: new TokenEmbedding(embed, spec.hidden, capabilities.writesInto),
      decoder: new DecoderRun(decoder, sizes, capabilities.writesInto, this.#rotations),
    };
    this.#prefill = new Prefill(this.#loaded);
    this.#stepping = new Stepping(this.#loaded);
    const { layers, kvHeads, headSize } = sizes;
    const { memory } = this.#loaded.decoder;
    this.#shape = { layers, kvHeads, headSize, contextTokens: this.contextTokens, memory };
  }

  /** Whether the graphs choose the likeliest token themselves, so that no logits need to be fetched for it. */
  get choosesGreedily(): boolean {
    return this.#loaded.decoder.choosesGreedily;
  }

  /** A new, empty conversation. */
  sequence(): Sequence {
    return new Sequence(new KeyValueCache(this.#shape, 1), new RowReach(this.#rotations));
  }

  /** Bytes of keys and values of one token. */
  get tokenBytes(): number {
    const { layers, kvHeads, headSize } = this.#shape;
    return layers * 2 * kvHeads * headSize * 4;
  }

  /** Copies of sequences in one cache, to be stepped together. */
  batch(sequences: readonly Sequence[]): SequenceBatch {
    return new SequenceBatch(sequences, this.#shape);
  }

  /**
   * Embeddings of a prompt, visual tokens in their slots: float32 `[tokens, hidden]`.
   *
   * @throws `images-exceed-slots`, `slots-exceed-images`, `shape-mismatch`, `invalid-option`.
   */
  embed(prompt: Prompt, { signal }: Pick<PrefillOptions, 'signal'> = {}): Promise<Float32Array> {
    return this.#prefill.embed(prompt, signal);
  }

  /**
   * Runs a prompt through the model behind what the sequence holds, and gives the logits of its last position,
   * float32 `[vocabulary]`. When it fails or is aborted, the sequence is as it was before.
   *
   * @throws before any work: `context-overflow`, `images-exceed-slots`, `slots-exceed-images`, `shape-mismatch`,
   *   `invalid-option`, `sequence-busy`, `sequence-disposed`.
   */
  async prefill(sequence: Sequence, prompt: Prompt, options: PrefillOptions = {}): Promise<Float32Array> {
    const release = sequence.occupy();
    try {
      const chunks = this.prefillChunks(sequence, prompt, options);
      let next = await chunks.next();
      while (!next.done) next = await chunks.next();
      return next.value;
    } finally {
      release();
    }
  }

  /**
   * `prefill` in the open: yields after each chunk and returns the logits. Left early, the sequence is as before.
   * The caller has occupied the sequence.
   */
  prefillChunks(
    sequence: Sequence,
    prompt: Prompt,
    options: PrefillOptions = {},
  ): AsyncGenerator<PrefillProgressEvent, Float32Array, undefined> {
    return this.#prefill.chunks(sequence, prompt, options);
  }

  /**
   * Runs one token and gives the logits behind it, float32 `[vocabulary]`.
   *
   * @throws `context-overflow`, `invalid-option`, `sequence-busy`, `sequence-disposed`.
   */
  async step(
    sequence: Sequence,
    id: number,
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<Float32Array> {
    const release = sequence.occupy();
    try {
      return await this.stepOccupied(sequence, id, options);
    } finally {
      release();
    }
  }

  /** `step` for a caller that has occupied the sequence. */
  stepOccupied(
    sequence: Sequence,
    id: number,
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<Float32Array> {
    return this.#stepping.one(sequence, id, signal, logits);
  }

  /** `stepOccupied` that gives the id of the largest logit alone; only where `choosesGreedily`. */
  async stepGreedily(
    sequence: Sequence,
    id: number,
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<number> {
    const [next] = await this.#stepping.one(sequence, id, signal, greedyIds);
    return next!;
  }

  /**
   * Runs one token in each row of a batch and gives the logits of each, float32 `[vocabulary]`.
   *
   * @throws `context-overflow`, `invalid-option`.
   */
  async stepBatch(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly Float32Array[]> {
    return this.#split(await this.#stepping.rows(batch, ids, signal, logits));
  }

  /** `stepBatch` that gives the id of the largest logit of each row alone; only where `choosesGreedily`. */
  stepBatchGreedily(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly number[]> {
    return this.#stepping.rows(batch, ids, signal, greedyIds);
  }

  /**
   * Runs several tokens at once in the only row of a batch and gives the logits behind each, float32 `[vocabulary]`. The
   * row then holds all of them: `truncate` it to those that were right.
   *
   * @throws `context-overflow`, `invalid-option`.
   */
  async stepAhead(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly Float32Array[]> {
    return this.#split(await this.#stepping.ahead(batch, ids, signal, logits));
  }

  /** `stepAhead` that gives the id of the largest logit behind each token alone; only where `choosesGreedily`. */
  stepAheadGreedily(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly number[]> {
    return this.#stepping.ahead(batch, ids, signal, greedyIds);
  }

  /** Frees the graphs; idempotent. */
  async dispose(): Promise<void> {
    await this.#loaded.embedding.dispose();
    await this.#loaded.decoder.dispose();
  }

  /** Logits one behind the other, apart. */
  #split(all: Float32Array): readonly Float32Array[] {
    const { vocabulary } = this.spec;
    return Array.from({ length: all.length / vocabulary }, (_, index) =>
      all.subarray(index * vocabulary, (index + 1) * vocabulary),
    );
  }
}

const logits = (decoder: DecoderRun, input: DecoderInput) => decoder.logits(input);
const greedyIds = (decoder: DecoderRun, input: DecoderInput) => decoder.greedyIds(input);
