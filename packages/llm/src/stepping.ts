import { InternVLError } from '@internvl/backend';
import { assertFits } from './context.js';
import type { DecoderInput, DecoderRun } from './decoder-run.js';
import type { LoadedModel } from './loaded-model.js';
import type { Sequence } from './sequence.js';
import type { SequenceBatch } from './sequence-batch.js';
import { checkedId } from './slots.js';

/** What is fetched of a step: the logits, or the ids that the graph chose. */
type Fetch<T> = (decoder: DecoderRun, input: DecoderInput) => Promise<T>;

/** Rows and the tokens that they go on with, as many in each. */
type Rows = Pick<DecoderInput, 'cache' | 'lengths' | 'reaches' | 'signal'> & {
  readonly ids: readonly number[];
};

/** Takes tokens through a model behind what is cached: one, one in each row, or several in one row. */
export class Stepping {
  readonly #model: LoadedModel;

  constructor(model: LoadedModel) {
    this.#model = model;
  }

  /** One token of a sequence. */
  async one<T>(sequence: Sequence, id: number, signal: AbortSignal | undefined, fetch: Fetch<T>): Promise<T> {
    const { length, cache, reach } = sequence;
    const result = await this.#run({ ids: [id], lengths: [length], cache, reaches: [reach], signal }, fetch);
    sequence.advanceTo(length + 1);
    return result;
  }

  /** One token in each row of a batch. */
  async rows<T>(
    batch: SequenceBatch,
    ids: readonly number[],
    signal: AbortSignal | undefined,
    fetch: Fetch<T>,
  ): Promise<T> {
    const { lengths, cache, reaches } = batch;
    if (ids.length !== lengths.length) {
      throw new InternVLError(
        'invalid-option',
        `Expected one id for each of ${lengths.length} rows, got ${ids.length}; pass as many ids as the batch has rows.`,
        { option: 'ids', ids: ids.length, rows: lengths.length },
      );
    }
    const result = await this.#run({ ids, lengths, cache, reaches, signal }, fetch);
    batch.advance();
    return result;
  }

  /** Several tokens in the only row of a batch. */
  async ahead<T>(
    batch: SequenceBatch,
    ids: readonly number[],
    signal: AbortSignal | undefined,
    fetch: Fetch<T>,
  ): Promise<T> {
    const { lengths, cache, reaches } = batch;
    const result = await this.#run({ ids, lengths, cache, reaches, signal }, fetch);
    batch.advance(ids.length);
    return result;
  }

  async #run<T>({ ids, ...rows }: Rows, fetch: Fetch<T>): Promise<T> {
    const { spec, contextTokens, embedding, decoder } = this.#model;
    const { lengths, signal } = rows;
    signal?.throwIfAborted();
    const each = ids.length / lengths.length;
    for (const length of lengths) assertFits(each, length, contextTokens);
    const tokens = BigInt64Array.from(ids, (id) => BigInt(checkedId(id, spec.vocabulary)));
    const embeddings = await embedding.ofRows(tokens, lengths.length, signal);
    try {
      // Rotations go by the first of the tokens, as if it came alone.
      const totals = lengths.map((length) => length + 1);
      return await fetch(decoder, { ...rows, totals, embeddings, tokens: each, everyPosition: each > 1 });
    } finally {
      embeddings.dispose();
    }
  }
}
