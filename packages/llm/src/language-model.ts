import { type Capabilities, type Graph, hostTensor, InternVLError } from '@internvl/backend';
import { type CacheShape, KeyValueCache } from './cache/key-value-cache.js';
import { assertFits, contextLimit } from './context.js';
import { decoderSizes } from './decoder-ports.js';
import { type DecoderInput, DecoderRun } from './decoder-run.js';
import type { PrefillProgressEvent } from './generate-event.js';
import type { PrefillOptions } from './generate-options.js';
import type { LanguageModelSpec } from './language-model-spec.js';
import type { Prompt } from './prompt.js';
import { type Rotations, rotations } from './rope/rotation.js';
import { RowReach } from './rope/row-reach.js';
import { Sequence } from './sequence.js';
import { SequenceBatch } from './sequence-batch.js';
import { checkedId, type FilledPrompt, fillSlots } from './slots.js';
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
  readonly #embedding: TokenEmbedding;
  readonly #decoder: DecoderRun;
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
    this.#embedding = new TokenEmbedding(embed, spec.hidden, capabilities.writesInto);
    this.#rotations = rotations(spec.rope, spec.headSize);
    this.#decoder = new DecoderRun(decoder, sizes, capabilities.writesInto, this.#rotations);
    const { layers, kvHeads, headSize } = sizes;
    const { memory } = this.#decoder;
    this.#shape = { layers, kvHeads, headSize, contextTokens: this.contextTokens, memory };
  }

  /** Whether the graphs choose the likeliest token themselves, so that no logits need to be fetched for it. */
  get choosesGreedily(): boolean {
    return this.#decoder.choosesGreedily;
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
  async embed(prompt: Prompt, { signal }: Pick<PrefillOptions, 'signal'> = {}): Promise<Float32Array> {
    const filled = await fillSlots(prompt, this.spec);
    return this.#embeddings(filled, 0, filled.ids.length, signal);
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
  async *prefillChunks(
    sequence: Sequence,
    prompt: Prompt,
    { signal, chunkTokens = 512, onProgress }: PrefillOptions = {},
  ): AsyncGenerator<PrefillProgressEvent, Float32Array, undefined> {
    signal?.throwIfAborted();
    assertChunk(chunkTokens);
    const start = sequence.length;
    const total = prompt.ids.length;
    assertFits(total, start, this.contextTokens);
    const filled = await fillSlots(prompt, this.spec);
    let complete = false;
    try {
      for (let from = 0; ; from += chunkTokens) {
        signal?.throwIfAborted();
        const to = Math.min(from + chunkTokens, total);
        const embeddings = await this.#embeddings(filled, from, to, signal);
        const tokens = to - from;
        const input = {
          cache: sequence.cache,
          lengths: [start + from],
          reaches: [sequence.reach],
          totals: [start + total],
          embeddings: hostTensor('float32', embeddings, [1, tokens, this.spec.hidden]),
          tokens,
          signal,
        };
        const logits = to === total ? await this.#decoder.logits(input) : await this.#decoder.advance(input);
        sequence.advanceTo(start + to);
        onProgress?.({ tokens: to, total });
        yield { type: 'prefill-progress', tokens: to, total };
        if (logits) {
          complete = true;
          return logits;
        }
      }
    } finally {
      if (!complete) sequence.advanceTo(start);
    }
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
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<Float32Array> {
    return this.#stepSequence(sequence, id, options, (input) => this.#decoder.logits(input));
  }

  /** `stepOccupied` that gives the id of the largest logit alone; only where `choosesGreedily`. */
  async stepGreedily(
    sequence: Sequence,
    id: number,
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<number> {
    const ids = await this.#stepSequence(sequence, id, options, (input) => this.#decoder.greedyIds(input));
    return ids[0]!;
  }

  /**
   * Runs one token in each row of a batch and gives the logits of each, float32 `[vocabulary]`.
   *
   * @throws `context-overflow`, `invalid-option`.
   */
  async stepBatch(
    batch: SequenceBatch,
    ids: readonly number[],
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly Float32Array[]> {
    const logits = await this.#stepRows(batch, ids, options, (input) => this.#decoder.logits(input));
    const { vocabulary } = this.spec;
    return ids.map((_, row) => logits.subarray(row * vocabulary, (row + 1) * vocabulary));
  }

  /** `stepBatch` that gives the id of the largest logit of each row alone; only where `choosesGreedily`. */
  stepBatchGreedily(
    batch: SequenceBatch,
    ids: readonly number[],
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly number[]> {
    return this.#stepRows(batch, ids, options, (input) => this.#decoder.greedyIds(input));
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
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly Float32Array[]> {
    const logits = await this.#stepAhead(batch, ids, options, (input) => this.#decoder.logits(input));
    const { vocabulary } = this.spec;
    return ids.map((_, index) => logits.subarray(index * vocabulary, (index + 1) * vocabulary));
  }

  /** `stepAhead` that gives the id of the largest logit behind each token alone; only where `choosesGreedily`. */
  stepAheadGreedily(
    batch: SequenceBatch,
    ids: readonly number[],
    options: Pick<PrefillOptions, 'signal'> = {},
  ): Promise<readonly number[]> {
    return this.#stepAhead(batch, ids, options, (input) => this.#decoder.greedyIds(input));
  }

  /** Frees the graphs; idempotent. */
  async dispose(): Promise<void> {
    await this.#embedding.dispose();
    await this.#decoder.dispose();
  }

  async #stepSequence<T>(
    sequence: Sequence,
    id: number,
    { signal }: Pick<PrefillOptions, 'signal'>,
    run: (input: DecoderInput) => Promise<T>,
  ): Promise<T> {
    const { length, cache, reach } = sequence;
    const result = await this.#step({ ids: [id], lengths: [length], cache, reaches: [reach], signal }, run);
    sequence.advanceTo(length + 1);
    return result;
  }

  async #stepRows<T>(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'>,
    run: (input: DecoderInput) => Promise<T>,
  ): Promise<T> {
    const { lengths, cache, reaches } = batch;
    if (ids.length !== lengths.length) {
      throw new InternVLError(
        'invalid-option',
        `Expected one id for each of ${lengths.length} rows, got ${ids.length}; pass as many ids as the batch has rows.`,
        { option: 'ids', ids: ids.length, rows: lengths.length },
      );
    }
    const result = await this.#step({ ids, lengths, cache, reaches, signal }, run);
    batch.advance();
    return result;
  }

  async #stepAhead<T>(
    batch: SequenceBatch,
    ids: readonly number[],
    { signal }: Pick<PrefillOptions, 'signal'>,
    run: (input: DecoderInput) => Promise<T>,
  ): Promise<T> {
    const { lengths, cache, reaches } = batch;
    const result = await this.#step({ ids, lengths, cache, reaches, signal }, run);
    batch.advance(ids.length);
    return result;
  }

  /** As many tokens in each row. */
  async #step<T>(
    {
      ids,
      ...rows
    }: Pick<DecoderInput, 'cache' | 'lengths' | 'reaches' | 'signal'> & {
      readonly ids: readonly number[];
    },
    run: (input: DecoderInput) => Promise<T>,
  ): Promise<T> {
    const { lengths, signal } = rows;
    signal?.throwIfAborted();
    const each = ids.length / lengths.length;
    for (const length of lengths) assertFits(each, length, this.contextTokens);
    const tokens = BigInt64Array.from(ids, (id) => BigInt(checkedId(id, this.spec.vocabulary)));
    const embeddings = await this.#embedding.ofRows(tokens, lengths.length, signal);
    try {
      // Rotations go by the first of the tokens, as if it came alone.
      const totals = lengths.map((length) => length + 1);
      return await run({ ...rows, totals, embeddings, tokens: each, everyPosition: each > 1 });
    } finally {
      embeddings.dispose();
    }
  }

  /** Embeddings of positions `from` to `to`, `[to - from, hidden]`. */
  async #embeddings(
    { ids, slots, rows }: FilledPrompt,
    from: number,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const embeddings = await this.#embedding.of(ids.subarray(from, to), signal);
    slots.forEach((position, index) => {
      if (position < from || position >= to) return;
      embeddings.set(rows[index]!, (position - from) * this.spec.hidden);
    });
    return embeddings;
  }
}

function assertChunk(chunkTokens: number): void {
  if (Number.isInteger(chunkTokens) && chunkTokens >= 1) return;
  throw new InternVLError(
    'invalid-option',
    `Expected chunkTokens of 1 or more, got ${chunkTokens}; leave it out for 512.`,
    { option: 'chunkTokens', chunkTokens },
  );
}
