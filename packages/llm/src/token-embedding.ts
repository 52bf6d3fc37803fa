import { dims, type Graph, hostTensor } from '@internvl/backend';
import { float32Output } from './float32-output.js';

/** Rows of the embedding table through the `embed` graph. */
export class TokenEmbedding {
  readonly #embed: Graph;
  readonly #hidden: number;

  constructor(embed: Graph, hidden: number) {
    this.#embed = embed;
    this.#hidden = hidden;
  }

  /** Embeddings of `ids`, float32 `[tokens, hidden]`, the caller's to change. */
  async of(ids: BigInt64Array, signal?: AbortSignal): Promise<Float32Array> {
    const feeds = { input_ids: hostTensor('int64', ids, [1, ids.length]) };
    const results = await this.#embed.run(feeds, { signal });
    const embeddings = await float32Output(results, 'inputs_embeds');
    dims({ dims: [embeddings.length] }, ids.length * this.#hidden);
    return embeddings;
  }

  /** Frees the graph. */
  dispose(): Promise<void> {
    return this.#embed.dispose();
  }
}
