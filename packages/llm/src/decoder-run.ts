import { type Graph, hostTensor, type RunOptions, type Tensors } from '@internvl/backend';
import type { KeyValueCache } from './cache/key-value-cache.js';
import type { DecoderSizes } from './decoder-ports.js';
import { float32Output } from './float32-output.js';
import { rotaryRows, writeRotaryRow } from './rope/rotary-rows.js';
import type { Rotations } from './rope/rotation.js';
import type { RowReach } from './rope/row-reach.js';

/** What goes through the decoder in one run: `tokens` tokens in each row, behind those that the rows hold. */
export interface DecoderInput {
  readonly cache: KeyValueCache;
  /** Tokens in the cache, row by row. */
  readonly lengths: readonly number[];
  readonly reaches: readonly RowReach[];
  /** Tokens each conversation will have when its prompt is in: what rotations go by, whatever this chunk is. */
  readonly totals: readonly number[];
  /** `[rows, tokens, hidden]`. */
  readonly embeddings: Float32Array;
  readonly tokens: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the decoder graph and keeps the cache: in place where the backend writes into tensors of ours, else the new
 * rows are scattered from what it returns.
 */
export class DecoderRun {
  readonly #decoder: Graph;
  readonly #sizes: DecoderSizes;
  readonly #writesInto: boolean;
  readonly #rotations: Rotations;

  constructor(decoder: Graph, sizes: DecoderSizes, writesInto: boolean, rotations: Rotations) {
    this.#decoder = decoder;
    this.#sizes = sizes;
    this.#writesInto = writesInto;
    this.#rotations = rotations;
  }

  /** Logits of the last position of each row, `[rows, vocabulary]`. The new keys and values are in the cache. */
  async logits(input: DecoderInput): Promise<Float32Array> {
    const { cache, lengths, reaches, totals, tokens, signal } = input;
    const longest = Math.max(...lengths) + tokens;
    cache.reserve(longest, lengths);
    const counted = reaches.map((reach, row) => reach.next(totals[row]!));
    const feeds = this.#feeds(input, counted, longest);
    const logits = this.#writesInto
      ? await this.#inPlace(feeds, cache, signal)
      : await this.#scattered(feeds, input);
    reaches.forEach((reach, row) => {
      reach.extend(lengths[row]!, counted[row]!);
    });
    return logits;
  }

  /** Frees the graph. */
  dispose(): Promise<void> {
    return this.#decoder.dispose();
  }

  async #inPlace(
    feeds: Tensors,
    cache: KeyValueCache,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const into = cache.named('present');
    const outputs = ['logits', ...Object.keys(into)];
    return (await this.#fetch(feeds, { outputs, into, signal }, ['logits']))[0]!;
  }

  async #scattered(feeds: Tensors, { cache, lengths, tokens, signal }: DecoderInput): Promise<Float32Array> {
    const outputs = ['logits', ...cache.newNames];
    const [logits, ...made] = await this.#fetch(feeds, { outputs, signal }, outputs);
    cache.store(made, lengths, tokens);
    return logits!;
  }

  async #fetch(
    feeds: Tensors,
    options: RunOptions,
    names: readonly string[],
  ): Promise<readonly Float32Array[]> {
    const results = await this.#decoder.run(feeds, options);
    const arrays: Float32Array[] = [];
    for (const name of names) arrays.push(await float32Output(results, name));
    options.signal?.throwIfAborted();
    return arrays;
  }

  #feeds(input: DecoderInput, counted: readonly number[], longest: number): Tensors {
    const { cache, lengths, embeddings, tokens } = input;
    const { hidden, rotaryColumns, totalDims } = this.#sizes;
    const rows = lengths.length;
    const turns = rotaryRows(rows * tokens, rotaryColumns);
    lengths.forEach((length, row) => {
      const rotation = this.#rotations.of(counted[row]!);
      for (let token = 0; token < tokens; token++) {
        writeRotaryRow(turns, row * tokens + token, rotaryColumns, rotation, length + token);
      }
    });
    const turnIndexes = BigInt64Array.from({ length: rows * tokens }, (_, index) => BigInt(index));
    const lastIndexes = Int32Array.from(lengths, (length) => length + tokens - 1);
    const turnDims = [rows * tokens, rotaryColumns];
    return {
      ...cache.named('past'),
      inputs_embeds: hostTensor('float32', embeddings, [rows, tokens, hidden]),
      rotary_cos: hostTensor('float32', turns.cos, turnDims),
      rotary_sin: hostTensor('float32', turns.sin, turnDims),
      rotary_index: hostTensor('int64', turnIndexes, [rows, tokens]),
      seqlens_k: hostTensor('int32', lastIndexes, [rows]),
      total_sequence_length: hostTensor('int32', Int32Array.of(longest), totalDims),
      logit_index: hostTensor('int64', BigInt64Array.of(BigInt(tokens - 1)), [1]),
    };
  }
}
