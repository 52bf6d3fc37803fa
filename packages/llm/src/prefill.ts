import { hostTensor, InternVLError } from '@internvl/backend';
import { assertFits } from './context.js';
import type { PrefillProgressEvent } from './generate-event.js';
import type { PrefillOptions } from './generate-options.js';
import type { LoadedModel } from './loaded-model.js';
import type { Prompt } from './prompt.js';
import type { Sequence } from './sequence.js';
import { type FilledPrompt, fillSlots } from './slots.js';

/** Takes prompts through a model: embeds them with their visual tokens, and runs them chunk by chunk. */
export class Prefill {
  readonly #model: LoadedModel;

  constructor(model: LoadedModel) {
    this.#model = model;
  }

  /** Embeddings of a prompt, visual tokens in their slots: float32 `[tokens, hidden]`. */
  async embed(prompt: Prompt, signal: AbortSignal | undefined): Promise<Float32Array> {
    const filled = await fillSlots(prompt, this.#model.spec);
    return this.#embeddings(filled, 0, filled.ids.length, signal);
  }

  /** Yields after each chunk and returns the logits of the last position. Left early, the sequence is as before. */
  async *chunks(
    sequence: Sequence,
    prompt: Prompt,
    { signal, chunkTokens = 512, onProgress }: PrefillOptions,
  ): AsyncGenerator<PrefillProgressEvent, Float32Array, undefined> {
    const { spec, contextTokens, decoder } = this.#model;
    signal?.throwIfAborted();
    assertChunk(chunkTokens);
    const start = sequence.length;
    const total = prompt.ids.length;
    assertFits(total, start, contextTokens);
    const filled = await fillSlots(prompt, spec);
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
          embeddings: hostTensor('float32', embeddings, [1, tokens, spec.hidden]),
          tokens,
          signal,
        };
        const logits = to === total ? await decoder.logits(input) : await decoder.advance(input);
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

  /** Embeddings of positions `from` to `to`, `[to - from, hidden]`. */
  async #embeddings(
    { ids, slots, rows }: FilledPrompt,
    from: number,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const { spec, embedding } = this.#model;
    const embeddings = await embedding.of(ids.subarray(from, to), signal);
    slots.forEach((position, index) => {
      if (position < from || position >= to) return;
      embeddings.set(rows[index]!, (position - from) * spec.hidden);
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
