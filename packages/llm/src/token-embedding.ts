import { dims, type Graph, hostTensor, type Tensor } from '@internvl/backend';
import { float32Output } from './float32-output.js';

/** Rows of the embedding table through the `embed` graph. */
export class TokenEmbedding {
  readonly #embed: Graph;
  readonly #hidden: number;
  readonly #writesInto: boolean;

  constructor(embed: Graph, hidden: number, writesInto: boolean) {
    this.#embed = embed;
    this.#hidden = hidden;
    this.#writesInto = writesInto;
  }

  /** Embeddings of `ids`, float32 `[tokens, hidden]`, the caller's to change. */
  async of(ids: BigInt64Array, signal?: AbortSignal): Promise<Float32Array> {
    const feeds = { input_ids: hostTensor('int64', ids, [1, ids.length]) };
    const results = await this.#embed.run(feeds, { signal });
    const embeddings = await float32Output(results, 'inputs_embeds');
    dims({ dims: [embeddings.length] }, ids.length * this.#hidden);
    return embeddings;
  }

  /** Embeddings of `rows` rows of tokens, `[rows, tokens, hidden]`, left on the device if there is memory to leave it in. */
  async ofRows(ids: BigInt64Array, rows: number, signal?: AbortSignal): Promise<Tensor> {
    const tokens = ids.length / rows;
    const sizes = [rows, tokens, this.#hidden];
    const { allocate } = this.#embed;
    if (!(this.#writesInto && allocate)) return hostTensor('float32', await this.of(ids, signal), sizes);
    const embeddings = allocate('float32', sizes);
    try {
      const feeds = { input_ids: hostTensor('int64', ids, [rows, tokens]) };
      await this.#embed.run(feeds, { into: { inputs_embeds: embeddings }, signal });
      return embeddings;
    } catch (error) {
      embeddings.dispose();
      throw error;
    }
  }

  /** Frees the graph. */
  dispose(): Promise<void> {
    return this.#embed.dispose();
  }
}
