import { type Graph, hostTensor, type RunOptions, type Tensor, type Tensors } from '@internvl/backend';
import { type CacheMemory, deviceMemory, hostMemory } from './cache/cache-memory.js';
import type { KeyValueCache } from './cache/key-value-cache.js';
import type { DecoderSizes } from './decoder-ports.js';
import { float32Output } from './float32-output.js';
import { int64Output } from './int64-output.js';
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
  /** `[rows, tokens, hidden]`, wherever it lies. */
  readonly embeddings: Tensor;
  readonly tokens: number;
  /** Whether every position of the run gets logits, not the last one alone. */
  readonly everyPosition?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the decoder graph and keeps the cache: in place where the backend writes into tensors of ours, on the device if
 * it has memory there; else the new rows are scattered from what it returns.
 */
export class DecoderRun {
  /** Where caches of this decoder live. */
  readonly memory: CacheMemory;
  /** Whether the graph chooses the largest logit itself: `greedyIds` is there. */
  readonly choosesGreedily: boolean;
  readonly #decoder: Graph;
  readonly #sizes: DecoderSizes;
  readonly #writesInto: boolean;
  readonly #rotations: Rotations;

  constructor(decoder: Graph, sizes: DecoderSizes, writesInto: boolean, rotations: Rotations) {
    this.#decoder = decoder;
    this.#sizes = sizes;
    this.#writesInto = writesInto;
    this.#rotations = rotations;
    this.memory = (writesInto && deviceMemory(decoder)) || hostMemory;
    this.choosesGreedily = decoder.outputs.some(({ name }) => name === 'token_ids');
  }

  /** Logits of the last position of each row, or of every one, `[rows, positions, vocabulary]`. The new keys and values are in the cache. */
  async logits(input: DecoderInput): Promise<Float32Array> {
    return float32Output(await this.#run(input, ['logits']), 'logits');
  }

  /** The id of the largest logit of the last position of each row, or of every one. The new keys and values are in the cache. */
  async greedyIds(input: DecoderInput): Promise<readonly number[]> {
    return int64Output(await this.#run(input, ['token_ids']), 'token_ids');
  }

  /** Puts the new keys and values into the cache, and that is all. */
  async advance(input: DecoderInput): Promise<void> {
    await this.#run(input, []);
  }

  /** Frees the graph. */
  dispose(): Promise<void> {
    return this.#decoder.dispose();
  }

  async #run(input: DecoderInput, wanted: readonly string[]): Promise<Tensors> {
    const { cache, lengths, reaches, totals, tokens } = input;
    const longest = Math.max(...lengths) + tokens;
    // Room for a whole prompt at its first chunk.
    cache.reserve(Math.max(longest, ...totals), lengths);
    const counted = reaches.map((reach, row) => reach.next(totals[row]!));
    const feeds = this.#feeds(input, counted, longest);
    const results = this.#writesInto
      ? await this.#inPlace(feeds, input, wanted)
      : await this.#scattered(feeds, input, wanted);
    reaches.forEach((reach, row) => {
      reach.extend(lengths[row]!, counted[row]!);
    });
    return results;
  }

  #inPlace(feeds: Tensors, { cache, signal }: DecoderInput, wanted: readonly string[]): Promise<Tensors> {
    const into = cache.named('present');
    return this.#runOnce(feeds, { outputs: [...wanted, ...Object.keys(into)], into, signal });
  }

  async #scattered(
    feeds: Tensors,
    { cache, lengths, tokens, signal }: DecoderInput,
    wanted: readonly string[],
  ): Promise<Tensors> {
    const names = cache.newNames;
    const results = await this.#runOnce(feeds, { outputs: [...wanted, ...names], signal });
    const made: Float32Array[] = [];
    for (const name of names) made.push(await float32Output(results, name));
    signal?.throwIfAborted();
    cache.store(made, lengths, tokens);
    return results;
  }

  async #runOnce(feeds: Tensors, options: RunOptions): Promise<Tensors> {
    const results = await this.#decoder.run(feeds, options);
    options.signal?.throwIfAborted();
    return results;
  }

  #feeds(input: DecoderInput, counted: readonly number[], longest: number): Tensors {
    const { cache, lengths, embeddings, tokens, everyPosition } = input;
    const { rotaryColumns, totalDims } = this.#sizes;
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
    const positions = BigInt64Array.from({ length: everyPosition ? tokens : 1 }, (_, index) =>
      BigInt(everyPosition ? index : tokens - 1),
    );
    const turnDims = [rows * tokens, rotaryColumns];
    return {
      ...cache.named('past'),
      inputs_embeds: embeddings,
      rotary_cos: hostTensor('float32', turns.cos, turnDims),
      rotary_sin: hostTensor('float32', turns.sin, turnDims),
      rotary_index: hostTensor('int64', turnIndexes, [rows, tokens]),
      seqlens_k: hostTensor('int32', lastIndexes, [rows]),
      total_sequence_length: hostTensor('int32', Int32Array.of(longest), totalDims),
      logit_index: hostTensor('int64', positions, [positions.length]),
    };
  }
}
